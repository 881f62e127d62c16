/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-case-details.h"

#include "report/format.h"
#include "report/hosts.h"
#include "report/html-metric.h"
#include "report/html-page.h"
#include "report/markup.h"
#include "result/result.h"

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
    sy_html_metric_name(out, metric);
    g_string_append(out, "</td>");
    if (metric->samples->len) {
        sy_html_value_cells(out, metric, "median");
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
