/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/limited-vcpu.h"

#include <math.h>

#include "base/clock.h"
#include "host/steal.h"
#include "workloads/throttle/stall.h"
#include "workloads/throttle/switch-offset.h"
#include "workloads/throttle/third-watch.h"

/* A vCPU that lacks more than this part of its share, in %, was starved if it waited for a CPU for
 * at least as long. */
#define STARVED_LIMIT_PCT 1.0
/* Periods without a QMP command before the windows start. */
#define QUIET_PERIODS 2
/* If the CPU time used in a window is uncertain by more than this, in % of the quota, the
 * measurement is too coarse. */
#define DOUBT_LIMIT_PCT 5.0

static const SyVcpu *vcpu(const LimitedVcpu *v)
{
    return &g_array_index(v->spin->vcpus, SyVcpu, 0);
}

/* The guest's count, and the CPU time at which it was read: the mean of that before and after. */
static bool read_work(const LimitedVcpu *v, double *work, double *cpu_s, GError **error)
{
    SyPerfReading before, after;
    uint64_t count;

    if (!sy_perf_read(v->perf, &before, error) || !spin_vm_counts(v->spin, &count, error) ||
        !sy_perf_read(v->perf, &after, error)) {
        return false;
    }
    *work = (double)count;
    *cpu_s = ((double)before.counts[SY_PERF_TASK_CLOCK].value +
              (double)after.counts[SY_PERF_TASK_CLOCK].value) /
             2 / SY_NS_PER_S;
    return true;
}

static bool read_stat(const LimitedVcpu *v, SyCgroupStat *out, GError **error)
{
    *out = (SyCgroupStat){0};
    return !v->cgroup || sy_cgroup_stat(v->cgroup, out, error);
}

static bool watch(const LimitedVcpu *v, LimitedVcpuResult *r, GError **error)
{
    const Sampler sampler = {.pid = sy_vm_pid(v->spin->vm),
                             .tid = vcpu(v)->thread_id,
                             .perf = v->perf,
                             .quota_ns = v->quota_ns,
                             .period_ns = v->period_ns,
                             .windows = v->windows};
    SyCgroupStat before;

    if (!sy_sleep_until_ns(sy_now_ns() + QUIET_PERIODS * v->period_ns, error) ||
        !read_stat(v, &before, error) || !sampler_watch(&sampler, &r->sampling, error) ||
        !read_stat(v, &r->stat, error)) {
        return false;
    }
    r->stat.periods -= before.periods;
    r->stat.throttled -= before.throttled;
    r->stat.throttled_ns -= before.throttled_ns;
    return true;
}

/*
 * The twin measures by how much the witnesses differ per sleep and wake-up. Being preempted, as by
 * a control group, makes them differ by no more than that, but the amount and the sign are unknown.
 */
static double witness_limit_pct(const SwitchOffset *offset, const CpuTimes *t)
{
    double unknown_ns = fabs(offset->offset_ns) * (double)(t->slices - t->sleeps);

    return WITNESS_LIMIT_PCT + (t->run_ns > 0 ? 100 * unknown_ns / (double)t->run_ns : 0);
}

static void conclude(const LimitedVcpu *v, const SwitchOffset *offset, LimitedVcpuResult *r)
{
    const Sampling *sampling = &r->sampling;
    int64_t delay_ns = MAX(0, sampling->delay_ns - r->stat.throttled_ns);

    r->witnesses = witness_compare(&sampling->times, offset, WITNESS_LIMIT_PCT);
    r->witness_limit_pct = witness_limit_pct(offset, &sampling->times);
    r->share = sampling->run_ns / (double)sampling->wall_ns;
    r->target = (double)v->quota_ns / (double)v->period_ns;
    r->error_pct = 100 * (r->share / r->target - 1);
    r->queued_pct = 100 * (double)sampling->delay_ns / (double)sampling->span_ns;
    r->delay_pct = 100 * (double)delay_ns / (double)sampling->span_ns;
    /* As in throttle.share: it would have got its share, had it not waited in the run queue. */
    if (-r->error_pct > STARVED_LIMIT_PCT && r->share + r->delay_pct / 100 >= r->target) {
        r->starved_pct = -r->error_pct;
    }
}

static bool disagree(const LimitedVcpuResult *r)
{
    return fabs(r->witnesses.pct) > r->witness_limit_pct;
}

/* Where the two witnesses disagree, the third decides; by perf, the share shrinks or grows as the
 * run time does. */
static void hear_third(const LimitedVcpu *v, const ThirdWatch *third, bool stolen,
                       const SwitchOffset *offset, LimitedVcpuResult *r)
{
    Sampling *s = &r->sampling;
    OnCpu on_cpu;
    const char *missing =
        third_watch_read(third, vcpu(v)->thread_id, s->from_ns, s->to_ns, &on_cpu);

    if (!third->called || !disagree(r)) {
        return;
    }
    third_witness_decide(&on_cpu, missing, &s->times, WITNESS_LIMIT_PCT, stolen, &r->third);
    if (r->third.verdict == THIRD_WITNESS_PERF) {
        s->run_ns *= (double)r->third.run_ns / (double)s->times.run_ns;
        conclude(v, offset, r);
    }
}

bool limited_vcpu_measure(const SyCase *c, const LimitedVcpu *v, LimitedVcpuResult *out,
                          GError **error)
{
    double work[2] = {0}, cpu_s[2] = {0};
    int64_t steal_ns[2] = {0};
    const pid_t tid = vcpu(v)->thread_id;
    g_auto(ThirdWatch) third = {0};
    SwitchOffset offset;

    *out = (LimitedVcpuResult){0};
    if (!switch_offset_measure_throttled(vcpu(v)->thread_id, v->quota_ns, v->period_ns, &offset,
                                         error) ||
        !read_work(v, &work[0], &cpu_s[0], error) || !sy_steal_read(&steal_ns[0], error)) {
        return false;
    }
    third_watch_begin(&third, c, &tid, 1);
    if (!watch(v, out, error) || !read_work(v, &work[1], &cpu_s[1], error) ||
        !sy_steal_read(&steal_ns[1], error)) {
        return false;
    }
    third_watch_end(&third);
    conclude(v, &offset, out);
    hear_third(v, &third, steal_ns[1] > steal_ns[0], &offset, out);
    if (cpu_s[1] > cpu_s[0]) {
        out->work_per_cpu_s = (work[1] - work[0]) / (cpu_s[1] - cpu_s[0]);
    }
    return true;
}

void limited_vcpu_result_clear(LimitedVcpuResult *r)
{
    third_witness_clear(&r->third);
}

static bool record_stall(SyCase *c, const LimitedVcpu *v, const LimitedVcpuResult *r)
{
    const StallInput in = {
        .wall_ns = r->sampling.span_ns,
        .run_ns = r->sampling.times.run_ns,
        .delay_ns = r->sampling.delay_ns,
        .quota_ns = v->quota_ns,
        .asleep = r->sampling.exact,
        .worked = r->work_per_cpu_s > 0,
    };
    bool stalled = stall_judge(&in);

    if (stalled) {
        stall_note(c, 0, &in);
    }
    sy_case_sample(c, STALL_METRIC, stalled);
    return stalled;
}

static void doubt(SyCase *c, const LimitedVcpu *v, const LimitedVcpuResult *r)
{
    const char *load = v->load ? sy_contention_describe(v->load) : "none started by steelyard";
    double doubt_pct = 100 * r->sampling.use.doubt_p99_ns / (double)v->quota_ns;

    if (r->sampling.times.run_ns <= 0 || r->work_per_cpu_s <= 0) {
        sy_case_inconclusive(c, "the vCPU did no work at all in %.3f s",
                             (double)r->sampling.span_ns / SY_NS_PER_S);
    } else if (v->load && !sy_contention_alive(v->load)) {
        sy_case_inconclusive(c, "the load ended before the measurement did: %s", load);
    } else if (r->starved_pct > 0) {
        sy_case_inconclusive(c,
                             "starved: the vCPU got %.2f %% of a CPU instead of %.2f %%; it waited "
                             "in the run queue for %.2f %% of the time (load: %s)",
                             100 * r->share, 100 * r->target, r->delay_pct, load);
    } else if (!r->sampling.exact) {
        sy_case_inconclusive(c,
                             "schedstat was not current: the vCPU never left its CPU where the "
                             "windows should start or end (load: %s)",
                             load);
    } else if (disagree(r) && !third_witness_decided(&r->third)) {
        g_autofree char *third = third_witness_text(&r->third);

        sy_case_inconclusive(
            c,
            "the witnesses disagree: perf's task clock differs from schedstat's run time by "
            "%+.3f %% (limit %.2f %%), corrected by %.1f us per sleep; %s",
            r->witnesses.pct, r->witness_limit_pct, r->witnesses.offset_ns / SY_NS_PER_US, third);
    } else if (doubt_pct > DOUBT_LIMIT_PCT) {
        sy_case_inconclusive(c,
                             "the harness was late: it knows the CPU time used in a window only to "
                             "+-%.1f us, %.1f %% of the quota",
                             r->sampling.use.doubt_p99_ns / SY_NS_PER_US, doubt_pct);
    }
}

void limited_vcpu_judge(SyCase *c, const LimitedVcpu *v, const LimitedVcpuResult *r)
{
    if (third_witness_asked(&r->third)) {
        sy_case_third_witness(c, third_witness_result(&r->third, 0));
    }
    if (!record_stall(c, v, r)) {
        doubt(c, v, r);
    }
}
