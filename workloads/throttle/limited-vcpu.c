/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/limited-vcpu.h"

#include <math.h>

#include "base/clock.h"
#include "workloads/throttle/switch-offset.h"

/* A vCPU that misses this much of its share, in %, while it waited for a CPU at least as long, was
 * starved. */
#define STARVED_LIMIT_PCT 1.0
/* Periods without a QMP command before the windows. */
#define QUIET_PERIODS 2
/* If a window's use is not known better than this, in % of the quota, the yardstick is too coarse.
 */
#define DOUBT_LIMIT_PCT 5.0

static const SyVcpu *vcpu(const Scales *s)
{
    return &g_array_index(s->spin->vcpus, SyVcpu, 0);
}

/* The guest's count, and the CPU time at which it was read: halfway from before to after. */
static bool read_work(const Scales *s, double *work, double *cpu_s, GError **error)
{
    SyPerfReading before, after;
    uint64_t count;

    if (!sy_perf_read(s->perf, &before, error) || !spin_vm_counts(s->spin, &count, error) ||
        !sy_perf_read(s->perf, &after, error)) {
        return false;
    }
    *work = (double)count;
    *cpu_s = ((double)before.counts[SY_PERF_TASK_CLOCK].value +
              (double)after.counts[SY_PERF_TASK_CLOCK].value) /
             2 / SY_NS_PER_S;
    return true;
}

static bool read_stat(const Scales *s, SyCgroupStat *out, GError **error)
{
    *out = (SyCgroupStat){0};
    return !s->cgroup || sy_cgroup_stat(s->cgroup, out, error);
}

static bool watch(const Scales *s, Weighing *w, GError **error)
{
    const Sampler sampler = {.pid = sy_vm_pid(s->spin->vm),
                             .tid = vcpu(s)->thread_id,
                             .perf = s->perf,
                             .quota_ns = s->quota_ns,
                             .period_ns = s->period_ns,
                             .windows = s->windows};
    SyCgroupStat before;

    if (!sy_sleep_until_ns(sy_now_ns() + QUIET_PERIODS * s->period_ns, error) ||
        !read_stat(s, &before, error) || !sampler_watch(&sampler, &w->sampling, error) ||
        !read_stat(s, &w->stat, error)) {
        return false;
    }
    w->stat.periods -= before.periods;
    w->stat.throttled -= before.throttled;
    w->stat.throttled_ns -= before.throttled_ns;
    return true;
}

/*
 * The twin tells what falling asleep and waking up is worth to the witnesses. Being switched out
 * otherwise, as by a control group, is worth no more, but nobody knows what, and of which sign.
 */
static double witness_limit_pct(const SwitchOffset *offset, const Testimony *t)
{
    double unknown_ns = fabs(offset->offset_ns) * (double)(t->slices - t->sleeps);

    return WITNESS_LIMIT_PCT + (t->run_ns > 0 ? 100 * unknown_ns / (double)t->run_ns : 0);
}

static void conclude(const Scales *s, const SwitchOffset *offset, Weighing *w)
{
    const Sampling *sampling = &w->sampling;
    int64_t delay_ns = MAX(0, sampling->delay_ns - w->stat.throttled_ns);

    w->witnesses = witness_compare(&sampling->testimony, offset, WITNESS_LIMIT_PCT);
    w->witness_limit_pct = witness_limit_pct(offset, &sampling->testimony);
    w->share = sampling->run_ns / (double)sampling->wall_ns;
    w->target = (double)s->quota_ns / (double)s->period_ns;
    w->error_pct = 100 * (w->share / w->target - 1);
    w->queued_pct = 100 * (double)sampling->delay_ns / (double)sampling->span_ns;
    w->delay_pct = 100 * (double)delay_ns / (double)sampling->span_ns;
    /* As in throttle.share: it would have had its share, had it not stood in the run queue. */
    if (-w->error_pct > STARVED_LIMIT_PCT && w->share + w->delay_pct / 100 >= w->target) {
        w->starved_pct = -w->error_pct;
    }
}

bool weighing_take(const Scales *s, Weighing *out, GError **error)
{
    double work[2] = {0}, cpu_s[2] = {0};
    SwitchOffset offset;

    *out = (Weighing){0};
    if (!twin_measure_throttled(vcpu(s)->thread_id, s->quota_ns, s->period_ns, &offset, error) ||
        !read_work(s, &work[0], &cpu_s[0], error) || !watch(s, out, error) ||
        !read_work(s, &work[1], &cpu_s[1], error)) {
        return false;
    }
    conclude(s, &offset, out);
    if (cpu_s[1] > cpu_s[0]) {
        out->work_per_cpu_s = (work[1] - work[0]) / (cpu_s[1] - cpu_s[0]);
    }
    return true;
}

void weighing_doubt(SyCase *c, const Scales *s, const Weighing *w)
{
    const char *load = s->load ? sy_contention_describe(s->load) : "none of ours";
    double doubt_pct = 100 * w->sampling.use.doubt_p99_ns / (double)s->quota_ns;

    if (w->sampling.testimony.run_ns <= 0 || w->work_per_cpu_s <= 0) {
        sy_case_inconclusive(c, "the vCPU did not work at all in %.3f s",
                             (double)w->sampling.span_ns / SY_NS_PER_S);
    } else if (s->load && !sy_contention_alive(s->load)) {
        sy_case_inconclusive(c, "the load ended before the measurement: %s", load);
    } else if (w->starved_pct > 0) {
        sy_case_inconclusive(c,
                             "starved: the vCPU got %.2f %% of a CPU instead of %.2f %%, and stood "
                             "in the run queue for %.2f %% (load: %s)",
                             100 * w->share, 100 * w->target, w->delay_pct, load);
    } else if (!w->sampling.exact) {
        sy_case_inconclusive(c,
                             "schedstat was not current: the vCPU was not found off its CPU where "
                             "the windows should begin or end (load: %s)",
                             load);
    } else if (fabs(w->witnesses.pct) > w->witness_limit_pct) {
        sy_case_inconclusive(c,
                             "the witnesses disagree: perf's task clock has %+.3f %% of "
                             "schedstat's run time (limit %.2f %%; %.1f us per sleep taken off)",
                             w->witnesses.pct, w->witness_limit_pct,
                             w->witnesses.offset_ns / SY_NS_PER_US);
    } else if (doubt_pct > DOUBT_LIMIT_PCT) {
        sy_case_inconclusive(c,
                             "the harness was late: what the vCPU used in a window is known to "
                             "+-%.1f us only, %.1f %% of the quota",
                             w->sampling.use.doubt_p99_ns / SY_NS_PER_US, doubt_pct);
    }
}
