/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/preference.h"

#include "host/requirement.h"
#include "result/host-mode.h"
#include "run/matrix.h"

static bool preferred(const GPtrArray *plans, const char *name)
{
    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);
        const char *const *prefers = plan->workload->prefers;

        if (prefers && g_strv_contains(prefers, name) &&
            g_strcmp0(plan->host_mode, SY_HOST_MODE_NATIVE) == 0) {
            return true;
        }
    }
    return false;
}

GPtrArray *sy_preferences_unmet(const GPtrArray *plans)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    gsize count = 0;
    const SyRequirement *all = sy_requirement_all(&count);

    for (gsize i = 0; i < count; i++) {
        const SyRequirementResult *r = all[i].without && preferred(plans, all[i].name)
                                           ? sy_requirement_check(all[i].name, NULL)
                                           : NULL;

        if (r && !r->met) {
            g_ptr_array_add(lines, g_strdup_printf("no %s here: %s; %s; %s", r->name, r->evidence,
                                                   all[i].without, r->remedy));
        }
    }
    return lines;
}
