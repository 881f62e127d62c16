/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/placement.h"

#include <string.h>

#include "base/error.h"

/* Every case with a guest requires this; the other cases follow those. */
#define GUEST_REQUIREMENT "kvm"

static void place(SyCasePlan *plan, const char *host_mode, char *why)
{
    g_free(plan->host_mode);
    g_free(plan->host_why);
    plan->host_mode = g_strdup(host_mode);
    plan->host_why = why;
}

static bool needs_guest(const SyCasePlan *plan)
{
    return plan->requires && g_strv_contains(plan->requires, GUEST_REQUIREMENT);
}

/* The first requirement of a plan that this host lacks, and the first that the lab lacks, too. */
typedef struct {
    const SyRequirementResult *here, *anywhere;
} Missing;

static bool find_missing(const SyCasePlan *plan, SyPlacementCheck *check, Missing *missing,
                         GError **error)
{
    *missing = (Missing){0};
    for (const char *const *name = plan->requires; name && *name; name++) {
        const SyRequirementResult *result = check(*name, error);

        if (!result) {
            g_prefix_error(error, "%s: ", plan->id);
            return false;
        }
        if (!result->met && !missing->here) {
            missing->here = result;
        }
        if (!result->met && !missing->anywhere && !sy_requirement_find(*name)->lab) {
            missing->anywhere = result;
        }
    }
    return true;
}

static bool place_auto(SyCasePlan *plan, SyPlacementCheck *check, GError **error)
{
    Missing missing;

    if (!find_missing(plan, check, &missing, error)) {
        return false;
    }
    if (missing.anywhere) {
        place(plan, SY_HOST_MODE_NATIVE,
              g_strdup_printf("neither this host nor the lab has %s", missing.anywhere->name));
    } else if (missing.here) {
        place(plan, SY_HOST_MODE_LAB,
              g_strdup_printf("no %s here: %s", missing.here->name, missing.here->evidence));
    } else if (plan->requires && plan->requires[0]) {
        g_autofree char *names = g_strjoinv(", ", (GStrv)plan->requires);

        place(plan, SY_HOST_MODE_NATIVE, g_strdup_printf("this host meets %s", names));
    } else {
        place(plan, SY_HOST_MODE_NATIVE, g_strdup("it requires nothing"));
    }
    return true;
}

/* True if this host can run a case with a guest; else *leader is the first one that goes to the
 * lab, or NULL. */
static bool guest_runs_here(const GPtrArray *plans, SyPlacementCheck *check,
                            const SyCasePlan **leader)
{
    *leader = NULL;
    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);
        Missing missing;

        if (!needs_guest(plan) || !find_missing(plan, check, &missing, NULL)) {
            continue;
        }
        if (!missing.here) {
            return true;
        }
        *leader = !*leader && sy_host_mode_is_lab(plan->host_mode) ? plan : *leader;
    }
    return false;
}

/* If this host can run no case with a guest and some go to the lab, those without a guest
 * follow. */
static void follow(GPtrArray *plans, SyPlacementCheck *check)
{
    const SyCasePlan *leader;

    if (guest_runs_here(plans, check, &leader) || !leader) {
        return;
    }
    for (guint i = 0; i < plans->len; i++) {
        SyCasePlan *plan = g_ptr_array_index(plans, i);
        Missing missing;

        if (find_missing(plan, check, &missing, NULL) && !missing.here) {
            place(plan, SY_HOST_MODE_LAB,
                  g_strdup_printf("like this run's cases with a guest: %s", leader->host_why));
        }
    }
}

static bool is_timed(const SyWorkload *workload, const char *metric)
{
    for (guint i = 0; workload->metrics[i].name; i++) {
        if (strcmp(workload->metrics[i].name, metric) == 0) {
            return workload->metrics[i].timed;
        }
    }
    return false;
}

bool sy_placement_is_open(const SyCasePlan *plan, const SyCaseResult *result)
{
    bool timed = false;

    if (result->status != SY_STATUS_FAIL) {
        return result->status == SY_STATUS_INCONCLUSIVE;
    }
    for (guint i = 0; i < result->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(result->metrics, i);

        if (metric->verdict == SY_VERDICT_FAIL && !is_timed(plan->workload, metric->name)) {
            return false;
        }
        timed = timed || metric->verdict == SY_VERDICT_FAIL;
    }
    return timed;
}

void sy_placement_move_to_exact(SyCasePlan *plan, const SyCaseResult *result)
{
    place(plan, SY_HOST_MODE_LAB_EXACT,
          g_strdup_printf("%s; %s in the lab in real time: %s", plan->host_why,
                          result->status == SY_STATUS_FAIL ? "failed" : "inconclusive",
                          result->reason));
}

/* Gives all plans one host mode. The text is the same in every run, because results of lab-exact
 * are compared byte for byte. */
static void place_all(GPtrArray *plans, const char *host_mode, const char *prefix)
{
    for (guint i = 0; i < plans->len; i++) {
        place(g_ptr_array_index(plans, i), host_mode, g_strconcat(prefix, host_mode, NULL));
    }
}

bool sy_placement_decide_by(GPtrArray *plans, const char *asked, SyPlacementCheck *check,
                            GError **error)
{
    const SyRequirementResult *inside;

    if (sy_host_mode_is_lab(asked) || strcmp(asked, SY_HOST_MODE_NATIVE) == 0) {
        place_all(plans, asked, "--host ");
        return true;
    }
    if (strcmp(asked, SY_HOST_MODE_AUTO) != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "--host %s: give native, lab, lab-exact or auto", asked);
        return false;
    }
    inside = check("lab", error);
    if (!inside) {
        return false;
    }
    if (inside->met) {
        place_all(plans, SY_HOST_MODE_NATIVE, "inside a lab every case is ");
        return true;
    }
    for (guint i = 0; i < plans->len; i++) {
        if (!place_auto(g_ptr_array_index(plans, i), check, error)) {
            return false;
        }
    }
    follow(plans, check);
    return true;
}

bool sy_placement_decide(GPtrArray *plans, const char *asked, GError **error)
{
    return sy_placement_decide_by(plans, asked, sy_requirement_check, error);
}
