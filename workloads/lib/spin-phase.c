/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/spin-phase.h"

#include "base/clock.h"
#include "host/schedstat.h"

/* A vCPU that QEMU has stopped is about to sleep; it is asleep after this time at the latest. */
#define ASLEEP_LIMIT_NS SY_NS_PER_S

typedef struct {
    SySchedstat sched;
    SyPerfReading perf;
    uint64_t count;
    bool exact;
} Reading;

static bool read_at_rest(SpinVm *spin, SyPerf *perf, Reading *out, GError **error)
{
    int64_t when_ns;

    return sy_schedstat_read_asleep(sy_vm_pid(spin->vm),
                                    g_array_index(spin->vcpus, SyVcpu, 0).thread_id,
                                    sy_now_ns() + ASLEEP_LIMIT_NS, SY_SCHEDSTAT_POLL_NS,
                                    &out->sched, &when_ns, &out->exact, error) &&
           (!perf || sy_perf_read(perf, &out->perf, error)) &&
           spin_vm_counts(spin, &out->count, error);
}

bool spin_phase_rest(SpinVm *spin, GError **error)
{
    return sy_vm_pause(spin->vm, error);
}

bool spin_phase(SpinVm *spin, SyPerf *perf, int64_t wall_ns, SpinPhase *out, GError **error)
{
    Reading begin = {0}, end = {0};
    uint64_t work;

    if (!read_at_rest(spin, perf, &begin, error) || !sy_vm_resume(spin->vm, error) ||
        !sy_sleep_until_ns(sy_now_ns() + wall_ns, error) || !spin_phase_rest(spin, error) ||
        !read_at_rest(spin, perf, &end, error)) {
        return false;
    }
    work = end.count - begin.count;
    *out = (SpinPhase){
        .by_schedstat = {.work = work, .cpu_ns = (int64_t)(end.sched.run_ns - begin.sched.run_ns)},
        .delay_ns = (int64_t)(end.sched.delay_ns - begin.sched.delay_ns),
        .exact = begin.exact && end.exact,
    };
    if (perf) {
        out->by_perf.work = work;
        out->by_perf.cpu_ns = (int64_t)(end.perf.counts[SY_PERF_TASK_CLOCK].value -
                                        begin.perf.counts[SY_PERF_TASK_CLOCK].value);
    }
    return true;
}
