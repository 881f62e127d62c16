/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the windows and counters of a repetition of throttle.share to its metrics and reasons. */
#include "workloads/throttle/share-metrics.h"

#include <math.h>

#include "base/clock.h"
#include "tests/check.h"
#include "workloads/workloads.h"

#define PERIOD_NS (20 * SY_NS_PER_MS)
#define WALL_NS (100 * PERIOD_NS)

static SyCasePlan plan;
static SyCase *c;
static ShareRepetition r;

/* A vCPU that got `share_pct` in a window of 2 s while the witnesses agreed. */
static void set_vcpu(guint i, double target_pct, double share_pct, double delay_pct)
{
    int64_t run_ns = llround(WALL_NS * share_pct / 100);
    ThrottleInfo *before = &r.before.throttle[i], *after = &r.after.throttle[i];

    r.quota_ns[i] = llround(PERIOD_NS * target_pct / 100);
    r.window[i] = (VcpuShare){
        .wall_ns = WALL_NS,
        .delay_ns = llround(WALL_NS * delay_pct / 100),
        .times = {.run_ns = run_ns, .task_clock_ns = run_ns, .slices = 100, .sleeps = 100},
        .in_phase = true,
        .asleep = true,
    };
    *before = (ThrottleInfo){.quota_ns = r.quota_ns[i], .period_ns = PERIOD_NS, .enabled = true};
    *after = *before;
    after->periods = after->kicks = 100;
    after->used_ns = run_ns;
    r.after.work[i] = 1000;
    r.vcpus = MAX(r.vcpus, i + 1);
}

/* Quota that the throttle says went unused, in % of the window. */
static void forfeit(guint i, double pct)
{
    r.after.throttle[i].forfeited_ns = llround(WALL_NS * pct / 100);
}

static void set_up(void)
{
    plan = (SyCasePlan){.id = (char *)"share",
                        .workload = sy_workload_find(sy_workloads, "throttle.share"),
                        .params = g_ptr_array_new()};
    c = g_new0(SyCase, 1);
    c->plan = &plan;
    c->result = sy_case_result_of_plan(&plan);
    r = (ShareRepetition){.period_ns = PERIOD_NS, .offset = SWITCH_OFFSET_UNKNOWN};
    r.after.when_ns = WALL_NS;
}

static void tear_down(void)
{
    sy_case_result_free(c->result);
    g_ptr_array_unref(plan.params);
    g_free(c->doubt);
    g_free(c->evidence);
    g_free(c);
}

TestSuite(share_metrics, .init = set_up, .fini = tear_down, .timeout = 60);

static double sample(const char *name)
{
    for (guint i = 0; i < c->result->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(c->result->metrics, i);

        if (strcmp(metric->name, name) == 0) {
            return metric->samples->len == 1 ? g_array_index(metric->samples, double, 0) : NAN;
        }
    }
    cr_assert_fail("no metric %s", name);
    return NAN;
}

Test(share_metrics, each_vcpu_is_compared_with_its_own_target_and_the_worst_is_reported)
{
    set_vcpu(0, 40, 40.004, 0);
    set_vcpu(1, 30, 30.06, 5);
    set_vcpu(2, 20, 19.99, 1);
    share_metrics_record(c, &r);
    cr_assert_null(c->doubt);
    cr_assert_float_eq(sample("share_error_pct"), 0.2, 1e-6);
    cr_assert_float_eq(sample("share_pct"), 30.06, 1e-6);
    cr_assert_float_eq(sample("expected_share_pct"), 30, 1e-6);
    cr_assert_float_eq(sample("run_delay_pct"), 5, 1e-6);
    cr_assert_float_eq(sample("offered_pct"), 100 * 30.06 / 35.06, 1e-6);
}

Test(share_metrics, starvation_is_reported_with_run_delay_offer_load_and_steal)
{
    set_vcpu(0, 90, 50, 50);
    forfeit(0, 40);
    r.load = "2 x stress-ng cpu on CPUs 0-1";
    r.after.competitor_ns = WALL_NS * 3 / 2;
    share_metrics_record(c, &r);
    cr_assert_str_eq(
        c->doubt,
        "starved: vCPU 0 got 50.00 % of a CPU instead of 90.00 %; it waited in the run queue for "
        "50.00 % of the time, so that the scheduler had 50.00 % of a CPU to offer (load: 2 x "
        "stress-ng cpu on CPUs 0-1, which took 150.0 % of a CPU; steal 0.0 %)");
    cr_assert_float_eq(sample("starved_pct"), 100 * 40.0 / 90, 1e-6);
    cr_assert_float_eq(sample("expected_share_pct"), 50, 1e-6);
    cr_assert_float_eq(sample("competitor_cpu_pct"), 150, 1e-6);
}

Test(share_metrics, starvation_that_a_wide_gate_tolerates_is_not_inconclusive)
{
    set_vcpu(0, 40, 39.2, 40);
    forfeit(0, 1);
    r.gate_pct = 5;
    share_metrics_record(c, &r);
    cr_assert_null(c->doubt, "%s", c->doubt);
    cr_assert_float_eq(sample("starved_pct"), 2, 1e-6);
}

Test(share_metrics, starvation_of_more_than_half_a_gate_is_inconclusive)
{
    set_vcpu(0, 40, 38.9, 40);
    forfeit(0, 2);
    r.gate_pct = 5;
    share_metrics_record(c, &r);
    cr_assert(g_str_has_prefix(c->doubt, "starved: vCPU 0"), "%s", c->doubt);
}

/* 6.85 % are missing, of which the host withheld 5.2 %: the rest is within the gate of 5 %. */
Test(share_metrics, starvation_that_alone_breaks_the_gate_is_inconclusive)
{
    set_vcpu(0, 40, 37.26, 60.4);
    r.gate_pct = 5;
    forfeit(0, 2.08);
    share_metrics_record(c, &r);
    cr_assert(g_str_has_prefix(c->doubt, "starved: vCPU 0"), "%s", c->doubt);
}

Test(share_metrics, an_error_beyond_the_gate_stays_one_whatever_the_host_withheld_besides)
{
    set_vcpu(0, 40, 34, 60.4);
    r.gate_pct = 5;
    forfeit(0, 2.08);
    share_metrics_record(c, &r);
    cr_assert_null(c->doubt, "%s", c->doubt);
}

Test(share_metrics, a_quota_programmed_too_low_is_not_starvation_under_any_load)
{
    set_vcpu(0, 40, 36, 40);
    r.load = "2 x stress-ng cpu on CPUs 0-1";
    share_metrics_record(c, &r);
    cr_assert_null(c->doubt, "%s", c->doubt);
    cr_assert_float_eq(sample("share_error_pct"), -10, 1e-6);
    cr_assert_eq(sample("starved_pct"), 0);
}

Test(share_metrics, credit_left_from_earlier_periods_counts_as_withheld)
{
    set_vcpu(0, 40, 39.6, 40);
    /* 0.4 % of the window is 8 ms, one quota. */
    r.after.throttle[0].credit_ns = 2 * r.quota_ns[0];
    share_metrics_record(c, &r);
    cr_assert(g_str_has_prefix(c->doubt, "starved: vCPU 0"), "%s", c->doubt);
}

/* As a lost wake-up leaves it: it slept through, so the throttle's books show no use either. */
static void set_stalled(guint i, double target_pct)
{
    set_vcpu(i, target_pct, 0, 0);
    r.window[i].times = (CpuTimes){0};
    r.after.work[i] = r.before.work[i];
    forfeit(i, target_pct);
}

Test(share_metrics, a_vcpu_that_slept_all_the_time_is_the_throttles_failure)
{
    set_stalled(0, 40);
    r.gate_pct = 5;
    share_metrics_record(c, &r);
    cr_assert_null(c->doubt, "%s", c->doubt);
    cr_assert_eq(sample("stalled_vcpus"), 1);
    cr_assert_float_eq(sample("share_error_pct"), -100, 1e-6);
    cr_assert_eq(sample("starved_pct"), 0);
    cr_assert(strstr(c->evidence, "vCPU 0 slept for all of 2.000 s"), "%s", c->evidence);
}

Test(share_metrics, a_stalled_vcpu_is_not_hidden_by_a_starved_one_a_dead_load_or_a_short_window)
{
    set_vcpu(0, 90, 50, 50);
    forfeit(0, 40);
    set_stalled(1, 40);
    r.window[1].in_phase = false;
    r.window[1].wall_ns = PERIOD_NS;
    r.load = "2 x stress-ng cpu";
    r.load_died = true;
    share_metrics_record(c, &r);
    cr_assert_null(c->doubt, "%s", c->doubt);
    cr_assert_eq(sample("stalled_vcpus"), 1);
}

Test(share_metrics, a_vcpu_that_waited_for_a_cpu_all_the_time_is_inconclusive)
{
    set_stalled(0, 40);
    r.window[0].asleep = false;
    share_metrics_record(c, &r);
    cr_assert(strstr(c->doubt, "got no CPU time at all in 2.000 s, and was not asleep"), "%s",
              c->doubt);
    cr_assert_eq(sample("stalled_vcpus"), 0);
}

Test(share_metrics, cpu_time_without_any_work_of_the_guest_is_the_throttles_failure)
{
    set_vcpu(0, 40, 40, 0);
    r.after.work[0] = r.before.work[0];
    share_metrics_record(c, &r);
    cr_assert_null(c->doubt, "%s", c->doubt);
    cr_assert_eq(sample("stalled_vcpus"), 1);
    cr_assert(strstr(c->evidence, "its guest did no work"), "%s", c->evidence);
}

Test(share_metrics, witnesses_that_disagree_about_any_vcpu_are_inconclusive)
{
    set_vcpu(0, 40, 40, 0);
    set_vcpu(1, 40, 40, 0);
    r.window[1].times.task_clock_ns += r.window[1].times.run_ns / 400;
    share_metrics_record(c, &r);
    cr_assert(g_str_has_prefix(c->doubt, "the witnesses disagree"), "%s", c->doubt);
    cr_assert_float_eq(sample("perf_vs_schedstat_pct"), 0.25, 1e-6);
}

/* perf counts 1 % less than schedstat; the third witness was called, and saw 100 intervals in which
 * schedstat charged `switches_pct` more at the switches and `standstill_pct` in standstills. */
static void call_third(double switches_pct, double standstill_pct)
{
    CpuTimes *t = &r.window[0].times;
    OnCpu *on = &r.on_cpu[0];

    t->task_clock_ns -= t->run_ns / 100;
    r.third_called = true;
    *on = (OnCpu){.slices = 100,
                  .charged_ns = t->run_ns,
                  .switches_ns = llround((double)t->run_ns * switches_pct / 100),
                  .standstill_ns = llround((double)t->run_ns * standstill_pct / 100)};
    on->on_cpu_ns = on->charged_ns - on->switches_ns - on->standstill_ns;
}

static const SyThirdWitness *third(void)
{
    cr_assert_eq(c->result->third_witness->len, 1);
    return g_ptr_array_index(c->result->third_witness, 0);
}

Test(share_metrics, the_third_witness_decides_for_schedstat_if_its_charges_are_the_intervals)
{
    set_vcpu(0, 40, 40, 0);
    call_third(1.5, 0);
    share_metrics_record(c, &r);
    cr_assert_null(c->doubt, "%s", c->doubt);
    cr_assert_float_eq(sample("share_error_pct"), 0, 1e-6);
    cr_assert_float_eq(sample("perf_vs_schedstat_pct"), -1, 1e-6);
    cr_assert_str_eq(third()->decided_by, "schedstat");
    cr_assert_eq(third()->repetition, 1);
}

Test(share_metrics, the_share_is_without_a_standstill_if_perf_is_right)
{
    set_vcpu(0, 40, 40.4, 0);
    call_third(0, 1);
    share_metrics_record(c, &r);
    cr_assert_null(c->doubt, "%s", c->doubt);
    cr_assert_float_eq(sample("share_error_pct"), -0.01, 1e-6);
    cr_assert_str_eq(third()->decided_by, "perf");
}

Test(share_metrics, a_case_stays_inconclusive_with_the_evidence_if_neither_clock_is_right)
{
    set_vcpu(0, 40, 40, 0);
    call_third(0, 3);
    share_metrics_record(c, &r);
    cr_assert(strstr(c->doubt, "neither clock agrees with the on-CPU intervals"), "%s", c->doubt);
    cr_assert_str_eq(third()->decided_by, "none");
}

Test(share_metrics, a_third_witness_whose_trace_is_incomplete_decides_nothing)
{
    set_vcpu(0, 40, 40, 0);
    call_third(0, 0);
    r.missing[0] = "its buffers had no room for 3 events";
    share_metrics_record(c, &r);
    cr_assert(g_str_has_prefix(c->doubt, "the witnesses disagree"), "%s", c->doubt);
    cr_assert(g_str_has_suffix(c->doubt, "no third witness: its buffers had no room for 3 events"),
              "%s", c->doubt);
    cr_assert_str_eq(third()->decided_by, "none");
}

Test(share_metrics, the_third_witness_is_not_asked_where_two_agree)
{
    set_vcpu(0, 40, 40, 0);
    call_third(0, 3);
    r.window[0].times.task_clock_ns = r.window[0].times.run_ns;
    share_metrics_record(c, &r);
    cr_assert_null(c->doubt, "%s", c->doubt);
    cr_assert_float_eq(sample("share_error_pct"), 0, 1e-6);
    cr_assert_eq(c->result->third_witness->len, 0);
}

/* `perf_pct`: what perf counts, in % of schedstat; the gate is 5 %. NULL: not inconclusive. */
static const char *doubt_at(double share_pct, double perf_pct)
{
    g_clear_pointer(&c->doubt, g_free);
    for (guint i = 0; i < c->result->metrics->len; i++) {
        SyMetric *metric = g_ptr_array_index(c->result->metrics, i);

        g_array_set_size(metric->samples, 0);
    }
    set_vcpu(0, 40, share_pct, 0);
    r.window[0].times.task_clock_ns = llround((double)r.window[0].times.run_ns * perf_pct / 100);
    r.gate_pct = 5;
    share_metrics_record(c, &r);
    return c->doubt;
}

Test(share_metrics, witnesses_on_the_same_side_of_a_wide_gate_may_disagree)
{
    cr_assert_null(doubt_at(40, 97.6), "%s", c->doubt);
    cr_assert_float_eq(sample("perf_vs_schedstat_pct"), -2.4, 1e-6);
    cr_assert_null(doubt_at(44, 97.6), "%s", c->doubt);
    cr_assert_float_eq(sample("share_error_pct"), 10, 1e-6);
}

Test(share_metrics, witnesses_on_both_sides_of_a_gate_or_half_of_it_apart_are_inconclusive)
{
    cr_assert_not_null(doubt_at(40.0 * 0.97, 97.6));
    cr_assert(strstr(c->doubt, "the witnesses disagree"), "%s", c->doubt);
    cr_assert_not_null(doubt_at(40.0 * 1.06, 97.6));
    cr_assert_not_null(doubt_at(40, 97.4));
}

/* Its offset is 60 us per sleep, give or take 10, of 8 ms: 0.125 % are uncertain. */
Test(share_metrics, an_offset_too_uncertain_for_the_strict_limit_may_suffice_for_a_wide_gate)
{
    r.offset = (SwitchOffset){.offset_ns = 60000, .doubt_ns = 10000};
    cr_assert_null(doubt_at(40, 99), "%s", c->doubt);
    cr_assert_float_eq(sample("switch_offset_us"), 60, 1e-6);
    cr_assert_float_eq(sample("perf_vs_schedstat_pct"), -0.25, 1e-6);
}

Test(share_metrics, the_limit_of_a_case_is_the_tighter_one_of_its_gate)
{
    SyMetric *metric = sy_case_result_metric(c->result, "share_error_pct");

    cr_assert_eq(sy_case_limit(c, "share_error_pct"), 5);
    metric->gate = (SyGate){.bounds_median = true, .median_limit = 0.1, .limit = 9};
    cr_assert_eq(sy_case_limit(c, "share_error_pct"), 0.1);
    metric->gate = (SyGate){true, true, .limit = 0.5, .median_limit = 0.1};
    cr_assert_eq(sy_case_limit(c, "share_error_pct"), 0.1);
    cr_assert_eq(sy_case_limit(c, "share_pct"), 0);
}
