/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/busy.h"

#include <unistd.h>

#include "host/requirement.h"
#include "tests/check.h"
#include "workloads/workloads.h"

static const char *const times[] = {"run_us", "run_p99_us", "runs_per_s", NULL};
static SyCasePlan plan;
static SyCase *c;

static void set_up(void)
{
    plan = (SyCasePlan){.id = (char *)"runs",
                        .workload = sy_workload_find(sy_workloads, "minikvm.runs"),
                        .params = g_ptr_array_new()};
    c = g_new0(SyCase, 1);
    c->plan = &plan;
    c->result = sy_case_result_of_plan(&plan);
    if (sy_requirement_check("lab", NULL)->met) {
        cr_skip_test("in the lab every gated time is in doubt");
    }
}

static void tear_down(void)
{
    sy_case_result_free(c->result);
    g_ptr_array_unref(plan.params);
    g_free(c->doubt);
    g_free(c);
}

TestSuite(minikvm_busy, .init = set_up, .fini = tear_down);

static void set_gate(const char *metric)
{
    sy_case_result_metric(c->result, metric)->gate =
        (SyGate){.bounds_median = true, .median_limit = 8};
}

Test(minikvm_busy, hosts_leave_a_gated_time_in_doubt)
{
    set_gate("runs_per_s");
    busy_doubt(c, times, 101, 1000);
    cr_assert_not_null(c->doubt);
    cr_expect_str_eq(c->doubt, "the host was busy: of 1000 us the VMM waited 101 us for a CPU");
}

Test(minikvm_busy, is_no_host_that_has_a_vmm_wait_for_a_tenth_of_the_time)
{
    set_gate("runs_per_s");
    busy_doubt(c, times, 100, 1000);
    cr_expect_null(c->doubt, "%s", c->doubt);
}

Test(minikvm_busy, hosts_are_no_doubt_where_no_time_has_a_gate)
{
    busy_doubt(c, times, 900, 1000);
    cr_expect_null(c->doubt, "wrong_runs is gated, but no time: %s", c->doubt);
}

Test(minikvm_busy, time_of_this_process_is_known_where_schedstats_are)
{
    if (!sy_requirement_check("schedstat", NULL)->met) {
        cr_skip_test("no schedstats on this host");
    }
    cr_expect_gt(busy_wait_us(getpid()), 0, "it has waited since it began");
    cr_expect_eq(busy_wait_us(0), 0, "no such process");
}
