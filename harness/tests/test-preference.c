/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run says about requirements that its cases only prefer. */
#include "run/preference.h"

#include "host/requirement.h"
#include "run/matrix.h"
#include "tests/check.h"
#include "workloads/workloads.h"

TestSuite(preference, .timeout = 60);

/* The lines for one case of `workload` that is placed in `host_mode`. */
static GPtrArray *lines_of(const char *workload, const char *host_mode)
{
    g_autoptr(GPtrArray) plans = g_ptr_array_new();
    SyCasePlan plan = {.workload = sy_workload_find(sy_workloads, workload),
                       .host_mode = (char *)host_mode};

    g_ptr_array_add(plans, &plan);
    g_ptr_array_add(plans, &plan);
    return sy_preferences_unmet(plans);
}

Test(preference, a_lack_is_said_once_with_its_cost_and_only_for_native_cases_that_prefer_it)
{
    const SyRequirementResult *r = sy_requirement_check("sched-events", NULL);
    g_autoptr(GPtrArray) native = lines_of("throttle.share", "native");
    g_autoptr(GPtrArray) lab = lines_of("throttle.share", "lab");
    g_autoptr(GPtrArray) others = lines_of("throttle.window", "native");

    cr_assert_eq(native->len, r->met ? 0 : 1);
    cr_assert_eq(lab->len, 0);
    cr_assert_eq(others->len, 0);
    if (!r->met) {
        cr_assert(strstr(g_ptr_array_index(native, 0), "stays INCONCLUSIVE"));
        cr_assert(strstr(g_ptr_array_index(native, 0), r->remedy));
    }
}

Test(preference, every_workload_prefers_only_requirements_that_say_what_it_costs_to_do_without)
{
    for (const SyWorkload *const *w = sy_workloads; *w; w++) {
        for (const char *const *name = (*w)->prefers; name && *name; name++) {
            cr_assert_not_null(sy_requirement_find(*name), "%s", *name);
            cr_assert_not_null(sy_requirement_find(*name)->without, "%s", *name);
        }
    }
}
