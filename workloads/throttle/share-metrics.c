/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/share-metrics.h"

#include <math.h>
#include <unistd.h>

#include "base/clock.h"
#include "workloads/throttle/stall.h"
#include "workloads/throttle/starvation.h"
#include "workloads/throttle/third-witness.h"

/* What one repetition says about one vCPU. */
typedef struct {
    Starvation starvation;
    double target; /* fraction of a CPU */
    double error_pct;
    double delay_pct; /* run delay in % of wall time */
    WitnessComparison witnesses;
    ThirdWitness third; /* of a repetition in which the two disagree; else empty */
} Finding;

/*
 * If the witnesses disagree, one of them is wrong, and the truth lies somewhere between the two.
 * That is enough for a wide gate: if both are on the same side of it and differ by at most half of
 * it.
 */
static WitnessComparison compare_witnesses(const ShareRepetition *r, guint vcpu, double error_pct)
{
    const CpuTimes *t = &r->window[vcpu].times;
    WitnessComparison strict = witness_compare(t, &r->offset, WITNESS_LIMIT_PCT);
    WitnessComparison wide = witness_compare(t, &r->offset, r->gate_pct / 2);
    double other_pct = 100 * ((1 + error_pct / 100) * (1 + wide.pct / 100) - 1);
    bool same_side = (fabs(error_pct) <= r->gate_pct) == (fabs(other_pct) <= r->gate_pct);

    return !strict.agree && wide.agree && same_side ? wide : strict;
}

static void finding_clear(Finding *f)
{
    third_witness_clear(&f->third);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Finding, finding_clear)

/* Fills in what the vCPU got if its run time is `run_ns`. */
static void judge_share(const ShareRepetition *r, guint vcpu, int64_t run_ns, Finding *f)
{
    const VcpuShare *v = &r->window[vcpu];
    const ThrottleInfo *before = &r->before.throttle[vcpu], *after = &r->after.throttle[vcpu];
    const StarvationInput in = {
        .wall_ns = v->wall_ns,
        .run_ns = run_ns,
        .delay_ns = v->delay_ns,
        .unusable_ns = starvation_unusable_ns(after->forfeited_ns - before->forfeited_ns,
                                              after->credit_ns, after->quota_ns),
        .target = f->target,
    };

    f->starvation = starvation_judge(&in);
    f->error_pct = 100 * (f->starvation.share / f->target - 1);
}

/* The two witnesses disagree: the third decides, if it was called. */
static void ask_third(const ShareRepetition *r, guint vcpu, Finding *f)
{
    third_witness_decide(&r->on_cpu[vcpu], r->missing[vcpu], &r->window[vcpu].times,
                         WITNESS_LIMIT_PCT, r->after.steal_ns > r->before.steal_ns, &f->third);
    if (third_witness_decided(&f->third)) {
        f->witnesses.agree = true;
        judge_share(r, vcpu, f->third.run_ns, f);
    }
}

static Finding find(const ShareRepetition *r, guint vcpu)
{
    const VcpuShare *v = &r->window[vcpu];
    Finding f = {
        .target = (double)r->quota_ns[vcpu] / (double)r->period_ns,
        .delay_pct = 100.0 * (double)v->delay_ns / (double)v->wall_ns,
    };

    judge_share(r, vcpu, v->times.run_ns, &f);
    f.witnesses = compare_witnesses(r, vcpu, f.error_pct);
    if (!f.witnesses.agree && r->third_called) {
        ask_third(r, vcpu, &f);
    }
    return f;
}

/*
 * A window that does not hold whole periods may hold up to one quota of credit and one of the cut
 * period more or less. An error beyond that is the throttle's fault, whatever the window.
 */
static bool explained_by_ends(const ShareRepetition *r, guint vcpu)
{
    const VcpuShare *v = &r->window[vcpu];
    double quota_ns = (double)r->quota_ns[vcpu];
    double target_ns = (double)v->wall_ns * quota_ns / (double)r->period_ns;

    return r->quota_ns[vcpu] < r->period_ns &&
           fabs((double)v->times.run_ns - target_ns) <= 2 * quota_ns;
}

/* CPU time that the load used between the readings, in % of one CPU. */
static double competitor_pct(const ShareRepetition *r)
{
    return 100 * (double)(r->after.competitor_ns - r->before.competitor_ns) /
           (double)(r->after.when_ns - r->before.when_ns);
}

/* Steal time in % of all the host's CPUs. */
static double steal_pct(const ShareRepetition *r)
{
    double cpus = (double)MAX(sysconf(_SC_NPROCESSORS_ONLN), 1);

    return 100 * (double)(r->after.steal_ns - r->before.steal_ns) / cpus /
           (double)(r->after.when_ns - r->before.when_ns);
}

/* "load: 2 x stress-ng cpu on CPUs 0-1, which took 120.3 % of a CPU; steal 0.0 %" */
static char *competition(const ShareRepetition *r)
{
    GString *text = g_string_new("load: ");

    if (r->load) {
        g_string_append_printf(text, "%s, which took %.1f %% of a CPU", r->load, competitor_pct(r));
    } else {
        g_string_append(text, "none started by steelyard");
    }
    g_string_append_printf(text, "; steal %.1f %%", steal_pct(r));
    return g_string_free(text, FALSE);
}

/*
 * What the host withheld can hide an error of the throttle of that size. It does not matter if the
 * gate is wide: with it and without it the share is within the gate, and it is at most half of the
 * gate. It does matter if it alone takes the share out of the gate, even if more is missing that
 * nobody explains: that is within the gate.
 */
static bool starvation_matters(const ShareRepetition *r, const Finding *f)
{
    double starved_pct = f->starvation.starved_pct;
    bool within = fabs(f->error_pct) <= r->gate_pct;
    bool within_without = fabs(f->error_pct + starved_pct) <= r->gate_pct;

    if (!within && within_without) {
        return true;
    }
    return f->starvation.starved && !(starved_pct <= r->gate_pct / 2 && within && within_without);
}

/* Calls sy_case_inconclusive() with the reason if this repetition cannot be judged. */
static void doubt(SyCase *c, const ShareRepetition *r, guint vcpu, const Finding *f)
{
    const VcpuShare *v = &r->window[vcpu];
    g_autofree char *others = competition(r);

    if (r->load_died) {
        sy_case_inconclusive(c, "the load ended before the measurement did: %s", r->load);
    } else if (starvation_matters(r, f)) {
        sy_case_inconclusive(
            c,
            "starved: vCPU %u got %.2f %% of a CPU instead of %.2f %%; it waited in the run queue "
            "for %.2f %% of the time, so that the scheduler had %.2f %% of a CPU to offer (%s)",
            vcpu, 100 * f->starvation.share, 100 * f->target, f->delay_pct,
            100 * f->starvation.offered, others);
    } else if (v->times.run_ns <= 0 && !v->asleep) {
        sy_case_inconclusive(c, "vCPU %u got no CPU time at all in %.3f s, and was not asleep (%s)",
                             vcpu, (double)v->wall_ns / SY_NS_PER_S, others);
    } else if (!v->in_phase && explained_by_ends(r, vcpu)) {
        sy_case_inconclusive(
            c,
            "no whole periods: vCPU %u was not asleep where the window should start or end; it "
            "waited in the run queue for %.2f %% of the time (%s)",
            vcpu, f->delay_pct, others);
    } else if (!f->witnesses.agree) {
        g_autofree char *third = third_witness_text(&f->third);

        sy_case_inconclusive(
            c,
            "the witnesses disagree: vCPU %u's task clock by perf differs from its run time by "
            "schedstat by %+.3f %%, corrected by %.1f us per sleep (limit %.1f %%, or half of the "
            "gate of %g %% if both are on the same side of it); %s",
            vcpu, f->witnesses.pct, f->witnesses.offset_ns / SY_NS_PER_US, WITNESS_LIMIT_PCT,
            r->gate_pct, third);
    }
}

/* PMU counts per second of the vCPUs' CPU time; a note with the reason where there is no PMU. */
static void record_pmu(SyCase *c, const ShareRepetition *r)
{
    static const struct {
        SyPerfCounter counter;
        const char *metric;
    } table[] = {
        {SY_PERF_CYCLES_GUEST, "guest_cycles_per_cpu_s"},
        {SY_PERF_CYCLES_HOST, "host_cycles_per_cpu_s"},
        {SY_PERF_INSTRUCTIONS_GUEST, "guest_instructions_per_cpu_s"},
        {SY_PERF_INSTRUCTIONS_HOST, "host_instructions_per_cpu_s"},
    };

    for (guint k = 0; k < G_N_ELEMENTS(table); k++) {
        double total = 0, cpu_s = 0;
        const char *reason = NULL;

        for (guint i = 0; i < r->vcpus; i++) {
            const SyPerfCount *begin = &r->window[i].perf_begin.counts[table[k].counter];
            const SyPerfCount *end = &r->window[i].perf_end.counts[table[k].counter];

            reason = end->available ? reason : end->reason;
            total += (double)end->value - (double)begin->value;
            cpu_s += (double)r->window[i].times.task_clock_ns / SY_NS_PER_S;
        }
        if (reason || cpu_s <= 0) {
            sy_case_na(c, table[k].metric, reason ? reason : "n/a: no CPU time");
        } else {
            sy_case_sample(c, table[k].metric, total / cpu_s);
        }
    }
}

/* A vCPU that did not run has no ratio; the repetition is inconclusive by now, or it stalled. */
static double finite_pct(double pct)
{
    return isfinite(pct) ? pct : -100;
}

static StallInput stall_input(const ShareRepetition *r, guint vcpu)
{
    const VcpuShare *v = &r->window[vcpu];

    return (StallInput){
        .wall_ns = v->wall_ns,
        .run_ns = v->times.run_ns,
        .delay_ns = v->delay_ns,
        .quota_ns = r->quota_ns[vcpu],
        .asleep = v->asleep,
        .worked = r->after.work[vcpu] != r->before.work[vcpu],
    };
}

/* The number of vCPUs that the throttle does not let run, or that run for nothing. */
static guint record_stalls(SyCase *c, const ShareRepetition *r)
{
    guint stalled = 0;

    for (guint i = 0; i < r->vcpus; i++) {
        const StallInput in = stall_input(r, i);

        if (stall_judge(&in)) {
            stall_note(c, i, &in);
            stalled++;
        }
    }
    sy_case_sample(c, STALL_METRIC, stalled);
    return stalled;
}

/* A stalled vCPU proves the throttle wrong, whatever else there is to say of the repetition. */
static void record_shares(SyCase *c, const ShareRepetition *r)
{
    bool stalled = record_stalls(c, r) > 0;
    Finding worst = {0};
    WitnessComparison witnesses = {0};
    double delay_pct = 0, starved_pct = 0, offered = 1;

    for (guint i = 0; i < r->vcpus; i++) {
        g_auto(Finding) f = find(r, i);

        if (!stalled) {
            doubt(c, r, i, &f);
        }
        if (third_witness_asked(&f.third)) {
            sy_case_third_witness(c, third_witness_result(&f.third, i));
        }
        if (i == 0 || fabs(f.error_pct) > fabs(worst.error_pct)) {
            worst = f;
            worst.third = (ThirdWitness){0}; /* f's */
        }
        if (i == 0 || fabs(f.witnesses.pct) > fabs(witnesses.pct)) {
            witnesses = f.witnesses;
        }
        delay_pct = MAX(delay_pct, f.delay_pct);
        starved_pct = MAX(starved_pct, f.starvation.starved_pct);
        offered = MIN(offered, f.starvation.offered);
    }
    sy_case_sample(c, "share_error_pct", worst.error_pct);
    sy_case_sample(c, "share_pct", 100 * worst.starvation.share);
    sy_case_sample(c, "expected_share_pct", 100 * worst.starvation.expected);
    sy_case_sample(c, "offered_pct", 100 * offered);
    sy_case_sample(c, "run_delay_pct", delay_pct);
    sy_case_sample(c, "starved_pct", starved_pct);
    sy_case_sample(c, "perf_vs_schedstat_pct", finite_pct(witnesses.pct));
    sy_case_sample(c, "perf_vs_schedstat_raw_pct", finite_pct(witnesses.raw_pct));
    sy_case_sample(c, "switch_offset_us", witnesses.offset_ns / SY_NS_PER_US);
}

static void record_competition(SyCase *c, const ShareRepetition *r)
{
    if (r->load) {
        sy_case_sample(c, "competitor_cpu_pct", competitor_pct(r));
    } else {
        sy_case_na(c, "competitor_cpu_pct", "n/a: the case has no load");
    }
    sy_case_sample(c, "steal_pct", steal_pct(r));
}

/* vCPUs without a limit are not in the throttle's books. */
static void record_counts(SyCase *c, const ShareRepetition *r)
{
    double work = 0, used_s = 0, kicks = 0, periods = 0;

    for (guint i = 0; i < r->vcpus; i++) {
        const ThrottleInfo *before = &r->before.throttle[i], *after = &r->after.throttle[i];

        if (after->enabled) {
            work += (double)(r->after.work[i] - r->before.work[i]);
            used_s += (double)(after->used_ns - before->used_ns) / SY_NS_PER_S;
            kicks += (double)(after->kicks - before->kicks);
            periods += (double)(after->periods - before->periods);
        }
    }
    if (periods > 0 && used_s > 0) {
        sy_case_sample(c, "kicks_per_period", kicks / periods);
        sy_case_sample(c, "work_per_cpu_s", work / used_s);
    } else {
        sy_case_na(c, "kicks_per_period", "n/a: not throttled");
        sy_case_na(c, "work_per_cpu_s", "n/a: the throttle counts no CPU time while it is off");
    }
}

void share_metrics_record(SyCase *c, const ShareRepetition *r)
{
    record_shares(c, r);
    record_competition(c, r);
    record_pmu(c, r);
    record_counts(c, r);
}
