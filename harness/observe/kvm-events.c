/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/kvm-events.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <trace-cmd.h>
#include <unistd.h>

#include "base/error.h"
#include "observe/trace-file.h"

const char *const sy_kvm_event_names[] = {"kvm:kvm_set_irq",
                                          "kvm:kvm_pic_set_irq",
                                          "kvm:kvm_ioapic_set_irq",
                                          "kvm:kvm_msi_set_irq",
                                          "kvm:kvm_inj_virq",
                                          "kvm:kvm_pio",
                                          NULL};

/* Their names without the system, by SyKvmKind. */
static const char *const short_names[SY_KVM_KINDS] = {"kvm_set_irq",        "kvm_pic_set_irq",
                                                      "kvm_ioapic_set_irq", "kvm_msi_set_irq",
                                                      "kvm_inj_virq",       "kvm_pio"};

#define PIO_WRITE 1

typedef struct {
    int fd;
    bool failed;
    struct tep_event *events[SY_KVM_KINDS]; /* NULL: not in this file */
} Reading;

static uint64_t field(struct tep_event *event, struct tep_record *record, const char *name)
{
    unsigned long long value = 0;

    return tep_get_field_val(NULL, event, name, record, &value, 0) == 0 ? value : 0;
}

/* Fields as include/trace/events/kvm.h and arch/x86/kvm/trace.h in Linux name them. */
static bool decode(SyKvmEvent *e, struct tep_event *event, struct tep_record *record)
{
    switch (e->kind) {
    case SY_KVM_SET_IRQ:
        e->number = (uint32_t)field(event, record, "gsi");
        e->level = (int32_t)field(event, record, "level");
        e->source = (uint32_t)field(event, record, "irq_source_id");
        return true;
    case SY_KVM_PIC_SET:
        e->number = (uint32_t)(8 * field(event, record, "chip") + field(event, record, "pin"));
        return true;
    case SY_KVM_IOAPIC_SET:
        e->number = (uint32_t)field(event, record, "pin");
        return true;
    case SY_KVM_MSI_SET:
        e->number = (uint8_t)field(event, record, "data");
        return true;
    case SY_KVM_INJECT:
        e->number = (uint32_t)field(event, record, "vector");
        e->source = field(event, record, "reinjected") != 0;
        return !field(event, record, "soft");
    case SY_KVM_PORT_WRITE:
        e->number = (uint32_t)field(event, record, "port");
        e->level = (int32_t)field(event, record, "val");
        return field(event, record, "rw") == PIO_WRITE;
    case SY_KVM_KINDS:
        break;
    }
    return false;
}

static void write_record(struct tracecmd_input *buffer, struct tep_record *record, int cpu,
                         gpointer data)
{
    struct tep_handle *tep = tracecmd_get_tep(buffer);
    int id = tep_data_type(tep, record);
    Reading *r = data;

    for (SyKvmKind kind = SY_KVM_SET_IRQ; kind < SY_KVM_KINDS; kind++) {
        SyKvmEvent e = {.time_ns = (int64_t)record->ts, .kind = kind, .cpu = cpu};

        if (r->events[kind] && r->events[kind]->id == id) {
            e.tid = tep_data_pid(tep, record);
            if (decode(&e, r->events[kind], record)) {
                r->failed |= write(r->fd, &e, sizeof(e)) != (ssize_t)sizeof(e);
            }
            return;
        }
    }
}

static bool read_events(struct tracecmd_input *file, int out_fd, gpointer data)
{
    struct tep_handle *tep = tracecmd_get_tep(file);
    Reading r = {.fd = out_fd};

    (void)data;
    for (SyKvmKind kind = SY_KVM_SET_IRQ; kind < SY_KVM_KINDS; kind++) {
        r.events[kind] = tep_find_event_by_name(tep, "kvm", short_names[kind]);
    }
    return sy_trace_file_each(file, write_record, &r) && !r.failed;
}

/* The events of one CPU are in order already; the sort is stable. */
static int by_time(gconstpointer a, gconstpointer b, gpointer data)
{
    const SyKvmEvent *x = a, *y = b;

    (void)data;
    return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

void sy_kvm_events_sort(GArray *events)
{
    if (events->len > 1) {
        g_qsort_with_data(events->data, (gint)events->len, sizeof(SyKvmEvent), by_time, NULL);
    }
}

GArray *sy_kvm_events_read(const char *path, GError **error)
{
    g_autoptr(GByteArray) bytes = sy_trace_file_read(path, read_events, NULL, error);
    GArray *events;

    if (!bytes) {
        return NULL;
    }
    if (bytes->len % sizeof(SyKvmEvent)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "%s could not be read to its end", path);
        return NULL;
    }
    events = g_array_new(FALSE, FALSE, sizeof(SyKvmEvent));
    g_array_append_vals(events, bytes->data, bytes->len / (guint)sizeof(SyKvmEvent));
    sy_kvm_events_sort(events);
    return events;
}
