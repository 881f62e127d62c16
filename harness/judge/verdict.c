/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/verdict.h"

#include "base/exit-code.h"
#include "judge/gate.h"
#include "result/comparison.h"

guint sy_metric_breaches(const SyMetric *metric)
{
    guint breaches = 0;

    for (guint i = 0; metric->gate.bounds_samples && i < metric->samples->len; i++) {
        breaches += !sy_gate_holds(metric->better, metric->gate.limit,
                                   g_array_index(metric->samples, double, i));
    }
    return breaches;
}

bool sy_metric_median_breaks(const SyMetric *metric)
{
    return metric->gate.bounds_median &&
           !sy_gate_holds(metric->better, metric->gate.median_limit, metric->median);
}

void sy_metric_judge(SyMetric *metric, guint repetitions)
{
    bool complete = metric->samples->len > 0 && metric->samples->len >= repetitions;

    if (sy_metric_breaches(metric) || (complete && sy_metric_median_breaks(metric))) {
        metric->verdict = SY_VERDICT_FAIL;
    } else {
        metric->verdict =
            complete && sy_gate_bounds(&metric->gate) ? SY_VERDICT_PASS : SY_VERDICT_NONE;
    }
}

static void append_limit(GString *text, const SyMetric *metric, double limit)
{
    static const char *const relations[] = {
        [SY_BETTER_LOWER] = "<= ", [SY_BETTER_HIGHER] = ">= ", [SY_BETTER_TARGET] = "+-"};

    g_string_append_printf(text, "%s%.4g %s", relations[metric->better], limit, metric->unit);
}

char *sy_metric_breach_text(const SyMetric *metric)
{
    guint breaches = sy_metric_breaches(metric);
    GString *text = g_string_new(NULL);

    if (breaches) {
        g_string_append_printf(text, "%s %.4g %s breaks its gate ", metric->name, metric->median,
                               metric->unit);
        append_limit(text, metric, metric->gate.limit);
        g_string_append_printf(text, " in %u of %u repetitions", breaches, metric->samples->len);
    }
    if (sy_metric_median_breaks(metric)) {
        g_string_append_printf(text, "%sthe median of %s, %.4g %s, breaks its gate ",
                               breaches ? "; " : "", metric->name, metric->median, metric->unit);
        append_limit(text, metric, metric->gate.median_limit);
    }
    return g_string_free(text, FALSE);
}

char *sy_case_breach_text(const SyCaseResult *result)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < result->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(result->metrics, i);

        if (metric->verdict == SY_VERDICT_FAIL) {
            g_autofree char *breach = sy_metric_breach_text(metric);

            g_string_append_printf(text, "%s%s", text->len ? "; " : "", breach);
        }
    }
    return g_string_free(text, FALSE);
}

const SyMetric *sy_case_unjudged(const SyCaseResult *result)
{
    for (guint i = 0; i < result->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(result->metrics, i);

        if (sy_gate_bounds(&metric->gate) && metric->verdict == SY_VERDICT_NONE) {
            return metric;
        }
    }
    return NULL;
}

SyVerdict sy_case_verdict(const SyCaseResult *result)
{
    SyVerdict verdict = SY_VERDICT_NONE;

    for (guint i = 0; i < result->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(result->metrics, i);

        if (metric->verdict == SY_VERDICT_FAIL) {
            return SY_VERDICT_FAIL;
        }
        if (metric->verdict == SY_VERDICT_PASS) {
            verdict = SY_VERDICT_PASS;
        }
    }
    return verdict;
}

guint sy_run_missing(const SyRunResult *run)
{
    return run->planned > run->cases->len ? run->planned - run->cases->len : 0;
}

/* PASS cases whose gate passed; a case without a gate proves nothing about the subject. */
static guint conclusive_passes(const SyRunResult *run)
{
    guint count = 0;

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        count += result->status == SY_STATUS_PASS && sy_case_verdict(result) == SY_VERDICT_PASS;
    }
    return count;
}

/* Comparisons of which not one row was conclusive. */
static guint empty_comparisons(const SyRunResult *run)
{
    guint count = 0;

    for (guint i = 0; i < run->comparisons->len; i++) {
        const SyComparison *c = g_ptr_array_index(run->comparisons, i);

        count += c->status == SY_STATUS_INCONCLUSIVE && !sy_comparison_count(c, SY_STATUS_PASS);
    }
    return count;
}

int sy_run_exit_code(const SyRunResult *run)
{
    if (sy_run_result_count(run, SY_STATUS_FAIL) ||
        sy_run_result_count_comparisons(run, SY_STATUS_FAIL)) {
        return SY_EXIT_FAIL;
    }
    if (run->cases->len == 0 || sy_run_missing(run) || sy_run_result_count(run, SY_STATUS_ERROR) ||
        sy_run_result_count(run, SY_STATUS_SKIP)) {
        return SY_EXIT_COULD_NOT_RUN;
    }
    if ((sy_run_result_count(run, SY_STATUS_INCONCLUSIVE) && !conclusive_passes(run)) ||
        empty_comparisons(run)) {
        return SY_EXIT_INCONCLUSIVE;
    }
    return SY_EXIT_PASS;
}

/* Appends "2 errors, 1 skipped" for what is there of the statuses that are not the main clause. */
static void append_rest(GString *text, const SyRunResult *run, const char *lead, bool with_blocked)
{
    guint errors = with_blocked ? sy_run_result_count(run, SY_STATUS_ERROR) : 0;
    guint skips = with_blocked ? sy_run_result_count(run, SY_STATUS_SKIP) : 0;
    guint missing = with_blocked ? sy_run_missing(run) : 0;
    guint inconclusive = sy_run_result_count(run, SY_STATUS_INCONCLUSIVE);

    if (errors) {
        g_string_append_printf(text, "%s%u ended in an error", lead, errors);
        lead = ", ";
    }
    if (skips) {
        g_string_append_printf(text, "%s%u %s skipped", lead, skips, skips == 1 ? "was" : "were");
        lead = ", ";
    }
    if (missing) {
        g_string_append_printf(text, "%s%u %s not run", lead, missing,
                               missing == 1 ? "was" : "were");
        lead = ", ";
    }
    if (inconclusive) {
        g_string_append_printf(text, "%s%u %s inconclusive", lead, inconclusive,
                               inconclusive == 1 ? "was" : "were");
    }
}

/* Appends "1 of 2 comparisons failed, 1 was inconclusive"; "3 comparisons hold". */
static void append_comparisons(GString *text, const SyRunResult *run, const char *lead)
{
    guint total = run->comparisons->len;
    guint fails = sy_run_result_count_comparisons(run, SY_STATUS_FAIL);
    guint inconclusive = sy_run_result_count_comparisons(run, SY_STATUS_INCONCLUSIVE);
    const char *noun = total == 1 ? "comparison" : "comparisons";

    if (total == 0) {
        return;
    }
    g_string_append(text, lead);
    if (fails) {
        g_string_append_printf(text, "%u of %u %s failed", fails, total, noun);
    }
    if (inconclusive) {
        g_string_append_printf(text, "%s%u of %u %s %s inconclusive", fails ? ", " : "",
                               inconclusive, total, noun, inconclusive == 1 ? "was" : "were");
    }
    if (!fails && !inconclusive) {
        g_string_append_printf(text, "%u %s %s", total, noun, total == 1 ? "holds" : "hold");
    }
}

char *sy_run_verdict_sentence(const SyRunResult *run)
{
    guint total = MAX(run->planned, run->cases->len);
    guint fails = sy_run_result_count(run, SY_STATUS_FAIL);
    guint gates = conclusive_passes(run);
    g_autoptr(GString) text = g_string_new(NULL);

    switch (sy_run_exit_code(run)) {
    case SY_EXIT_FAIL:
        if (fails) {
            g_string_append_printf(text, "%u of %u %s broke %s gate", fails, total,
                                   total == 1 ? "case" : "cases", fails == 1 ? "its" : "their");
        } else {
            g_string_append_printf(text, "No case of %u broke its gate", total);
        }
        append_rest(text, run, "; ", true);
        break;
    case SY_EXIT_COULD_NOT_RUN:
        if (total == 0) {
            g_string_append(text, "No case was run");
            break;
        }
        g_string_append_printf(text, "No gate was broken, but of %u %s ", total,
                               total == 1 ? "case" : "cases");
        append_rest(text, run, "", true);
        break;
    case SY_EXIT_INCONCLUSIVE:
        if (gates || !sy_run_result_count(run, SY_STATUS_INCONCLUSIVE)) {
            g_string_append_printf(text, "%u of %u %s held %s gate", gates, total,
                                   total == 1 ? "case" : "cases", gates == 1 ? "its" : "their");
            append_rest(text, run, "; ", false);
            break;
        }
        g_string_append_printf(text, "Nothing conclusive: of %u %s ", total,
                               total == 1 ? "case" : "cases");
        append_rest(text, run, "", false);
        g_string_append(text, " and none held a gate");
        break;
    default:
        if (gates == 0) {
            g_string_append_printf(text, "%u %s ran; none has a gate", total,
                                   total == 1 ? "case" : "cases");
        } else if (gates == total) {
            g_string_append_printf(text, "%s%u %s %s gate", total == 1 ? "The " : "All ", total,
                                   total == 1 ? "case held" : "cases held",
                                   total == 1 ? "its" : "their");
        } else {
            g_string_append_printf(text, "%u of %u cases held %s gate and none broke one", gates,
                                   total, gates == 1 ? "its" : "their");
        }
        append_rest(text, run, "; ", true);
        break;
    }
    append_comparisons(text, run, "; ");
    g_string_append_c(text, '.');
    return g_string_free(g_steal_pointer(&text), FALSE);
}
