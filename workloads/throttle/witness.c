/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/witness.h"

#include "base/clock.h"
#include "stats/sample.h"

/* With fewer cycles the confidence interval of a median says little. */
#define CYCLES_MIN 8

bool witness_read(pid_t pid, pid_t tid, SyPerf *perf, int64_t deadline_ns, int64_t poll_ns,
                  WitnessReading *out, GError **error)
{
    SySchedstat after;

    do {
        if (!sy_schedstat_read_asleep(pid, tid, deadline_ns, poll_ns, &out->sched, &out->when_ns,
                                      &out->exact, error) ||
            !sy_perf_read(perf, &out->perf, error) || !sy_schedstat_read(pid, tid, &after, error)) {
            return false;
        }
    } while (after.timeslices != out->sched.timeslices && sy_now_ns() < deadline_ns);
    return true;
}

int64_t witness_task_clock_ns(const WitnessReading *begin, const WitnessReading *end)
{
    return (int64_t)(end->perf.counts[SY_PERF_TASK_CLOCK].value -
                     begin->perf.counts[SY_PERF_TASK_CLOCK].value);
}

/*
 * The median, not the mean: the offset stands for the cost that every switch has. A CPU that
 * stalled in the middle of one switch is a disagreement, and must remain one.
 */
SwitchOffset switch_offset_estimate(const double *excess_ns, size_t n, double wakeup_ns)
{
    double offset = sy_sample_median(excess_ns, n);
    double ci[2];

    if (n < CYCLES_MIN || !(fabs(offset) <= wakeup_ns) ||
        !sy_sample_median_ci95(excess_ns, n, ci)) {
        return SWITCH_OFFSET_UNKNOWN;
    }
    return (SwitchOffset){.offset_ns = offset, .doubt_ns = (ci[1] - ci[0]) / 2};
}

double witness_doubt_max_ns(int64_t run_ns, double limit_pct)
{
    return limit_pct / 2 / 100 * (double)run_ns;
}

static bool sure_enough(const SwitchOffset *offset, const CpuTimes *t, double limit_pct)
{
    double preempted = (double)(t->slices - t->sleeps);
    double unsure_ns = offset->doubt_ns * (double)t->sleeps + fabs(offset->offset_ns) * preempted;

    return unsure_ns <= witness_doubt_max_ns(t->run_ns, limit_pct);
}

WitnessComparison witness_compare(const CpuTimes *t, const SwitchOffset *offset, double limit_pct)
{
    double run_ns = (double)t->run_ns, task_clock_ns = (double)t->task_clock_ns;
    WitnessComparison out = {.raw_pct = 100 * (task_clock_ns / run_ns - 1)};

    out.offset_ns = sure_enough(offset, t, limit_pct) ? offset->offset_ns : 0;
    out.pct = 100 * ((task_clock_ns + out.offset_ns * (double)t->sleeps) / run_ns - 1);
    out.agree = fabs(out.pct) <= limit_pct;
    return out;
}
