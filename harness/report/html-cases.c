/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-cases.h"

#include <math.h>
#include <string.h>

#include "report/format.h"
#include "report/hosts.h"
#include "report/html-bar.h"
#include "report/html-page.h"
#include "report/markup.h"
#include "result/result.h"

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

static const char *param_value(const SyCaseResult *result, const char *name)
{
    const SyParam *param = find_param(result, name);

    return param ? param->value : NULL;
}

/* The cell class of a parameter's column: numbers to the right, words to the left. */
static const char *param_class(const Group *group, const char *name)
{
    const SyParam *param = find_param(g_ptr_array_index(group->cases, 0), name);

    return param && param->type == SY_PARAM_STRING ? "word" : "n";
}

static bool varies(const Group *group, const char *name)
{
    const char *first = param_value(g_ptr_array_index(group->cases, 0), name);

    for (guint i = 1; i < group->cases->len; i++) {
        if (g_strcmp0(first, param_value(g_ptr_array_index(group->cases, i), name)) != 0) {
            return true;
        }
    }
    return false;
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

/* "share_error_pct, %". The caller frees. */
static char *metric_label(const SyMetric *metric)
{
    bool has_unit = metric->unit && *metric->unit && strcmp(metric->unit, "1") != 0;

    return g_strconcat(metric->name, has_unit ? ", " : NULL, metric->unit, NULL);
}

static void append_metric_name(GString *out, const SyMetric *metric)
{
    g_autofree char *label = metric_label(metric);

    sy_markup_append(out, label);
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
        append_metric_name(out, group->metric);
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

static void append_value_cell(GString *out, const SyMetric *metric, const char *label)
{
    g_autofree char *median = sy_format_value(metric, metric->median);

    g_string_append(out, "<td class=\"n\"");
    sy_markup_append_attribute(out, "data-l", label);
    g_string_append_c(out, '>');
    sy_html_value(out, median);
    g_string_append(out, "</td><td class=\"n ci\">");
    if (!isnan(metric->ci95[0]) && !isnan(metric->ci95[1])) {
        g_autofree char *low = sy_format_value(metric, metric->ci95[0]);
        g_autofree char *high = sy_format_value(metric, metric->ci95[1]);
        g_autofree char *text = g_strdup_printf("%s to %s", low, high);

        sy_html_value(out, text);
    }
    g_string_append(out, "</td>");
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
        sy_markup_append(out, param_value(result, name));
        g_string_append(out, "</td>");
    }
    if (metric && metric->samples->len) {
        g_autofree char *label = metric_label(metric);

        append_value_cell(out, metric, label);
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
        g_string_append(out, "<table>\n");
        append_table_head(out, group);
        g_string_append(out, "<tbody>\n");
        for (guint j = 0; j < group->cases->len; j++) {
            append_row(out, group, j);
        }
        g_string_append(out, "</tbody>\n</table>\n");
    }
}

static void append_samples(GString *out, const SyMetric *metric)
{
    for (guint i = 0; i < metric->samples->len; i++) {
        g_autofree char *text = sy_format_value(metric, g_array_index(metric->samples, double, i));

        g_string_append(out, i ? "&ensp;" : "");
        g_string_append(out, "<span>");
        sy_html_value(out, text);
        g_string_append(out, "</span>");
    }
}

static void append_metric(GString *out, const SyMetric *metric)
{
    g_autofree char *gate = sy_format_gate(metric);
    g_autofree char *outcome = sy_format_outcome(metric);

    g_string_append(out, "<tr><td class=\"name\">");
    append_metric_name(out, metric);
    g_string_append(out, "</td>");
    if (metric->samples->len) {
        append_value_cell(out, metric, "median");
        g_string_append(out, "<td class=\"text\" data-l=\"samples\">");
        append_samples(out, metric);
        g_string_append(out, "</td>");
    } else {
        g_string_append(out, "<td class=\"text\" colspan=\"3\">");
        sy_markup_append(out, metric->note ? metric->note : "not measured");
        g_string_append(out, "</td>");
    }
    g_string_append(out, "<td class=\"n\"");
    sy_markup_append_attribute(out, "data-l", gate ? "gate" : NULL);
    g_string_append_c(out, '>');
    sy_html_value(out, gate);
    if (outcome) {
        g_string_append_printf(out, " <span class=\"held %s\">%s</span>",
                               sy_verdict_name(metric->verdict), outcome);
    }
    g_string_append(out, "</td></tr>\n");
}

/* A table that only says "not measured" helps nobody. */
static bool has_samples(const SyCaseResult *result)
{
    for (guint i = 0; i < result->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(result->metrics, i);

        if (metric->samples->len || metric->note) {
            return true;
        }
    }
    return false;
}

static void append_discarded(GString *out, const SyCaseResult *result)
{
    for (guint i = 0; i < result->discarded->len; i++) {
        const SyDiscarded *discarded = g_ptr_array_index(result->discarded, i);

        g_string_append(out, "<p class=\"dim\">Not counted: ");
        sy_markup_append(out, discarded->reason);
        g_string_append(out, "</p>\n");
    }
}

/* Where two witnesses disagreed, the third one's evidence. */
static void append_third_witness(GString *out, const SyCaseResult *result)
{
    for (guint i = 0; i < result->third_witness->len; i++) {
        const SyThirdWitness *w = g_ptr_array_index(result->third_witness, i);

        g_string_append_printf(out,
                               "<p class=\"dim\">Third witness, repetition %" G_GINT64_FORMAT
                               ", vCPU %" G_GINT64_FORMAT ": ",
                               w->repetition, w->vcpu);
        sy_markup_append(out, w->evidence);
        g_string_append(out, "</p>\n");
    }
}

static void append_trace(GString *out, const SyCaseTrace *trace)
{
    g_autoptr(GPtrArray) events = sy_format_trace_events(trace);

    g_string_append(out, "<table>\n<thead><tr><th>Kernel event</th>"
                         "<th class=\"n\">Count</th></tr></thead>\n<tbody>\n");
    for (guint i = 0; i < events->len; i++) {
        const SyTraceEvent *event = g_ptr_array_index(events, i);

        g_string_append(out, "<tr><td class=\"name\">");
        sy_markup_append(out, event->name);
        g_string_append_printf(
            out, "</td><td class=\"n\" data-l=\"count\">%" G_GUINT64_FORMAT "</td></tr>\n",
            event->count);
    }
    g_string_append(out, "</tbody>\n</table>\n<p class=\"dim\">");
    if (trace->lost) {
        g_string_append_printf(out, "%" G_GUINT64_FORMAT " more events were lost. ", trace->lost);
    }
    g_string_append(out, "Trace: <a href=\"");
    sy_markup_append_link(out, trace->file);
    g_string_append(out, "\"><code>");
    sy_markup_append(out, trace->file);
    g_string_append(out, "</code></a></p>\n");
}

static void append_host(GString *out, const SyCaseResult *result)
{
    g_autofree char *host = sy_hosts_case(result);

    if (host) {
        g_string_append(out, "<p class=\"dim\">Host: ");
        sy_markup_append(out, host);
        g_string_append(out, "</p>\n");
    }
}

static void append_case(GString *out, const SyCaseResult *result, guint number)
{
    bool passed = result->status == SY_STATUS_PASS;

    g_string_append_printf(out, "<details id=\"case-%u\"%s><summary>", number,
                           passed ? "" : " open");
    sy_html_status(out, result->status);
    g_string_append(out, "<span class=\"id\">");
    sy_markup_append(out, result->id);
    g_string_append(out, "</span><span class=\"more\"></span></summary>\n<div class=\"inside\">\n");
    if (!passed && result->reason) {
        g_string_append(out, "<p>");
        sy_markup_append(out, result->reason);
        g_string_append(out, "</p>\n");
    }
    if (has_samples(result)) {
        g_string_append(out, "<table>\n<thead><tr><th>Metric</th><th class=\"n\">Median</th>"
                             "<th class=\"n\">95 % interval</th><th>Samples</th>"
                             "<th class=\"n\">Gate</th></tr></thead>\n<tbody>\n");
        for (guint i = 0; i < result->metrics->len; i++) {
            append_metric(out, g_ptr_array_index(result->metrics, i));
        }
        g_string_append(out, "</tbody>\n</table>\n");
    }
    append_discarded(out, result);
    append_third_witness(out, result);
    if (result->trace) {
        append_trace(out, result->trace);
    }
    append_host(out, result);
    if (result->log_dir) {
        g_string_append(out, "<p class=\"dim\">Logs: <a href=\"");
        sy_markup_append_link(out, result->log_dir);
        g_string_append(out, "/\"><code>");
        sy_markup_append(out, result->log_dir);
        g_string_append(out, "</code></a></p>\n");
    }
    g_string_append(out, "</div></details>\n");
}

void sy_html_case_details(GString *out, const SyRunResult *run)
{
    for (guint i = 0; i < run->cases->len; i++) {
        append_case(out, g_ptr_array_index(run->cases, i), i + 1);
    }
}
