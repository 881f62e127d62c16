/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/sched-trace.h"

#include <errno.h>
#include <event-parse.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/tracefs.h"
#include "observe/perf-switches.h"
#include "observe/trace-buffer.h"

#define BUFFER_KIB "8192" /* per CPU */

/* Which events are recorded of a thread: those whose `field` is its number. */
typedef struct {
    const char *system, *name, *field;
    SySchedEventKind kind;
    bool optional; /* missing on some machines, and no loss there */
} Event;

#define IRQ(system, name, optional)                                                                \
    {system, name "_entry", "common_pid", SY_SCHED_IRQ_ENTRY, optional},                           \
    {                                                                                              \
        system, name "_exit", "common_pid", SY_SCHED_IRQ_EXIT, optional                            \
    }

/* The interrupts of x86's local APIC are not among the irq events. */
static const Event all[] = {
    {"sched", "sched_stat_runtime", "pid", SY_SCHED_CHARGE, false},
    IRQ("irq", "irq_handler", false),
    IRQ("irq", "softirq", false),
    IRQ("irq_vectors", "local_timer", true),
    IRQ("irq_vectors", "reschedule", true),
    IRQ("irq_vectors", "call_function", true),
    IRQ("irq_vectors", "call_function_single", true),
    IRQ("irq_vectors", "irq_work", true),
};

struct SySchedTrace {
    SyTraceBuffer *buffer;
    SyPerfSwitches *switches[SY_SCHED_TRACE_THREADS_MAX];
    struct tep_handle *tep;
    int ids[G_N_ELEMENTS(all)]; /* the kernel's numbers of the events; -1: not recorded */
    pid_t tids[SY_SCHED_TRACE_THREADS_MAX];
    guint n;
};

/*
 * Gives libtracefs a mount without a path where tracefs is not mounted: left to itself it would
 * mount it for the whole host.
 */
static bool find_tracefs(GError **error)
{
    static int mount_fd = -1; /* open as long as the process lives */
    g_autofree char *dir = NULL;

    if (mount_fd >= 0 || sy_tracefs_mounted()) {
        return true;
    }
    mount_fd = sy_tracefs_mount();
    if (mount_fd < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "tracefs is not mounted at " SY_TRACEFS ", and mounting it failed: %s",
                    g_strerror(errno));
        return false;
    }
    dir = g_strdup_printf("/proc/self/fd/%d", mount_fd);
    if (tracefs_set_tracing_dir(dir) != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "libtracefs does not take %s", dir);
        return false;
    }
    return true;
}

static bool refused(const Event *event, const char *what, GError **error)
{
    g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "cannot %s the trace event %s:%s: %s", what,
                event->system, event->name, g_strerror(errno ? errno : EINVAL));
    return false;
}

/* Teaches `trace->tep` the event's format; *id is its number, or -1 if there is no such event. */
static bool learn(SySchedTrace *trace, const Event *event, int *id, GError **error)
{
    struct tep_event *found;
    char *format;
    int size = 0;

    *id = -1;
    errno = 0;
    format = tracefs_event_file_read(NULL, event->system, event->name, "format", &size);
    if (!format) {
        return event->optional || refused(event, "read", error);
    }
    tep_parse_event(trace->tep, format, (unsigned long)size, event->system);
    free(format);
    found = tep_find_event_by_name(trace->tep, event->system, event->name);
    *id = found ? found->id : -1;
    return found || refused(event, "understand", error);
}

/* Where in a page of the buffer the kernel puts what. */
static bool learn_pages(SySchedTrace *trace, GError **error)
{
    char *format;
    int size = 0;
    bool ok;

    trace->tep = tep_alloc();
    errno = 0;
    format = tracefs_instance_file_read(NULL, "events/header_page", &size);
    ok = format &&
         tep_parse_header_page(trace->tep, format, (unsigned long)size, (int)sizeof(long)) == 0;
    free(format);
    if (!ok) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "cannot read events/header_page of tracefs: %s",
                    g_strerror(errno ? errno : EINVAL));
    }
    return ok;
}

static bool switch_on(const SySchedTrace *trace, const Event *event, GError **error)
{
    struct tracefs_instance *buffer = sy_trace_buffer_instance(trace->buffer);
    GString *filter = g_string_new(NULL);
    bool ok;

    for (guint i = 0; i < trace->n; i++) {
        g_string_append_printf(filter, "%s%s == %d", i ? " || " : "", event->field, trace->tids[i]);
    }
    errno = 0;
    ok = (tracefs_event_file_write(buffer, event->system, event->name, "filter", filter->str) > 0 ||
          refused(event, "filter", error)) &&
         (tracefs_event_file_write(buffer, event->system, event->name, "enable", "1") > 0 ||
          refused(event, "enable", error));
    g_string_free(filter, TRUE);
    return ok;
}

static bool set_up_buffer(SySchedTrace *trace, GError **error)
{
    struct tracefs_instance *buffer;

    trace->buffer = sy_trace_buffer_new("sched", error);
    if (!trace->buffer) {
        return false;
    }
    buffer = sy_trace_buffer_instance(trace->buffer);
    errno = 0;
    if (tracefs_instance_file_write(buffer, "trace_clock", "mono") < 0 ||
        tracefs_instance_file_write(buffer, "buffer_size_kb", BUFFER_KIB) < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "cannot set the clock and size of the trace buffer: %s", g_strerror(errno));
        return false;
    }
    return true;
}

SySchedTrace *sy_sched_trace_start(const pid_t *tids, guint n, GError **error)
{
    g_autoptr(SySchedTrace) trace = g_new0(SySchedTrace, 1);

    g_assert(n > 0 && n <= SY_SCHED_TRACE_THREADS_MAX);
    memcpy(trace->tids, tids, n * sizeof(*tids));
    trace->n = n;
    if (!find_tracefs(error) || !set_up_buffer(trace, error) || !learn_pages(trace, error)) {
        return NULL;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        if (!learn(trace, &all[i], &trace->ids[i], error) ||
            (trace->ids[i] >= 0 && !switch_on(trace, &all[i], error))) {
            return NULL;
        }
    }
    for (guint i = 0; i < n; i++) {
        trace->switches[i] = sy_perf_switches_open(tids[i], error);
        if (!trace->switches[i]) {
            return NULL;
        }
    }
    if (tracefs_trace_on(sy_trace_buffer_instance(trace->buffer)) < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "cannot switch the trace buffer on: %s",
                    g_strerror(errno));
        return NULL;
    }
    return g_steal_pointer(&trace);
}

/* ---- reading ---- */

typedef struct {
    const SySchedTrace *trace;
    GArray *events;
} Reading;

static bool is_watched(const SySchedTrace *trace, unsigned long long tid)
{
    for (guint i = 0; i < trace->n; i++) {
        if ((unsigned long long)trace->tids[i] == tid) {
            return true;
        }
    }
    return false;
}

static void add(Reading *r, const struct tep_record *record, SySchedEventKind kind, pid_t tid,
                int64_t value)
{
    const SySchedEvent event = {
        .when_ns = (int64_t)record->ts, .value = value, .tid = tid, .kind = kind};

    if (is_watched(r->trace, (unsigned long long)tid)) {
        g_array_append_val(r->events, event);
    }
}

static unsigned long long field(struct tep_event *event, struct tep_record *record,
                                const char *name)
{
    unsigned long long value = 0;

    tep_get_field_val(NULL, event, name, record, &value, 0);
    return value;
}

static int take(struct tep_event *event, struct tep_record *record, int cpu, void *data)
{
    Reading *r = data;
    gsize i = 0;

    (void)cpu;
    while (i < G_N_ELEMENTS(all) && r->trace->ids[i] != event->id) {
        i++;
    }
    if (i == G_N_ELEMENTS(all)) {
        return 0;
    }
    if (all[i].kind == SY_SCHED_CHARGE) {
        add(r, record, SY_SCHED_CHARGE, (pid_t)field(event, record, "pid"),
            (int64_t)field(event, record, "runtime"));
    } else {
        add(r, record, all[i].kind, tep_data_pid(event->tep, record), 0);
    }
    return 0;
}

/* At the same moment a charge comes before the switch that it belongs to: it is made for the time
 * until then. */
static gint by_time(gconstpointer a, gconstpointer b)
{
    const SySchedEvent *left = a, *right = b;

    if (left->when_ns != right->when_ns) {
        return left->when_ns < right->when_ns ? -1 : 1;
    }
    return (right->kind == SY_SCHED_CHARGE) - (left->kind == SY_SCHED_CHARGE);
}

bool sy_sched_trace_stop(SySchedTrace *trace, GArray *events, uint64_t *lost, GError **error)
{
    struct tracefs_instance *buffer = sy_trace_buffer_instance(trace->buffer);
    Reading reading = {trace, events};
    SyTraceTally tally;

    tracefs_trace_off(buffer);
    if (!sy_trace_buffer_tally(trace->buffer, &tally, error)) {
        return false;
    }
    *lost = tally.lost;
    if (tally.kept > 0 &&
        tracefs_iterate_raw_events(trace->tep, buffer, NULL, 0, take, &reading) < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "cannot read the trace buffer: %s",
                    g_strerror(errno));
        return false;
    }
    for (guint i = 0; i < trace->n; i++) {
        if (!sy_perf_switches_stop(trace->switches[i], events, lost, error)) {
            return false;
        }
    }
    g_array_sort(events, by_time);
    return true;
}

void sy_sched_trace_free(SySchedTrace *trace)
{
    if (!trace) {
        return;
    }
    for (guint i = 0; i < trace->n; i++) {
        sy_perf_switches_free(trace->switches[i]);
    }
    sy_trace_buffer_free(trace->buffer);
    if (trace->tep) {
        tep_free(trace->tep);
    }
    g_free(trace);
}
