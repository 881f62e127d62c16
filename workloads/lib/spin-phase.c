/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/spin-phase.h"

#include "base/clock.h"

/* A vCPU that QEMU has stopped is about to sleep; it is asleep after this time at the latest. */
#define ASLEEP_LIMIT_NS SY_NS_PER_S

static bool read_at_rest(SpinVm *spin, SyPerf *perf, SpinRest *rest, GError **error)
{
    int64_t when_ns;

    *rest = (SpinRest){0};
    return sy_schedstat_read_asleep(sy_vm_pid(spin->vm),
                                    g_array_index(spin->vcpus, SyVcpu, 0).thread_id,
                                    sy_now_ns() + ASLEEP_LIMIT_NS, SY_SCHEDSTAT_POLL_NS,
                                    &rest->sched, &when_ns, &rest->exact, error) &&
           (!perf || sy_perf_read(perf, &rest->perf, error)) &&
           spin_vm_counts(spin, &rest->count, error);
}

bool spin_phase_rest(SpinVm *spin, SyPerf *perf, SpinRest *rest, GError **error)
{
    return sy_vm_pause(spin->vm, error) && read_at_rest(spin, perf, rest, error);
}

bool spin_phase(SpinVm *spin, SyPerf *perf, int64_t wall_ns, SpinRest *rest, SpinPhase *out,
                GError **error)
{
    const SpinRest begin = *rest;
    int64_t start_ns = sy_now_ns(), end_ns;
    Phase phase;

    if (!sy_vm_resume(spin->vm, error) || !sy_sleep_until_ns(start_ns + wall_ns, error) ||
        !sy_vm_pause(spin->vm, error)) {
        return false;
    }
    end_ns = sy_now_ns();
    if (!read_at_rest(spin, perf, rest, error)) {
        return false;
    }
    phase = (Phase){
        .wall_ns = end_ns - start_ns,
        .work = rest->count - begin.count,
        .cpu_ns = (int64_t)(rest->sched.run_ns - begin.sched.run_ns),
        .spoiled = !begin.exact || !rest->exact,
    };
    *out = (SpinPhase){.by_schedstat = phase, .by_perf = phase};
    out->by_perf.cpu_ns = (int64_t)(rest->perf.counts[SY_PERF_TASK_CLOCK].value -
                                    begin.perf.counts[SY_PERF_TASK_CLOCK].value);
    return true;
}
