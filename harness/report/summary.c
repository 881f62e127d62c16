/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/summary.h"

#include "base/exit-code.h"
#include "judge/verdict.h"
#include "report/comparison.h"
#include "report/format.h"
#include "report/hosts.h"
#include "report/pivot.h"
#include "report/text.h"

/* As one line; what Markdown or HTML would act on gets a backslash or becomes an entity. */
static void append_text(GString *out, const char *text)
{
    g_autofree char *line = sy_text_line(text);

    for (const char *p = line; *p; p++) {
        switch (*p) {
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '@': /* would notify somebody of that name */
            g_string_append(out, "&#64;");
            break;
        default:
            if (strchr("\\|`*_[]#~$!", *p)) {
                g_string_append_c(out, '\\');
            }
            g_string_append_c(out, *p);
        }
    }
}

static void append_row(GString *out, const SyCaseResult *result)
{
    const SyMetric *metric = sy_format_headline(result);
    g_autofree char *value = metric ? sy_format_metric(metric) : NULL;
    g_autofree char *gate = metric ? sy_format_gate(metric) : NULL;
    bool passed = result->status == SY_STATUS_PASS;

    g_string_append_printf(out, "| %s%s%s | ", passed ? "" : "**", sy_status_name(result->status),
                           passed ? "" : "**");
    append_text(out, result->id);
    g_string_append(out, " | ");
    append_text(out, metric ? metric->name : "");
    g_string_append(out, " | ");
    append_text(out, value ? value : "");
    g_string_append(out, " | ");
    append_text(out, gate ? gate : "");
    g_string_append(out, " | ");
    append_text(out, passed ? "" : result->reason);
    g_string_append(out, " |\n");
}

static void append_table(GString *out, const SyRunResult *run)
{
    /* What needs attention comes first: a CI page shows the top. */
    static const SyStatus order[] = {SY_STATUS_FAIL, SY_STATUS_ERROR, SY_STATUS_INCONCLUSIVE,
                                     SY_STATUS_SKIP, SY_STATUS_PASS};

    g_string_append(out, "| Status | Case | Metric | Median [95 % interval] | Gate | Reason |\n"
                         "|:--|:--|:--|--:|--:|:--|\n");
    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        for (guint j = 0; j < run->cases->len; j++) {
            const SyCaseResult *result = g_ptr_array_index(run->cases, j);

            if (result->status == order[i]) {
                append_row(out, result);
            }
        }
    }
}

/* Every comparison, and below it the rows that failed. */
static void append_comparisons(GString *out, const SyRunResult *run)
{
    for (guint i = 0; i < run->comparisons->len; i++) {
        const SyComparison *c = g_ptr_array_index(run->comparisons, i);
        g_autofree char *title = sy_comparison_title_text(c);
        g_autofree char *count = sy_comparison_count_text(c);
        const char *mark = c->status == SY_STATUS_PASS ? "" : "**";

        g_string_append(out, i ? "" : "Comparisons:\n\n");
        g_string_append_printf(out, "- %s%s%s ", mark, sy_status_name(c->status), mark);
        append_text(out, title);
        g_string_append(out, "; ");
        append_text(out, c->rows->len ? count : c->reason);
        g_string_append_c(out, '\n');
        for (guint k = 0; k < c->rows->len; k++) {
            const SyComparisonRow *row = g_ptr_array_index(c->rows, k);
            g_autofree char *text = sy_comparison_row_text(c, row);

            if (row->status != SY_STATUS_PASS) {
                g_string_append_printf(out, "  - %s ", sy_status_name(row->status));
                append_text(out, text);
                g_string_append_c(out, '\n');
            }
        }
    }
    g_string_append(out, run->comparisons->len ? "\n" : "");
}

static void append_pivot(GString *out, const SyPivot *pivot)
{
    g_autofree char *title = sy_pivot_title(pivot);

    append_text(out, title);
    g_string_append(out, " (median and range):\n\n| ");
    append_text(out, pivot->head);
    for (guint k = 0; k < pivot->columns->len; k++) {
        g_string_append(out, " | ");
        append_text(out, g_ptr_array_index(pivot->columns, k));
    }
    g_string_append(out, " |\n|:--|");
    for (guint k = 0; k < pivot->columns->len; k++) {
        g_string_append(out, "--:|");
    }
    for (guint i = 0; i < pivot->rows->len; i++) {
        const SyPivotRow *row = g_ptr_array_index(pivot->rows, i);

        g_string_append(out, "\n| ");
        append_text(out, row->label);
        for (guint k = 0; k < pivot->columns->len; k++) {
            g_autofree char *cell = sy_pivot_cell(pivot, row, k, false);

            g_string_append(out, " | ");
            append_text(out, cell);
        }
        g_string_append(out, " |");
    }
    g_string_append(out, "\n\n");
}

static void append_pivots(GString *out, const SyRunResult *run)
{
    g_autoptr(GPtrArray) pivots = sy_pivots_of_run(run);

    for (guint i = 0; i < pivots->len; i++) {
        append_pivot(out, g_ptr_array_index(pivots, i));
    }
}

/* Each traced case with its most frequent events; results.json has them all. */
static void append_traces(GString *out, const SyRunResult *run)
{
    bool any = false;

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);
        g_autofree char *events = result->trace ? sy_format_trace(result->trace, 8) : NULL;

        if (!events) {
            continue;
        }
        g_string_append(out, any ? "" : "Kernel events:\n\n");
        any = true;
        g_string_append(out, "- ");
        append_text(out, result->id);
        g_string_append(out, ": ");
        append_text(out, events);
        g_string_append_c(out, '\n');
    }
    g_string_append(out, any ? "\n" : "");
}

static void append_fact(GString *out, const char *name, const char *value)
{
    if (value && *value) {
        g_string_append_printf(out, "- %s: ", name);
        append_text(out, value);
        g_string_append_c(out, '\n');
    }
}

/* "kvm, ftrace": the findings of `kind` that are not met. The remedies are in report.html. */
static void append_findings(GString *out, const GPtrArray *findings, const char *kind,
                            const char *name)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < findings->len; i++) {
        const SyFinding *finding = g_ptr_array_index(findings, i);

        if (sy_finding_is_open(finding, kind)) {
            g_string_append_printf(names, "%s%s", names->len ? ", " : "", finding->name);
        }
    }
    append_fact(out, name, names->str);
}

static char *build_line(const SyBuildInfo *build)
{
    return g_strdup_printf("%s %s, mods %.12s", build->qemu_version ? build->qemu_version : "QEMU",
                           build->flavor ? build->flavor : "",
                           build->mods_sha256 ? build->mods_sha256 : "none");
}

static void append_hosts(GString *out, const SyRunResult *run)
{
    g_auto(GStrv) lines = sy_hosts_lines(run);

    for (guint i = 0; lines[i]; i++) {
        append_fact(out, "Cases", lines[i]);
    }
    if (run->lab) {
        append_fact(out, "Lab's kernel", run->lab->kernel);
        append_fact(out, "Lab's image", run->lab->image_sha256);
    }
}

char *sy_summary_render(const SyRunResult *run)
{
    g_autofree char *sentence = sy_run_verdict_sentence(run);
    g_autofree char *word = g_ascii_strup(sy_exit_code_word(sy_run_exit_code(run)), -1);
    g_autofree char *duration = sy_format_duration(run->duration_s);
    GString *out = g_string_new(NULL);

    g_string_printf(out, "## Steelyard: %s\n\n", word);
    append_text(out, sentence);
    g_string_append(out, "\n\n");
    if (run->cases->len) {
        append_table(out, run);
        g_string_append_c(out, '\n');
        append_traces(out, run);
    }
    append_comparisons(out, run);
    append_pivots(out, run);
    append_fact(out, "Run", run->id);
    append_fact(out, "Took", duration);
    if (run->build) {
        g_autofree char *build = build_line(run->build);

        append_fact(out, "QEMU", build);
    }
    if (run->host) {
        append_fact(out, "Host", run->host->cpu_model);
        append_fact(out, "Kernel", run->host->kernel);
        append_fact(out, "Host fingerprint", run->host->fingerprint);
        append_findings(out, run->findings, SY_FINDING_TUNING, "Host, noisy");
        append_findings(out, run->findings, SY_FINDING_REQUIREMENT, "Host, lacking");
    }
    append_hosts(out, run);
    return g_string_free(out, FALSE);
}
