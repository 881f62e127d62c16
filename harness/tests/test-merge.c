/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "judge/merge.h"
#include "tests/sample-run.h"

static void check_merged(SyCaseResult *into, SyCaseResult *more, SyStatus status,
                         const char *reason)
{
    sy_case_result_merge(into, more);
    cr_assert_eq(into->status, status, "%s", sy_status_name(into->status));
    cr_assert_eq(into->reason != NULL, reason != NULL);
    if (reason) {
        cr_assert_not_null(strstr(into->reason, reason), "%s", into->reason);
    }
    sy_case_result_free(into);
    sy_case_result_free(more);
}

static SyCaseResult *one(SyStatus status, const char *reason, guint count, double value)
{
    SyCaseResult *result = sample_case("a", status, count, &value);

    result->reason = g_strdup(reason);
    return result;
}

Test(merge, repetitions_are_put_together_in_order_and_judged_as_one)
{
    const double first[] = {1, 2, 3}, second[] = {4, 5};
    SyCaseResult *into = sample_case("a", SY_STATUS_PASS, 3, first);
    SyCaseResult *more = sample_case("a", SY_STATUS_PASS, 2, second);
    SyMetric *metric = g_ptr_array_index(into->metrics, 0);

    sy_case_result_merge(into, more);
    cr_assert_eq(metric->samples->len, 5);
    cr_assert_eq(g_array_index(metric->samples, double, 4), 5);
    cr_assert(metric->median == 3 && metric->ci95[0] == 1 && metric->ci95[1] == 5);
    cr_assert_eq(metric->verdict, SY_VERDICT_PASS);
    cr_assert_eq(into->duration_s, 12.5);
    sy_case_result_free(into);
    sy_case_result_free(more);
}

Test(merge, status_follows_from_all_that_was_measured)
{
    check_merged(one(SY_STATUS_PASS, NULL, 1, 1), one(SY_STATUS_PASS, NULL, 1, 2), SY_STATUS_PASS,
                 NULL);
    check_merged(one(SY_STATUS_PASS, NULL, 1, 1), one(SY_STATUS_FAIL, "x", 1, 9), SY_STATUS_FAIL,
                 "in 1 of 2 repetitions");
    check_merged(one(SY_STATUS_PASS, NULL, 1, 1), one(SY_STATUS_INCONCLUSIVE, "starved", 0, 0),
                 SY_STATUS_PASS, NULL);
    check_merged(one(SY_STATUS_INCONCLUSIVE, "starved", 0, 0), one(SY_STATUS_PASS, NULL, 1, 1),
                 SY_STATUS_PASS, NULL);
    check_merged(one(SY_STATUS_INCONCLUSIVE, "once", 0, 0),
                 one(SY_STATUS_INCONCLUSIVE, "starved", 0, 0), SY_STATUS_INCONCLUSIVE, "starved");
    check_merged(one(SY_STATUS_PASS, NULL, 1, 1), one(SY_STATUS_ERROR, "died", 0, 0),
                 SY_STATUS_ERROR, "died");
    check_merged(one(SY_STATUS_ERROR, "died", 0, 0), one(SY_STATUS_PASS, NULL, 1, 1),
                 SY_STATUS_ERROR, "died");
}

Test(merge, runs_give_their_cases_and_what_was_set_aside)
{
    SyRunResult *into = sy_run_result_new(), *more = sy_run_result_new();
    SyCaseResult *spoiled = one(SY_STATUS_PASS, NULL, 1, 2),
                 *other = one(SY_STATUS_PASS, NULL, 1, 7);
    const double value = 1;

    g_ptr_array_add(spoiled->discarded, sy_discarded_new("starved"));
    g_free(other->id);
    other->id = g_strdup("b");
    other->index = 1;
    sy_run_result_add(into, sample_case("a", SY_STATUS_PASS, 1, &value));
    sy_run_result_add(more, spoiled);
    sy_run_result_add(more, other);
    sy_run_result_merge(into, more);
    cr_assert_eq(into->cases->len, 2);
    cr_assert_eq(more->cases->len, 0);
    cr_assert_eq(sy_run_result_find(into, "a")->discarded->len, 1);
    cr_assert_str_eq(((SyCaseResult *)g_ptr_array_index(into->cases, 1))->id, "b");
    sy_run_result_free(into);
    sy_run_result_free(more);
}
