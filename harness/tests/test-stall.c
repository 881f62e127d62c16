/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vCPU that a limiter does not let run although it has quota. */
#include "workloads/throttle/stall.h"

#include "base/clock.h"
#include "judge/verdict.h"
#include "run/runner.h"
#include "tests/check.h"
#include "workloads/throttle/limited-vcpu.h"
#include "workloads/throttle/traced-vm.h"
#include "workloads/workloads.h"

#define QUOTA_NS (5 * SY_NS_PER_MS)
#define WALL_NS (SY_NS_PER_S)

static const StallInput asleep = {.wall_ns = WALL_NS, .quota_ns = QUOTA_NS, .asleep = true};

static SyCasePlan plan;
static SyCase *c;

static void begin_case(const char *workload)
{
    plan = (SyCasePlan){.id = (char *)"stall",
                        .workload = sy_workload_find(sy_workloads, workload),
                        .params = g_ptr_array_new()};
    c = g_new0(SyCase, 1);
    c->plan = &plan;
    c->result = sy_case_result_of_plan(&plan);
}

static void end_case(void)
{
    sy_case_result_free(c->result);
    g_ptr_array_unref(plan.params);
    g_free(c->doubt);
    g_free(c->evidence);
    g_free(c);
}

/* The verdict on the metric that counts stalls, after one repetition. */
static SyVerdict verdict(void)
{
    SyMetric *metric = sy_case_result_metric(c->result, STALL_METRIC);

    sy_metric_judge(metric, 1);
    return metric->verdict;
}

Test(stall, a_vcpu_asleep_at_both_ends_that_never_ran_slept_all_the_time)
{
    StallInput in = asleep;

    cr_assert(stall_judge(&in));
    in.worked = true;
    cr_assert(stall_judge(&in), "what its guest's count says does not matter");
}

Test(stall, one_that_was_not_asleep_may_be_waiting_for_a_cpu_and_has_not_stalled)
{
    StallInput in = asleep;

    in.asleep = false;
    cr_assert_not(stall_judge(&in));
}

Test(stall, one_that_ran_has_not_stalled_however_short_it_was)
{
    StallInput in = asleep;

    in.run_ns = 1;
    cr_assert_not(stall_judge(&in));
    in.worked = true;
    cr_assert_not(stall_judge(&in));
}

Test(stall, one_that_used_a_quota_while_its_guest_did_nothing_has_stalled)
{
    StallInput in = asleep;

    in.run_ns = QUOTA_NS;
    cr_assert(stall_judge(&in));
    in.asleep = false;
    cr_assert(stall_judge(&in));
    in.worked = true;
    cr_assert_not(stall_judge(&in));
    in = asleep;
    in.run_ns = QUOTA_NS - 1;
    cr_assert_not(stall_judge(&in), "within less than a quota it may not have come far");
}

static const char *const workloads[] = {"throttle.share", "throttle.window", "throttle.long",
                                        "throttle.peers", "throttle.cgroup"};

Test(stall, fails_a_case_of_each_workload_that_looks_for_it_and_none_is_left_out)
{
    for (gsize i = 0; i < G_N_ELEMENTS(workloads); i++) {
        for (guint count = 0; count < 3; count++) {
            begin_case(workloads[i]);
            sy_case_sample(c, STALL_METRIC, count);
            cr_assert_eq(verdict(), count ? SY_VERDICT_FAIL : SY_VERDICT_PASS, "%s with %u",
                         workloads[i], count);
            end_case();
        }
    }
}

/* Two vCPUs, of which the second slept through; `run_ns` is what it got. */
static bool traced(int64_t run_ns)
{
    const TracedVm vm = {.vcpus = 2, .quota_ns = QUOTA_NS};
    const TracedReading begin[] = {{.when_ns = 0, .exact = true}, {.when_ns = 0, .exact = true}};
    const TracedReading end[] = {
        {.when_ns = WALL_NS, .exact = true, .sched.run_ns = (uint64_t)WALL_NS / 4},
        {.when_ns = WALL_NS, .exact = true, .sched.run_ns = (uint64_t)run_ns},
    };

    return traced_vm_stalled(c, &vm, begin, end);
}

Test(stall, of_one_traced_vcpu_of_two_fails_the_case_and_says_which)
{
    begin_case("throttle.window");
    cr_assert(traced(0));
    cr_assert_eq(verdict(), SY_VERDICT_FAIL);
    cr_assert_null(c->doubt);
    cr_assert_str_eq(c->evidence, "vCPU 1 slept for all of 1.000 s although it had quota: no CPU "
                                  "time, and no wait for a CPU");
    end_case();
    begin_case("throttle.window");
    cr_assert_not(traced(1));
    cr_assert_eq(verdict(), SY_VERDICT_PASS);
    cr_assert_null(c->evidence);
    end_case();
}

/* A limiter whose vCPU got nothing; the state in which it was found at both ends decides. */
static void limited(bool exact)
{
    const LimitedVcpu vcpu = {.quota_ns = QUOTA_NS, .period_ns = 4 * QUOTA_NS};
    const LimitedVcpuResult r = {.sampling = {.span_ns = WALL_NS, .exact = exact}};

    begin_case("throttle.peers");
    limited_vcpu_judge(c, &vcpu, &r);
}

Test(stall, of_a_limited_vcpu_is_the_limiters_failure_only_if_it_slept)
{
    limited(true);
    cr_assert_eq(verdict(), SY_VERDICT_FAIL);
    cr_assert_null(c->doubt, "%s", c->doubt);
    end_case();
    limited(false);
    cr_assert_eq(verdict(), SY_VERDICT_PASS);
    cr_assert_str_eq(c->doubt, "the vCPU did no work at all in 1.000 s");
    end_case();
}
