/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/irq/kvm-trace.h"

#include <string.h>

#include "host/requirement.h"
#include "observe/kvm-events.h"
#include "observe/kvm-script.h"
#include "observe/perf-record.h"
#include "observe/trace.h"

struct KvmTrace {
    SyTrace *ftrace; /* NULL: `perf` records */
    SyPerfRecord *perf;
    char *path;
    bool by_perf;
    SyTraceTally tally;
};

static bool use_perf(const char *how)
{
    const SyRequirementResult *ftrace;

    if (strcmp(how, "auto") != 0) {
        return strcmp(how, "perf") == 0;
    }
    ftrace = sy_requirement_check("ftrace", NULL);
    return !ftrace || !ftrace->met;
}

KvmTrace *kvm_trace_start(const char *how, const char *dir, GError **error)
{
    g_autoptr(KvmTrace) trace = g_new0(KvmTrace, 1);
    g_autofree char *log_path = NULL;

    trace->by_perf = use_perf(how);
    trace->path = g_build_filename(dir, trace->by_perf ? "kvm.perf" : "kvm.dat", NULL);
    log_path = g_build_filename(dir, trace->by_perf ? "perf.log" : "trace-cmd.log", NULL);
    if (trace->by_perf) {
        trace->perf = sy_perf_record_start(sy_kvm_event_names, trace->path, log_path, error);
    } else {
        trace->ftrace = sy_trace_start(sy_kvm_event_names, trace->path, log_path, error);
    }
    return trace->perf || trace->ftrace ? g_steal_pointer(&trace) : NULL;
}

/* Frees the recorders as soon as the file is complete, so that the kernel stops tracing. */
bool kvm_trace_stop(KvmTrace *trace, GError **error)
{
    bool good = trace->by_perf ? sy_perf_record_stop(trace->perf, error)
                               : sy_trace_stop(trace->ftrace, &trace->tally, error);

    g_clear_pointer(&trace->perf, sy_perf_record_free);
    g_clear_pointer(&trace->ftrace, sy_trace_free);
    return good;
}

GArray *kvm_trace_events(KvmTrace *trace, uint64_t *lost, GError **error)
{
    if (trace->by_perf) {
        return sy_kvm_script_read(trace->path, lost, error);
    }
    *lost = trace->tally.lost;
    return sy_kvm_events_read(trace->path, error);
}

void kvm_trace_free(KvmTrace *trace)
{
    if (trace) {
        sy_perf_record_free(trace->perf);
        sy_trace_free(trace->ftrace);
        g_free(trace->path);
        g_free(trace);
    }
}
