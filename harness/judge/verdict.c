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

bool sy_metric_median_fails(const SyMetric *metric)
{
    return metric->gate.bounds_median &&
           !sy_gate_holds(metric->better, metric->gate.median_limit, metric->median);
}

void sy_metric_judge(SyMetric *metric, guint repetitions)
{
    bool complete = metric->samples->len > 0 && metric->samples->len >= repetitions;

    if (sy_metric_breaches(metric) || (complete && sy_metric_median_fails(metric))) {
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
        g_string_append_printf(text, "%s %.4g %s fails its gate ", metric->name, metric->median,
                               metric->unit);
        append_limit(text, metric, metric->gate.limit);
        g_string_append_printf(text, " in %u of %u repetitions", breaches, metric->samples->len);
    }
    if (sy_metric_median_fails(metric)) {
        g_string_append_printf(text, "%sthe median of %s, %.4g %s, fails its gate ",
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

/* The number of PASS cases with a gate; a case without one proves nothing about QEMU. */
static guint conclusive_passes(const SyRunResult *run)
{
    guint count = 0;

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        count += result->status == SY_STATUS_PASS && sy_case_verdict(result) == SY_VERDICT_PASS;
    }
    return count;
}

static bool has_gate(const SyCaseResult *result)
{
    for (guint i = 0; i < result->metrics->len; i++) {
        if (sy_gate_bounds(&((const SyMetric *)g_ptr_array_index(result->metrics, i))->gate)) {
            return true;
        }
    }
    return false;
}

static bool is_decided(const SyCaseResult *result, bool by_gate)
{
    return result->status == SY_STATUS_FAIL ||
           (result->status == SY_STATUS_PASS &&
            (!by_gate || sy_case_verdict(result) == SY_VERDICT_PASS));
}

static bool workload_has_gate(const SyRunResult *run, const char *workload)
{
    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        if (g_strcmp0(result->workload, workload) == 0 && has_gate(result)) {
            return true;
        }
    }
    return false;
}

static bool workload_is_decided(const SyRunResult *run, const char *workload)
{
    bool by_gate = workload_has_gate(run, workload);

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        if (g_strcmp0(result->workload, workload) == 0 && is_decided(result, by_gate)) {
            return true;
        }
    }
    return false;
}

static void count_rows(const SyRunResult *run, SyRunDecided *out)
{
    for (guint i = 0; i < run->comparisons->len; i++) {
        const SyComparison *c = g_ptr_array_index(run->comparisons, i);

        out->rows += c->rows->len;
        out->undecided_rows += sy_comparison_count(c, SY_STATUS_INCONCLUSIVE);
    }
}

static bool beyond(guint undecided, guint all, const SyRunResult *run)
{
    return 100.0 * undecided > run->max_inconclusive_pct * all;
}

SyRunDecided sy_run_decided(const SyRunResult *run)
{
    SyRunDecided out = {0};

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);
        bool counts = has_gate(result) && !result->undecided_expected;

        out.gated += counts;
        out.undecided += counts && result->status == SY_STATUS_INCONCLUSIVE;
        if (!out.workload && result->status == SY_STATUS_INCONCLUSIVE &&
            !workload_is_decided(run, result->workload)) {
            out.workload = result->workload;
        }
    }
    out.too_many = beyond(out.undecided, out.gated, run);
    count_rows(run, &out);
    out.too_many_rows = beyond(out.undecided_rows, out.rows, run);
    return out;
}

/* The number of comparisons without a single conclusive row. */
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
    SyRunDecided decided = sy_run_decided(run);

    if (sy_run_result_count(run, SY_STATUS_FAIL) ||
        sy_run_result_count_comparisons(run, SY_STATUS_FAIL)) {
        return SY_EXIT_FAIL;
    }
    if (run->cases->len == 0 || sy_run_missing(run) || sy_run_result_count(run, SY_STATUS_ERROR) ||
        sy_run_result_count(run, SY_STATUS_SKIP)) {
        return SY_EXIT_COULD_NOT_RUN;
    }
    if (decided.too_many || decided.workload || decided.too_many_rows || empty_comparisons(run)) {
        return SY_EXIT_INCONCLUSIVE;
    }
    return SY_EXIT_PASS;
}

static const char *was(guint count)
{
    return count == 1 ? "was" : "were";
}

/* Appends one clause, "1 of 12 cases was skipped"; after the first clause, ", 1 was skipped". With
 * `total` 0 the first clause does not name the total either. */
static void append_clause(GString *text, guint count, const char *verb, const char *what,
                          guint total, bool *first)
{
    if (count == 0) {
        return;
    }
    if (!*first) {
        g_string_append_printf(text, ", %u", count);
    } else if (total == 1) {
        g_string_append(text, "the only case");
    } else if (total > 1) {
        g_string_append_printf(text, "%u of %u cases", count, total);
    } else {
        g_string_append_printf(text, "%u", count);
    }
    g_string_append_printf(text, " %s%s%s", verb, *verb ? " " : "", what);
    *first = false;
}

/* Appends "1 ended in an error, 2 were skipped ...": the cases that neither passed nor failed. With
 * `total` the first clause is "1 of 12 cases ended in an error". */
static void append_open(GString *text, const SyRunResult *run, guint total)
{
    guint skips = sy_run_result_count(run, SY_STATUS_SKIP);
    guint missing = sy_run_missing(run);
    guint inconclusive = sy_run_result_count(run, SY_STATUS_INCONCLUSIVE);
    bool first = true;

    append_clause(text, sy_run_result_count(run, SY_STATUS_ERROR), "ended", "in an error", total,
                  &first);
    append_clause(text, skips, was(skips), "skipped", total, &first);
    append_clause(text, missing, was(missing), "not run", total, &first);
    append_clause(text, inconclusive, was(inconclusive), "inconclusive", total, &first);
}

/* The same as a clause of its own, behind "; ". */
static void append_rest(GString *text, const SyRunResult *run)
{
    g_autoptr(GString) rest = g_string_new(NULL);

    append_open(rest, run, 0);
    if (rest->len) {
        g_string_append_printf(text, "; %s", rest->str);
    }
}

/* Appends "; 1 of 2 comparisons failed, 1 was inconclusive" or "; 3 comparisons passed". */
static void append_comparisons(GString *text, const SyRunResult *run)
{
    guint total = run->comparisons->len;
    guint fails = sy_run_result_count_comparisons(run, SY_STATUS_FAIL);
    guint inconclusive = sy_run_result_count_comparisons(run, SY_STATUS_INCONCLUSIVE);

    if (total == 1) {
        g_string_append_printf(text, "; the comparison %s",
                               fails          ? "failed"
                               : inconclusive ? "was inconclusive"
                                              : "passed");
    } else if (total > 1 && fails) {
        g_string_append_printf(text, "; %u of %u comparisons failed", fails, total);
        if (inconclusive) {
            g_string_append_printf(text, ", %u %s inconclusive", inconclusive, was(inconclusive));
        }
    } else if (total > 1 && inconclusive) {
        g_string_append_printf(text, "; %u of %u comparisons %s inconclusive", inconclusive, total,
                               was(inconclusive));
    } else if (total > 1) {
        g_string_append_printf(text, "; %u comparisons passed", total);
    }
}

/* "The case", "All 12 cases", "3 of 12 cases", as the start of a sentence. */
static void append_share(GString *text, guint count, guint total)
{
    if (total == 1) {
        g_string_append(text, "The case");
    } else if (count == total && total == 2) {
        g_string_append(text, "Both cases");
    } else if (count == total) {
        g_string_append_printf(text, "All %u cases", total);
    } else {
        g_string_append_printf(text, "%u of %u cases", count, total);
    }
}

/* Appends "All 12 cases passed: 11 with a gate, 1 without", and what became of the others. */
static void append_passes(GString *text, const SyRunResult *run, guint total)
{
    guint passes = sy_run_result_count(run, SY_STATUS_PASS);
    guint gates = conclusive_passes(run);

    if (gates == 0) {
        g_string_append_printf(text, "%u %s; none has a gate", total,
                               total == 1 ? "case ran" : "cases ran");
    } else {
        append_share(text, passes, total);
        if (gates < passes) {
            g_string_append_printf(text, " passed: %u with a gate, %u without", gates,
                                   passes - gates);
        } else {
            g_string_append_printf(text, " passed %s", gates == 1 ? "its gate" : "their gates");
        }
    }
    append_rest(text, run);
}

/* "No conclusion: 11 of 12 cases were inconclusive, and the job tolerates none". */
static void append_undecided(GString *text, const SyRunResult *run, guint total)
{
    const SyRunDecided decided = sy_run_decided(run);

    g_string_append(text, "No conclusion: ");
    append_open(text, run, total);
    if (total == 1) {
        return;
    }
    if (decided.workload) {
        g_string_append_printf(text, ", and no case of %s was decided", decided.workload);
    } else if (run->max_inconclusive_pct > 0) {
        g_string_append_printf(text, ", and the job tolerates %g %% of those with a gate",
                               run->max_inconclusive_pct);
    } else {
        g_string_append(text, ", and the job tolerates none");
    }
}

char *sy_run_verdict_sentence(const SyRunResult *run)
{
    guint total = MAX(run->planned, run->cases->len);
    guint fails = sy_run_result_count(run, SY_STATUS_FAIL);
    const SyRunDecided decided = sy_run_decided(run);
    g_autoptr(GString) text = g_string_new(NULL);

    switch (sy_run_exit_code(run)) {
    case SY_EXIT_FAIL:
        if (fails) {
            append_share(text, fails, total);
            g_string_append_printf(text, " failed %s", fails == 1 ? "its gate" : "their gates");
        } else {
            g_string_append(text, "No gate failed");
        }
        append_rest(text, run);
        break;
    case SY_EXIT_COULD_NOT_RUN:
        g_string_append(text, total ? "No gate failed, but " : "No case ran");
        append_open(text, run, total);
        break;
    case SY_EXIT_INCONCLUSIVE:
        if (decided.too_many || decided.workload) {
            append_undecided(text, run, total);
            break;
        }
        append_passes(text, run, total);
        break;
    default:
        append_passes(text, run, total);
        if (sy_run_result_count(run, SY_STATUS_INCONCLUSIVE)) {
            g_string_append(text, ", which the job allows");
        }
        break;
    }
    append_comparisons(text, run);
    if (decided.too_many_rows) {
        g_string_append_printf(text, ", with %u of %u rows undecided", decided.undecided_rows,
                               decided.rows);
    }
    g_string_append_c(text, '.');
    return g_string_free(g_steal_pointer(&text), FALSE);
}
