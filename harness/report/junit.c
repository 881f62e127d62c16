/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/junit.h"

#include <math.h>
#include <string.h>

#include "base/exit-code.h"
#include "judge/verdict.h"
#include "report/comparison.h"
#include "report/format.h"
#include "report/hosts.h"
#include "report/markup.h"

static void append_count(GString *out, const char *name, guint count)
{
    g_string_append_printf(out, " %s=\"%u\"", name, count);
}

/* Seconds with milliseconds; 0 for a time that is unknown. */
static void append_time(GString *out, double seconds)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(buffer, sizeof(buffer), "%.3f", seconds >= 0 && seconds < 1e9 ? seconds : 0);
    g_string_append_printf(out, " time=\"%s\"", buffer);
}

/* Nothing failed, and all cases ran, but the run has no conclusion. */
static bool is_undecided(const SyRunResult *run)
{
    return sy_run_exit_code(run) == SY_EXIT_INCONCLUSIVE;
}

/* The attributes that testsuites and testsuite share. A run that is unfinished or has no conclusion
 * counts as one more error. */
static void append_totals(GString *out, const SyRunResult *run)
{
    guint cut_short = sy_run_missing(run) > 0, undecided = is_undecided(run);

    append_count(out, "tests", run->cases->len + run->comparisons->len + cut_short + undecided);
    append_count(out, "failures",
                 sy_run_result_count(run, SY_STATUS_FAIL) +
                     sy_run_result_count_comparisons(run, SY_STATUS_FAIL));
    append_count(out, "errors", sy_run_result_count(run, SY_STATUS_ERROR) + cut_short + undecided);
    append_count(out, "skipped",
                 sy_run_result_count(run, SY_STATUS_SKIP) +
                     sy_run_result_count(run, SY_STATUS_INCONCLUSIVE) +
                     sy_run_result_count_comparisons(run, SY_STATUS_INCONCLUSIVE));
    append_time(out, run->duration_s);
}

static void append_property(GString *out, const char *name, const char *value)
{
    if (value) {
        g_string_append_printf(out, "      <property name=\"%s\"", name);
        sy_markup_append_attribute(out, "value", value);
        g_string_append(out, "/>\n");
    }
}

static void append_properties(GString *out, const SyRunResult *run)
{
    const SyBuildInfo *build = run->build;
    const SyHostFingerprint *host = run->host;

    g_string_append(out, "    <properties>\n");
    append_property(out, "run.id", run->id);
    append_property(out, "run.job", run->job);
    if (build) {
        append_property(out, "build.release", build->release);
        append_property(out, "build.flavor", build->flavor);
        append_property(out, "build.upstream", build->upstream);
        append_property(out, "build.mods_sha256", build->mods_sha256);
        append_property(out, "build.ref", build->ref);
        append_property(out, "build.commit", build->commit);
        append_property(out, "build.configure", build->configure);
        append_property(out, "build.qemu_version", build->qemu_version);
    }
    if (host) {
        append_property(out, "host.fingerprint", host->fingerprint);
        append_property(out, "host.hostname", host->hostname);
        append_property(out, "host.cpu_model", host->cpu_model);
        append_property(out, "host.kernel", host->kernel);
        append_property(out, "host.distro", host->distro);
        append_property(out, "host.hypervisor", host->hypervisor);
        append_property(out, "host.kvm", host->kvm);
    }
    if (run->lab) {
        append_property(out, "lab.mode", run->lab->mode);
        append_property(out, "lab.kernel", run->lab->kernel);
        append_property(out, "lab.qemu", run->lab->qemu);
        append_property(out, "lab.image_sha256", run->lab->image_sha256);
    }
    g_string_append(out, "    </properties>\n");
}

/* `gate` is the gate that a failure broke. */
static void append_outcome(GString *out, SyStatus status, const char *why, const char *gate)
{
    g_autofree char *inconclusive = NULL;
    const char *reason = why ? why : "no reason given";

    switch (status) {
    case SY_STATUS_PASS:
        return;
    case SY_STATUS_FAIL:
        g_string_append(out, "      <failure");
        sy_markup_append_attribute(out, "type", gate);
        sy_markup_append_attribute(out, "message", reason);
        break;
    case SY_STATUS_ERROR:
        g_string_append(out, "      <error type=\"error\"");
        sy_markup_append_attribute(out, "message", reason);
        break;
    case SY_STATUS_SKIP:
        g_string_append(out, "      <skipped");
        sy_markup_append_attribute(out, "message", reason);
        break;
    case SY_STATUS_INCONCLUSIVE:
        inconclusive = g_strconcat("inconclusive: ", reason, NULL);
        g_string_append(out, "      <skipped");
        sy_markup_append_attribute(out, "message", inconclusive);
        break;
    }
    g_string_append(out, "/>\n");
}

/* The values as text: what a CI page shows when somebody opens the case. */
static void append_values(GString *out, const SyCaseResult *result)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *host = sy_hosts_case(result);

    for (guint i = 0; i < result->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(result->metrics, i);
        g_autofree char *value = sy_format_metric(metric);
        g_autofree char *gate = sy_format_gate(metric);
        g_autofree char *outcome = sy_format_outcome(metric);

        g_string_append_printf(text, "%s: %s", metric->name,
                               metric->samples->len == 0 && metric->note ? metric->note : value);
        if (gate) {
            g_string_append_printf(text, " (gate %s: %s)", gate, outcome ? outcome : "not judged");
        }
        g_string_append_c(text, '\n');
    }
    if (result->trace) {
        g_autofree char *events = sy_format_trace(result->trace, 0);

        g_string_append_printf(text, "trace %s: %s\n", result->trace->file, events);
    }
    if (host) {
        g_string_append_printf(text, "host: %s\n", host);
    }
    if (result->log_dir) {
        g_string_append_printf(text, "logs: %s\n", result->log_dir);
    }
    if (text->len) {
        g_string_append(out, "      <system-out>");
        sy_markup_append(out, text->str);
        g_string_append(out, "</system-out>\n");
    }
}

static void append_case(GString *out, const SyCaseResult *result)
{
    g_autofree char *class_name = g_strconcat("steelyard.", result->workload, NULL);

    g_string_append(out, "    <testcase");
    sy_markup_append_attribute(out, "classname", class_name);
    sy_markup_append_attribute(out, "name", result->id ? result->id : "");
    append_time(out, result->duration_s);
    g_string_append(out, ">\n");
    append_outcome(out, result->status, result->reason, "gate");
    append_values(out, result);
    g_string_append(out, "    </testcase>\n");
}

static void append_comparison(GString *out, const SyComparison *c)
{
    g_autofree char *title = sy_comparison_title_text(c);

    g_string_append(out, "    <testcase classname=\"steelyard.compare\"");
    sy_markup_append_attribute(out, "name", title);
    append_time(out, 0);
    g_string_append(out, ">\n");
    append_outcome(out, c->status, c->reason, "comparison");
    g_string_append(out, "      <system-out>");
    for (guint i = 0; i < c->rows->len; i++) {
        const SyComparisonRow *row = g_ptr_array_index(c->rows, i);
        g_autofree char *text = sy_comparison_row_text(c, row);

        g_string_append_printf(out, "%s ", sy_status_name(row->status));
        sy_markup_append(out, text);
        g_string_append_c(out, '\n');
    }
    g_string_append(out, "</system-out>\n    </testcase>\n");
}

/* Cases that were never run have no result to list; without this a run cut short would look green.
 */
static void append_cut_short(GString *out, const SyRunResult *run)
{
    if (sy_run_missing(run)) {
        g_string_append_printf(out,
                               "    <testcase classname=\"steelyard.run\" name=\"complete\" "
                               "time=\"0.000\">\n"
                               "      <error type=\"error\" message=\"%u of %u planned cases were "
                               "not run\"/>\n"
                               "    </testcase>\n",
                               sy_run_missing(run), run->planned);
    }
}

/* An inconclusive case is skipped, which is green: without this so would be a run that measured
 * nothing. */
static void append_undecided(GString *out, const SyRunResult *run)
{
    g_autofree char *sentence = sy_run_verdict_sentence(run);

    if (is_undecided(run)) {
        g_string_append(out, "    <testcase classname=\"steelyard.run\" name=\"conclusive\" "
                             "time=\"0.000\">\n"
                             "      <error type=\"error\"");
        sy_markup_append_attribute(out, "message", sentence);
        g_string_append(out, "/>\n    </testcase>\n");
    }
}

char *sy_junit_render(const SyRunResult *run)
{
    GString *out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    /* The schema's timestamp has no zone; ours is UTC and ends in Z. */
    g_autofree char *timestamp = g_strdup(run->started);

    if (timestamp && g_str_has_suffix(timestamp, "Z")) {
        timestamp[strlen(timestamp) - 1] = '\0';
    }
    g_string_append(out, "<testsuites name=\"steelyard\"");
    append_totals(out, run);
    g_string_append(out, ">\n  <testsuite");
    sy_markup_append_attribute(out, "name", run->job && *run->job ? run->job : "steelyard");
    append_totals(out, run);
    sy_markup_append_attribute(out, "timestamp", timestamp);
    sy_markup_append_attribute(out, "hostname", run->host ? run->host->hostname : NULL);
    g_string_append(out, ">\n");
    append_properties(out, run);
    for (guint i = 0; i < run->cases->len; i++) {
        append_case(out, g_ptr_array_index(run->cases, i));
    }
    for (guint i = 0; i < run->comparisons->len; i++) {
        append_comparison(out, g_ptr_array_index(run->comparisons, i));
    }
    append_cut_short(out, run);
    append_undecided(out, run);
    g_string_append(out, "  </testsuite>\n</testsuites>\n");
    return g_string_free(out, FALSE);
}
