/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/matrix.h"

#include <fnmatch.h>
#include <string.h>

#include "base/error.h"
#include "observe/trace.h"
#include "run/job-gates.h"

static void case_plan_free(gpointer data)
{
    SyCasePlan *plan = data;

    g_free(plan->id);
    g_ptr_array_unref(plan->params);
    g_clear_pointer(&plan->gates, g_array_unref);
    g_strfreev(plan->trace);
    g_free(plan->requires);
    g_free(plan->host_mode);
    g_free(plan->host_why);
    g_free(plan);
}

static bool has_value(const SyCasePlan *plan, const SyRequiresIf *condition)
{
    for (guint i = 0; i < plan->params->len; i++) {
        const SyParam *param = g_ptr_array_index(plan->params, i);

        if (strcmp(param->name, condition->param) == 0) {
            return strcmp(param->value, condition->value) == 0;
        }
    }
    g_error("%s declares no parameter %s", plan->workload->name, condition->param);
}

/* Sets the trace, and what the case requires: by its workload, its parameters and its trace. */
static void case_plan_set_trace(SyCasePlan *plan, const GStrv trace)
{
    const char *const *own = plan->workload->requires;
    const SyRequiresIf *more = plan->workload->requires_if;
    GPtrArray *requires = g_ptr_array_new();

    for (guint i = 0; own && own[i]; i++) {
        g_ptr_array_add(requires, (gpointer)own[i]);
    }
    for (; more && more->param; more++) {
        if (has_value(plan, more)) {
            g_ptr_array_add(requires, (gpointer)more->name);
        }
    }
    if (trace && !(own && g_strv_contains(own, "ftrace"))) {
        g_ptr_array_add(requires, (gpointer) "ftrace");
    }
    g_ptr_array_add(requires, NULL);
    g_free(plan->requires);
    plan->requires = (const char **)g_ptr_array_free(requires, FALSE);
    g_strfreev(plan->trace);
    plan->trace = g_strdupv(trace);
}

static SyCasePlan *case_plan_new(const SyJobSection *section, const guint *choice, guint repeat)
{
    SyCasePlan *plan = g_new0(SyCasePlan, 1);
    GString *id = g_string_new(section->workload->name);

    plan->workload = section->workload;
    plan->repeat = repeat > 0 ? repeat : section->repeat;
    plan->gates = g_array_copy(section->gates);
    plan->undecided_expected = section->undecided_expected;
    plan->params = g_ptr_array_new_with_free_func((GDestroyNotify)sy_param_free);
    for (guint i = 0; i < section->sweep->len; i++) {
        const GStrv values = g_ptr_array_index(section->sweep, i);
        SyParam *param = g_new0(SyParam, 1);

        param->name = g_strdup(section->workload->params[i].name);
        param->type = section->workload->params[i].type;
        param->value = g_strdup(values[choice[i]]);
        g_ptr_array_add(plan->params, param);
        if (section->workload->params[i].key ||
            strcmp(param->value, section->workload->params[i].value) != 0) {
            g_string_append_printf(id, "%c%s=%s", strchr(id->str, '/') ? ',' : '/', param->name,
                                   param->value);
        }
    }
    plan->id = g_string_free(id, FALSE);
    case_plan_set_trace(plan, section->trace);
    return plan;
}

/* Advances `choice` like an odometer, last digit fastest; false after the last combination. */
static gboolean next_choice(const SyJobSection *section, guint *choice)
{
    for (guint i = section->sweep->len; i-- > 0;) {
        const GStrv values = g_ptr_array_index(section->sweep, i);

        if (values[++choice[i]]) {
            return TRUE;
        }
        choice[i] = 0;
    }
    return FALSE;
}

/* Adds the demands of `plan` to the case of the same id among `plans`. */
static void add_demands(const GPtrArray *plans, const SyCasePlan *plan)
{
    for (guint i = 0; i < plans->len; i++) {
        SyCasePlan *known = g_ptr_array_index(plans, i);

        if (strcmp(known->id, plan->id) == 0) {
            sy_gates_tighten(known->gates, known->workload, plan->gates);
            known->undecided_expected &= plan->undecided_expected;
        }
    }
}

static gboolean expand_section(const SyJob *job, const SyJobSection *section, const char *filter,
                               guint repeat, GHashTable *owners, GPtrArray *plans, GError **error)
{
    g_autofree guint *choice = g_new0(guint, section->sweep->len + 1);

    do {
        SyCasePlan *plan = case_plan_new(section, choice, repeat);
        const SyJob *owner = g_hash_table_lookup(owners, plan->id);

        if (owner == job) {
            g_set_error(
                error, SY_ERROR, SY_ERROR_USAGE,
                "%s:%u: this section asks for %s, and so does an earlier section of the file; "
                "remove it from one of them",
                job->path, section->line, plan->id);
            case_plan_free(plan);
            return FALSE;
        }
        if (owner || (filter && fnmatch(filter, plan->id, 0) != 0)) {
            if (owner) {
                add_demands(plans, plan);
            }
            case_plan_free(plan);
            continue;
        }
        g_ptr_array_add(plans, plan);
        g_hash_table_insert(owners, plan->id, (gpointer)job);
    } while (next_choice(section, choice));
    return TRUE;
}

GPtrArray *sy_matrix_expand(const GPtrArray *jobs, const char *filter, guint repeat, GError **error)
{
    g_autoptr(GPtrArray) plans = g_ptr_array_new_with_free_func(case_plan_free);
    g_autoptr(GHashTable) owners = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < jobs->len; i++) {
        const SyJob *job = g_ptr_array_index(jobs, i);

        for (guint s = 0; s < job->sections->len; s++) {
            if (!expand_section(job, g_ptr_array_index(job->sections, s), filter, repeat, owners,
                                plans, error)) {
                return NULL;
            }
        }
    }
    if (plans->len == 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "no case matches --filter '%s'; --dry-run without it lists the ids",
                    filter ? filter : "*");
        return NULL;
    }
    return g_steal_pointer(&plans);
}

bool sy_matrix_select(GPtrArray *plans, const char *const *ids, GError **error)
{
    g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);

    for (; *ids; ids++) {
        g_hash_table_add(wanted, (gpointer)*ids);
    }
    for (guint i = plans->len; i-- > 0;) {
        if (!g_hash_table_remove(wanted, ((SyCasePlan *)g_ptr_array_index(plans, i))->id)) {
            g_ptr_array_remove_index(plans, i);
        }
    }
    if (g_hash_table_size(wanted) > 0) {
        GHashTableIter iter;
        gpointer id = NULL;

        g_hash_table_iter_init(&iter, wanted);
        g_hash_table_iter_next(&iter, &id, NULL);
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "the jobs do not contain the case %s",
                    (char *)id);
        return false;
    }
    return true;
}

bool sy_matrix_set_trace(GPtrArray *plans, const char *text, GError **error)
{
    g_auto(GStrv) trace = NULL;

    if (!sy_trace_parse(text, &trace, error)) {
        return false;
    }
    for (guint i = 0; i < plans->len; i++) {
        case_plan_set_trace(g_ptr_array_index(plans, i), trace);
    }
    return true;
}
