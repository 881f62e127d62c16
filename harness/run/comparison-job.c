/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/comparison-job.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "run/job.h"
#include "run/matrix.h"

#define SECTION "compare"
#define RULE "no_worse"

static const char *const known_keys[] = {"workload",  "subject", "against", "metric",
                                         "tolerance", "rule",    NULL};

typedef struct {
    GKeyFile *keys;
    const char *group;
    const char **key; /* the key being read, for the message */
} Parser;

bool sy_comparison_is_section(const char *group)
{
    return g_str_has_prefix(group, SECTION) && strchr(" \t", group[strlen(SECTION)]) != NULL;
}

static bool check_keys(const Parser *p, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(p->keys, p->group, NULL, NULL);

    for (guint i = 0; keys && keys[i]; i++) {
        if (!g_strv_contains(known_keys, keys[i])) {
            g_autofree char *known = g_strjoinv(", ", (GStrv)known_keys);

            *p->key = g_intern_string(keys[i]);
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "unknown key; [" SECTION "] knows %s",
                        known);
            return false;
        }
    }
    return true;
}

/* The value of `key`, or `otherwise`; SY_ERROR_USAGE without either. The caller frees. */
static char *take(const Parser *p, const char *key, const char *otherwise, const char *remedy,
                  GError **error)
{
    g_autofree char *text = g_key_file_get_value(p->keys, p->group, key, NULL);

    *p->key = key;
    if (text && *g_strstrip(text)) {
        return g_steal_pointer(&text);
    }
    if (!text && otherwise) {
        return g_strdup(otherwise);
    }
    *p->key = text ? key : NULL;
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "no %s; write %s = %s", key, key, remedy);
    return NULL;
}

/* Splits "PARAM=VALUE", with the value in its canonical spelling. SY_COMPARISON_ANY is accepted as
 * a value if `wild`. */
static bool parse_choice(const SyWorkload *workload, const char *text, bool wild, char **param,
                         char **value, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, "=", 2);
    const SyParamSpec *spec;

    if (!parts[0] || !parts[1]) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "'%s' is not PARAMETER=VALUE, as in limiter=cgroup", text);
        return false;
    }
    spec = sy_workload_param(workload, g_strstrip(parts[0]));
    if (!spec) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s has no parameter '%s'; `steelyard list` names them", workload->name,
                    parts[0]);
        return false;
    }
    g_strstrip(parts[1]);
    *value = wild && strcmp(parts[1], SY_COMPARISON_ANY) == 0
                 ? g_strdup(SY_COMPARISON_ANY)
                 : sy_param_check(spec, parts[1], error);
    *param = g_strdup(spec->name);
    return *value != NULL;
}

static bool parse_against(SyComparison *c, const SyWorkload *workload, const char *text,
                          GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    g_autoptr(GStrvBuilder) values = g_strv_builder_new();
    bool any = false;

    for (guint i = 0; parts[i]; i++) {
        g_autofree char *param = NULL, *value = NULL;

        if (!parse_choice(workload, g_strstrip(parts[i]), true, &param, &value, error)) {
            return false;
        }
        if (strcmp(param, c->param) != 0 || strcmp(value, c->subject) == 0) {
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                        "'%s' cannot be compared with %s=%s; give other values of %s", parts[i],
                        c->param, c->subject, c->param);
            return false;
        }
        any = any || strcmp(value, SY_COMPARISON_ANY) == 0;
        g_strv_builder_add(values, value);
    }
    c->against = g_strv_builder_end(values);
    if (any && c->against[1]) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "* means every other value; give it alone");
        return false;
    }
    return true;
}

static const SyMetricSpec *find_metric(const SyWorkload *workload, const char *name, GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);

    for (const SyMetricSpec *spec = workload->metrics; spec && spec->name; spec++) {
        if (strcmp(spec->name, name) == 0) {
            return spec;
        }
        g_string_append_printf(known, "%s%s", known->len ? ", " : "", spec->name);
    }
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "unknown metric '%s'; %s has %s", name,
                workload->name, known->str);
    return NULL;
}

/* In the metric's unit; required, because no other figure says what difference would matter. */
static bool parse_tolerance(const Parser *p, SyComparison *c, GError **error)
{
    g_autofree char *text = take(p, "tolerance", NULL, "NUMBER", error);
    char *end = NULL;

    if (!text) {
        return false;
    }
    c->tolerance = g_ascii_strtod(text, &end);
    if (end == text || *end || !isfinite(c->tolerance) || c->tolerance < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "'%s' is not a number of at least 0, in the unit of %s (%s)", text, c->metric,
                    c->unit);
        return false;
    }
    return true;
}

static bool parse_metric(const Parser *p, SyComparison *c, const SyWorkload *workload,
                         GError **error)
{
    const SyMetricSpec *spec;

    c->metric = take(p, "metric", NULL, "NAME", error);
    spec = c->metric ? find_metric(workload, c->metric, error) : NULL;
    if (!spec) {
        return false;
    }
    c->unit = g_strdup(spec->unit);
    c->better = spec->better;
    return parse_tolerance(p, c, error);
}

static bool parse_rule(const Parser *p, GError **error)
{
    g_autofree char *rule = take(p, "rule", RULE, RULE, error);

    if (rule && strcmp(rule, RULE) != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "unknown rule '%s'; the only one is " RULE,
                    rule);
        return false;
    }
    return rule != NULL;
}

SyComparison *sy_comparison_parse(GKeyFile *keys, const char *group, const SyWorkload *const *table,
                                  const char **key, GError **error)
{
    g_autoptr(SyComparison) c = sy_comparison_new();
    g_autofree char *label = g_strdup(group + strlen(SECTION));
    g_autofree char *subject = NULL, *against = NULL;
    const Parser p = {keys, group, key};
    const SyWorkload *workload;

    *key = NULL;
    c->label = *g_strstrip(label) ? g_strdup(label) : NULL;
    if (!check_keys(&p, error) || !(c->workload = take(&p, "workload", NULL, "NAME", error))) {
        return NULL;
    }
    workload = sy_workload_find(table, c->workload);
    if (!workload) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "unknown workload '%s'; `steelyard list` names them", c->workload);
        return NULL;
    }
    if (!(subject = take(&p, "subject", NULL, "PARAMETER=VALUE", error)) ||
        !parse_choice(workload, subject, false, &c->param, &c->subject, error) ||
        !(against = take(&p, "against", NULL, "PARAMETER=VALUE, or PARAMETER=*", error)) ||
        !parse_against(c, workload, against, error) || !parse_metric(&p, c, workload, error) ||
        !parse_rule(&p, error)) {
        return NULL;
    }
    return g_steal_pointer(&c);
}

static bool is_planned(const SyComparison *c, const GPtrArray *plans)
{
    bool subject = false, against = false;

    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);

        subject = subject || sy_comparison_is_subject(c, plan->workload->name, plan->params);
        against = against || sy_comparison_is_against(c, plan->workload->name, plan->params);
    }
    return subject && against;
}

GPtrArray *sy_comparisons_of_jobs(const GPtrArray *jobs, const GPtrArray *plans, bool filter)
{
    GPtrArray *wanted = g_ptr_array_new_with_free_func((GDestroyNotify)sy_comparison_free);

    for (guint i = 0; i < jobs->len; i++) {
        const SyJob *job = g_ptr_array_index(jobs, i);

        for (guint k = 0; k < job->comparisons->len; k++) {
            const SyComparison *c = g_ptr_array_index(job->comparisons, k);

            if (!filter || is_planned(c, plans)) {
                g_ptr_array_add(wanted, sy_comparison_copy(c));
            }
        }
    }
    return wanted;
}
