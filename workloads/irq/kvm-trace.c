/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/irq/kvm-trace.h"

#include <string.h>

#include "host/requirement.h"
#include "observe/kvm-events.h"
#include "observe/kvm-script.h"
#include "observe/perf-record.h"
#include "observe/trace.h"

struct KvmWitness {
    SyTrace *trace; /* or `perf` */
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

KvmWitness *kvm_witness_start(const char *how, const char *dir, GError **error)
{
    g_autoptr(KvmWitness) w = g_new0(KvmWitness, 1);
    g_autofree char *log_path = NULL;

    w->by_perf = use_perf(how);
    w->path = g_build_filename(dir, w->by_perf ? "kvm.perf" : "kvm.dat", NULL);
    log_path = g_build_filename(dir, w->by_perf ? "perf.log" : "trace-cmd.log", NULL);
    if (w->by_perf) {
        w->perf = sy_perf_record_start(sy_kvm_event_names, w->path, log_path, error);
    } else {
        w->trace = sy_trace_start(sy_kvm_event_names, w->path, log_path, error);
    }
    return w->perf || w->trace ? g_steal_pointer(&w) : NULL;
}

/* Once the file is complete, the kernel need not go on for nobody. */
bool kvm_witness_stop(KvmWitness *w, GError **error)
{
    bool good = w->by_perf ? sy_perf_record_stop(w->perf, error)
                           : sy_trace_stop(w->trace, &w->tally, error);

    g_clear_pointer(&w->perf, sy_perf_record_free);
    g_clear_pointer(&w->trace, sy_trace_free);
    return good;
}

GArray *kvm_witness_events(KvmWitness *w, uint64_t *lost, GError **error)
{
    if (w->by_perf) {
        return sy_kvm_script_read(w->path, lost, error);
    }
    *lost = w->tally.lost;
    return sy_kvm_events_read(w->path, error);
}

void kvm_witness_free(KvmWitness *w)
{
    if (w) {
        sy_perf_record_free(w->perf);
        sy_trace_free(w->trace);
        g_free(w->path);
        g_free(w);
    }
}
