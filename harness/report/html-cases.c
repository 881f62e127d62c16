/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-cases.h"

#include "report/case-set.h"
#include "report/format.h"
#include "report/html-bar.h"
#include "report/html-metric.h"
#include "report/html-page.h"
#include "report/markup.h"
#include "result/result.h"

/* With more parameters than these a table has no room for wide gaps between its columns. */
#define WIDE_COLUMNS 8

/* The cases of one workload, and which of their properties become columns. */
typedef struct {
    const char *workload;
    GPtrArray *cases;       /* const SyCaseResult*, borrowed */
    GArray *numbers;        /* guint: their index in the run, for links */
    GPtrArray *columns;     /* const char*: parameters that differ between cases, borrowed */
    bool hosts_vary;        /* not all ran in the same host mode */
    bool gates_vary;        /* the main metric's gate is not the same in all cases */
    const SyMetric *metric; /* the main one, as found in some case; NULL: nothing was measured */
} Group;

static void group_free(Group *group)
{
    g_ptr_array_unref(group->cases);
    g_array_unref(group->numbers);
    g_ptr_array_unref(group->columns);
    g_free(group);
}

static const SyParam *find_param(const SyCaseResult *result, const char *name)
{
    for (guint i = 0; i < result->params->len; i++) {
        const SyParam *param = g_ptr_array_index(result->params, i);

        if (g_strcmp0(param->name, name) == 0) {
            return param;
        }
    }
    return NULL;
}

/* The cell class of a parameter's column: numbers to the right, words to the left. */
static const char *param_class(const Group *group, const char *name)
{
    const SyParam *param = find_param(g_ptr_array_index(group->cases, 0), name);

    return param && param->type == SY_PARAM_STRING ? "word" : "n";
}

static bool varies(const Group *group, const char *name)
{
    g_autoptr(GPtrArray) values = sy_case_set_values(group->cases, name);

    return values->len > 1;
}

static bool hosts_vary(const Group *group)
{
    const SyCaseResult *first = g_ptr_array_index(group->cases, 0);

    for (guint i = 1; i < group->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(group->cases, i);

        if (g_strcmp0(first->host_mode, result->host_mode) != 0) {
            return true;
        }
    }
    return false;
}

/* The gated metric that comes first in the workload, else the first that was measured. */
static const SyMetric *main_metric(const Group *group)
{
    const SyMetric *any = NULL;

    for (guint i = 0; i < group->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(group->cases, i);

        for (guint j = 0; j < result->metrics->len; j++) {
            const SyMetric *metric = g_ptr_array_index(result->metrics, j);

            if (metric->samples->len && sy_gate_bounds(&metric->gate)) {
                return metric;
            }
            any = !any && metric->samples->len ? metric : any;
        }
    }
    return any;
}

/* The gate of a case's main metric; NULL: none. The caller frees. */
static char *main_gate(const Group *group, const SyCaseResult *result)
{
    const SyMetric *metric =
        group->metric ? sy_case_result_metric(result, group->metric->name) : NULL;

    return metric ? sy_format_gate(metric) : NULL;
}

static bool gates_vary(const Group *group)
{
    g_autofree char *first = main_gate(group, g_ptr_array_index(group->cases, 0));

    for (guint i = 1; i < group->cases->len; i++) {
        g_autofree char *gate = main_gate(group, g_ptr_array_index(group->cases, i));

        if (g_strcmp0(first, gate) != 0) {
            return true;
        }
    }
    return false;
}

static Group *find_group(GPtrArray *groups, const char *workload)
{
    Group *group;

    for (guint i = 0; i < groups->len; i++) {
        group = g_ptr_array_index(groups, i);
        if (g_strcmp0(group->workload, workload) == 0) {
            return group;
        }
    }
    group = g_new0(Group, 1);
    group->workload = workload;
    group->cases = g_ptr_array_new();
    group->numbers = g_array_new(FALSE, FALSE, sizeof(guint));
    group->columns = g_ptr_array_new();
    g_ptr_array_add(groups, group);
    return group;
}

static GPtrArray *group_cases(const SyRunResult *run)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func((GDestroyNotify)group_free);

    for (guint i = 0; i < run->cases->len; i++) {
        SyCaseResult *result = g_ptr_array_index(run->cases, i);
        Group *group = find_group(groups, result->workload);

        g_ptr_array_add(group->cases, result);
        g_array_append_val(group->numbers, i);
    }
    for (guint i = 0; i < groups->len; i++) {
        Group *group = g_ptr_array_index(groups, i);
        const SyCaseResult *first = g_ptr_array_index(group->cases, 0);

        group->metric = main_metric(group);
        group->hosts_vary = hosts_vary(group);
        group->gates_vary = gates_vary(group);
        for (guint j = 0; j < first->params->len; j++) {
            const SyParam *param = g_ptr_array_index(first->params, j);

            if (varies(group, param->name)) {
                g_ptr_array_add(group->columns, param->name);
            }
        }
    }
    return groups;
}

/* What all cases have in common: the host mode and the parameters that are not columns. */
static void append_common(GString *out, const Group *group)
{
    const SyCaseResult *first = g_ptr_array_index(group->cases, 0);

    g_string_append(out, "<p class=\"dim\">");
    g_string_append_printf(out, "%u %s", group->cases->len,
                           group->cases->len == 1 ? "case" : "cases");
    if (first->host_mode && !group->hosts_vary) {
        g_string_append(out, ", ");
        sy_markup_append(out, first->host_mode);
    }
    for (guint i = 0; i < first->params->len; i++) {
        const SyParam *param = g_ptr_array_index(first->params, i);

        if (!varies(group, param->name)) {
            g_string_append(out, ", ");
            sy_markup_append(out, param->name);
            g_string_append_c(out, ' ');
            sy_markup_append(out, param->value);
        }
    }
    g_string_append(out, "</p>\n");
}

static void append_table_head(GString *out, const Group *group)
{
    g_autofree char *gate = group->metric ? sy_format_gate(group->metric) : NULL;

    g_string_append(out, "<thead><tr><th class=\"st-cell\">Status</th>");
    if (group->hosts_vary) {
        g_string_append(out, "<th class=\"word\">host</th>");
    }
    for (guint i = 0; i < group->columns->len; i++) {
        const char *name = g_ptr_array_index(group->columns, i);

        g_string_append_printf(out, "<th class=\"%s\">", param_class(group, name));
        sy_html_name(out, name);
        g_string_append(out, "</th>");
    }
    if (group->metric) {
        g_string_append(out, "<th class=\"n\">");
        sy_html_metric_name(out, group->metric);
        g_string_append(out, "</th><th class=\"n ci\">95 % interval</th>");
    }
    if (gate) {
        g_string_append(out, "<th class=\"draw\">gate ");
        sy_html_value(out, group->gates_vary ? NULL : gate);
        g_string_append(out, "</th>");
    }
    if (!group->metric) {
        g_string_append(out, "<th>Reason</th>");
    }
    g_string_append(out, "<th class=\"n time\">Time</th></tr></thead>\n");
}

static void append_row(GString *out, const Group *group, guint index)
{
    const SyCaseResult *result = g_ptr_array_index(group->cases, index);
    const SyMetric *metric =
        group->metric ? sy_case_result_metric(result, group->metric->name) : NULL;
    g_autofree char *duration = sy_format_duration(result->duration_s);

    g_string_append_printf(out, "<tr><td class=\"st-cell\"><a href=\"#case-%u\">",
                           g_array_index(group->numbers, guint, index) + 1);
    sy_html_status(out, result->status);
    g_string_append(out, "</a></td>");
    if (group->hosts_vary) {
        g_string_append(out, "<td class=\"word\" data-l=\"host\">");
        sy_markup_append(out, result->host_mode);
        g_string_append(out, "</td>");
    }
    for (guint i = 0; i < group->columns->len; i++) {
        const char *name = g_ptr_array_index(group->columns, i);

        g_string_append_printf(out, "<td class=\"%s\"", param_class(group, name));
        sy_markup_append_attribute(out, "data-l", name);
        g_string_append_c(out, '>');
        sy_markup_append(out, sy_case_value(result, name));
        g_string_append(out, "</td>");
    }
    if (metric && metric->samples->len) {
        g_autofree char *label = sy_html_metric_label(metric);

        sy_html_value_cells(out, metric, label);
        if (sy_gate_bounds(&group->metric->gate)) {
            g_string_append(out, "<td class=\"draw\">");
            sy_html_bar(out, metric);
            if (group->gates_vary) {
                g_autofree char *gate = sy_format_gate(metric);

                g_string_append(out, "<span class=\"dim\">");
                sy_html_value(out, gate ? gate : "none");
                g_string_append(out, "</span>");
            }
            g_string_append(out, "</td>");
        }
    } else {
        g_string_append_printf(out, "<td class=\"text\" colspan=\"%d\">",
                               !group->metric                         ? 1
                               : sy_gate_bounds(&group->metric->gate) ? 3
                                                                      : 2);
        sy_markup_append(out, result->reason);
        g_string_append(out, "</td>");
    }
    g_string_append_printf(out, "<td class=\"n dim time\">%s</td></tr>\n", duration);
}

void sy_html_case_tables(GString *out, const SyRunResult *run)
{
    g_autoptr(GPtrArray) groups = group_cases(run);

    for (guint i = 0; i < groups->len; i++) {
        const Group *group = g_ptr_array_index(groups, i);

        g_string_append(out, "<h3>");
        sy_markup_append(out, group->workload);
        g_string_append(out, "</h3>\n");
        append_common(out, group);
        g_string_append(out, group->columns->len > WIDE_COLUMNS ? "<table class=\"dense\">\n"
                                                                : "<table>\n");
        append_table_head(out, group);
        g_string_append(out, "<tbody>\n");
        for (guint j = 0; j < group->cases->len; j++) {
            append_row(out, group, j);
        }
        g_string_append(out, "</tbody>\n</table>\n");
    }
}
