/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/kvm-script.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"

#define SCRIPT_LIMIT_NS (300 * SY_NS_PER_S)
#define LOST "PERF_RECORD_LOST"

static bool parse_set_irq(const char *text, SyKvmEvent *e)
{
    return sscanf(text, "gsi %" SCNu32 " level %" SCNd32 " source %" SCNu32, &e->number, &e->level,
                  &e->source) == 3;
}

static bool parse_pic(const char *text, SyKvmEvent *e)
{
    uint32_t chip, pin;
    bool good = sscanf(text, "chip %" SCNu32 " pin %" SCNu32, &chip, &pin) == 2;

    e->number = good ? 8 * chip + pin : 0;
    return good;
}

static bool parse_ioapic(const char *text, SyKvmEvent *e)
{
    return sscanf(text, "pin %" SCNu32, &e->number) == 1;
}

static bool parse_msi(const char *text, SyKvmEvent *e)
{
    return sscanf(text, "dst %*x vec %" SCNu32, &e->number) == 1;
}

/* "IRQ 0x30 [reinjected]", and "irq 48" before Linux 5.18. */
static bool parse_inject(const char *text, SyKvmEvent *e)
{
    e->source = strstr(text, "[reinjected]") != NULL;
    return sscanf(text, "IRQ 0x%" SCNx32, &e->number) == 1 ||
           sscanf(text, "irq %" SCNu32, &e->number) == 1;
}

static bool parse_port_write(const char *text, SyKvmEvent *e)
{
    uint32_t value;
    bool good = sscanf(text, "pio_write at 0x%" SCNx32 " size %*u count %*u val 0x%" SCNx32,
                       &e->number, &value) == 2;

    e->level = good ? (int32_t)value : 0;
    return good;
}

/* Every event of these kinds must parse, except those whose text begins with `passed_over`. */
static const struct {
    const char *name;
    bool (*parse)(const char *text, SyKvmEvent *e);
    const char *passed_over;
} kinds[SY_KVM_KINDS] = {
    [SY_KVM_SET_IRQ] = {"kvm:kvm_set_irq", parse_set_irq, NULL},
    [SY_KVM_PIC_SET] = {"kvm:kvm_pic_set_irq", parse_pic, NULL},
    [SY_KVM_IOAPIC_SET] = {"kvm:kvm_ioapic_set_irq", parse_ioapic, NULL},
    [SY_KVM_MSI_SET] = {"kvm:kvm_msi_set_irq", parse_msi, NULL},
    [SY_KVM_INJECT] = {"kvm:kvm_inj_virq", parse_inject, "Soft"},
    [SY_KVM_PORT_WRITE] = {"kvm:kvm_pio", parse_port_write, "pio_read"},
};

static SyKvmScriptLine parse_lost(const char *text, uint64_t *lost)
{
    const char *word = strstr(text, "lost ");

    return word && sscanf(word, "lost %" SCNu64, lost) == 1 ? SY_KVM_SCRIPT_LOST
                                                            : SY_KVM_SCRIPT_BAD;
}

SyKvmScriptLine sy_kvm_script_line(const char *line, SyKvmEvent *event, uint64_t *lost)
{
    int64_t seconds, ns;
    int at = -1, digits[2] = {0};
    const char *text;

    *event = (SyKvmEvent){0};
    *lost = 0;
    line += strspn(line, " \t");
    if (*line == '\0') {
        return SY_KVM_SCRIPT_OTHER;
    }
    if (strstr(line, LOST)) {
        return parse_lost(line, lost);
    }
    if (sscanf(line, "%d [%d] %" SCNd64 ".%n%9" SCNd64 "%n: %n", &event->tid, &event->cpu, &seconds,
               &digits[0], &ns, &digits[1], &at) != 4 ||
        at < 0 || digits[1] - digits[0] != 9 || seconds < 0 || ns < 0 ||
        seconds > G_MAXINT64 / SY_NS_PER_S - 1) {
        return SY_KVM_SCRIPT_BAD;
    }
    event->time_ns = seconds * SY_NS_PER_S + ns;
    for (SyKvmKind kind = SY_KVM_SET_IRQ; kind < SY_KVM_KINDS; kind++) {
        gsize length = strlen(kinds[kind].name);

        if (strncmp(line + at, kinds[kind].name, length) == 0 && line[at + (int)length] == ':') {
            text = line + at + length + 1;
            text += strspn(text, " ");
            event->kind = kind;
            if (kinds[kind].passed_over && g_str_has_prefix(text, kinds[kind].passed_over)) {
                return SY_KVM_SCRIPT_OTHER;
            }
            return kinds[kind].parse(text, event) ? SY_KVM_SCRIPT_EVENT : SY_KVM_SCRIPT_BAD;
        }
    }
    return SY_KVM_SCRIPT_OTHER;
}

static bool run_script(const char *path, const char *text_path, GError **error)
{
    /* perf's warnings go to a log of their own, not between the events. */
    g_autofree char *log_path = g_strconcat(path, ".log", NULL);
    const char *const argv[] = {"sh",
                                "-c",
                                "exec perf script -i \"$0\" --ns -F tid,cpu,time,event,trace "
                                "--show-lost-events 2>\"$1\"",
                                path,
                                log_path,
                                NULL};
    g_autoptr(SyChild) child =
        sy_child_spawn(argv, &(SyChildOptions){.output_path = text_path}, error);

    if (!child) {
        return false;
    }
    if (!sy_child_wait(child, sy_now_ns() + SCRIPT_LIMIT_NS)) {
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "perf script -i %s took more than 300 s",
                    path);
        return false;
    }
    if (!sy_child_succeeded(child)) {
        g_autofree char *how = sy_child_describe_exit(child);

        g_set_error(error, SY_ERROR, SY_ERROR_DIED, "perf script -i %s: %s; log: %s", path, how,
                    log_path);
        return false;
    }
    return true;
}

static GArray *read_lines(FILE *file, const char *path, uint64_t *lost, GError **error)
{
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(SyKvmEvent));
    char line[4096];

    for (guint number = 1; fgets(line, sizeof(line), file); number++) {
        SyKvmEvent event;
        uint64_t more;

        g_strchomp(line);
        switch (sy_kvm_script_line(line, &event, &more)) {
        case SY_KVM_SCRIPT_EVENT:
            g_array_append_val(events, event);
            break;
        case SY_KVM_SCRIPT_LOST:
            *lost += more;
            break;
        case SY_KVM_SCRIPT_OTHER:
            break;
        case SY_KVM_SCRIPT_BAD:
            g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                        "%s: line %u is not a KVM event as perf script prints it: %.120s", path,
                        number, line);
            return NULL;
        }
    }
    sy_kvm_events_sort(events);
    return g_steal_pointer(&events);
}

GArray *sy_kvm_script_read(const char *path, uint64_t *lost, GError **error)
{
    g_autofree char *text_path = g_strconcat(path, ".txt", NULL);
    GArray *events = NULL;
    FILE *file;

    *lost = 0;
    unlink(text_path);
    if (!run_script(path, text_path, error)) {
        return NULL;
    }
    file = fopen(text_path, "re");
    if (!file) {
        sy_error_set_io(error, errno, "cannot read", text_path);
        return NULL;
    }
    events = read_lines(file, text_path, lost, error);
    fclose(file);
    if (events) {
        unlink(text_path);
    }
    return events;
}
