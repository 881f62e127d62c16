/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/run-diff.h"

#include <fnmatch.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/exit-code.h"
#include "judge/comparable.h"
#include "judge/gate.h"
#include "result/host-mode.h"
#include "result/result.h"
#include "stats/outlier.h"

static void row_free(gpointer data)
{
    SyRunDiffRow *row = data;

    g_free(row->case_id);
    g_free(row->metric);
    g_free(row->unit);
    g_free(row->host_mode);
    g_free(row->reason);
    g_free(row);
}

static void run_clear(SyRunDiffRun *run)
{
    g_free(run->id);
    g_free(run->started);
    sy_build_info_free(run->build);
}

void sy_run_diff_free(SyRunDiff *diff)
{
    if (!diff) {
        return;
    }
    run_clear(&diff->base);
    run_clear(&diff->new);
    g_ptr_array_unref(diff->notes);
    g_ptr_array_unref(diff->rows);
    g_free(diff);
}

static SyBuildInfo *copy_build(const SyBuildInfo *from)
{
    SyBuildInfo *build = from ? sy_build_info_new() : NULL;

    if (build) {
        build->release = g_strdup(from->release);
        build->flavor = g_strdup(from->flavor);
        build->upstream = g_strdup(from->upstream);
        build->mods_sha256 = g_strdup(from->mods_sha256);
        build->configure = g_strdup(from->configure);
        build->qemu_version = g_strdup(from->qemu_version);
        build->path = g_strdup(from->path);
        build->ref = g_strdup(from->ref);
        build->commit = g_strdup(from->commit);
    }
    return build;
}

static SyRunDiffRun run_of(const SyRunResult *run)
{
    return (SyRunDiffRun){
        .id = g_strdup(run->id),
        .started = g_strdup(run->started),
        .build = copy_build(run->build),
        .faulty = sy_run_result_faulty(run),
    };
}

/* ---- notes ---- */

static bool has_note(const SyRunDiff *diff, const char *note)
{
    for (guint i = 0; i < diff->notes->len; i++) {
        if (strcmp(g_ptr_array_index(diff->notes, i), note) == 0) {
            return true;
        }
    }
    return false;
}

/* Takes ownership of `note`. */
static void add_note(SyRunDiff *diff, char *note)
{
    if (has_note(diff, note)) {
        g_free(note);
    } else {
        g_ptr_array_add(diff->notes, note);
    }
}

/* ---- rows ---- */

static bool is_exact(const SyCaseResult *result)
{
    return sy_host_mode_is_exact(result->host_mode);
}

/* Why there is no valid result of the case in one of the runs or both; NULL if there is. `y` is
 * NULL if new lacks the case. The caller frees. */
static char *unusable(const SyCaseResult *x, const SyCaseResult *y)
{
    bool base = sy_comparable_measured(x), new_run = y && sy_comparable_measured(y);
    const SyCaseResult *bad = base ? y : x;

    if (base && new_run) {
        return NULL;
    }
    if (!bad) {
        return g_strdup("new has no such case");
    }
    return g_strdup_printf("%s is %s: %s",
                           !base && !new_run ? "neither was measured; base"
                           : base            ? "new"
                                             : "base",
                           sy_status_name(bad->status),
                           bad->reason ? bad->reason : "no reason given");
}

static const double *values_of(const SyMetric *metric)
{
    return (const double *)(gconstpointer)metric->samples->data;
}

static double spread_of(const SyMetric *metric)
{
    double low = INFINITY, high = -INFINITY;

    for (guint i = 0; i < metric->samples->len; i++) {
        low = fmin(low, values_of(metric)[i]);
        high = fmax(high, values_of(metric)[i]);
    }
    return metric->samples->len ? high - low : 0;
}

/* Every digit counts: how many repetitions differ, and by how much at most. */
static void compare_digits(SyRunDiffRow *row, const SyMetric *m, const SyMetric *k)
{
    guint both = MIN(m->samples->len, k->samples->len);

    row->differing = MAX(m->samples->len, k->samples->len) - both;
    row->largest = row->differing ? NAN : 0;
    row->spread = fmax(spread_of(m), spread_of(k));
    for (guint i = 0; i < both; i++) {
        double difference = values_of(k)[i] - values_of(m)[i];

        row->differing += difference != 0;
        if (fabs(difference) > fabs(row->largest)) {
            row->largest = difference;
        }
    }
}

/* `k` is NULL if new lacks the metric. */
static void measure_shift(SyRunDiffRow *row, const SyMetric *m, const SyMetric *k)
{
    sy_shift_measure(values_of(m), m->samples->len, k ? values_of(k) : NULL,
                     k ? k->samples->len : 0, SY_RUN_DIFF_CONFIDENCE, &row->shift);
    row->outliers_base = (guint)sy_outliers_flag(values_of(m), m->samples->len, NULL);
    row->largest = row->spread = NAN;
    if (k) {
        row->outliers_new = (guint)sy_outliers_flag(values_of(k), k->samples->len, NULL);
        compare_digits(row, m, k);
    }
}

static double tightest_gate(const SyMetric *m, const SyMetric *k)
{
    double base = sy_gate_tightest(&m->gate, m->better);
    double new_run = k ? sy_gate_tightest(&k->gate, m->better) : NAN;

    return m->better == SY_BETTER_HIGHER ? fmax(base, new_run) : fmin(base, new_run);
}

/* `y` and `k` are NULL if new lacks the case or the metric. */
static void add_row(SyRunDiff *diff, const SyCaseResult *x, const SyMetric *m,
                    const SyCaseResult *y, const SyMetric *k)
{
    SyRunDiffRow *row = g_new0(SyRunDiffRow, 1);

    row->case_id = g_strdup(x->id);
    row->metric = g_strdup(m->name);
    row->unit = g_strdup(m->unit);
    row->host_mode = g_strdup(sy_comparable_mode(x));
    row->better = m->better;
    row->gate = tightest_gate(m, k);
    row->directed = m->better != SY_BETTER_TARGET || !isnan(row->gate);
    row->exact = is_exact(x) && (!y || is_exact(y));
    row->shaken = row->exact && diff->shaken;
    row->reason = unusable(x, y);
    row->unmeasured = row->reason != NULL;
    measure_shift(row, m, k);
    if (!row->reason && isnan(row->shift.shift)) {
        row->reason = g_strdup_printf("not measured in %s", m->samples->len ? "new" : "base");
    }
    row->lost = row->reason && sy_comparable_measured(x) && m->samples->len > 0;
    g_ptr_array_add(diff->rows, row);
}

static bool matches(const char *glob, const char *text)
{
    return !glob || fnmatch(glob, text, 0) == 0;
}

static void add_rows(SyRunDiff *diff, const SyCaseResult *x, const SyCaseResult *y)
{
    bool both = y && sy_comparable_measured(x) && sy_comparable_measured(y);

    for (guint i = 0; i < x->metrics->len; i++) {
        const SyMetric *m = g_ptr_array_index(x->metrics, i);
        const SyMetric *k = y ? sy_case_result_metric(y, m->name) : NULL;

        if (!matches(diff->rule.metrics, m->name)) {
            continue;
        }
        diff->compared++;
        if (!both || m->samples->len || (k && k->samples->len)) {
            add_row(diff, x, m, y, k);
        }
    }
}

static bool tried(const SyCaseResult *result)
{
    return result && result->status != SY_STATUS_ERROR && result->status != SY_STATUS_SKIP;
}

/* `y` is NULL if new lacks the case. */
static bool add_case(SyRunDiff *diff, const SyRunResult *base, const SyCaseResult *x,
                     const SyRunResult *new_run, const SyCaseResult *y, GError **error)
{
    g_autofree char *why = y ? sy_comparable_obstacle(base, x, new_run, y) : NULL;

    if (why && !diff->rule.force) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s: %s, so a difference may not come from the builds; --force compares them "
                    "anyway and says so",
                    x->id, why);
        return false;
    }
    if (why) {
        add_note(diff, g_strconcat("forced: ", why, NULL));
    }
    diff->tried += tried(x) || tried(y);
    diff->broken += y && sy_comparable_measured(x) && y->status == SY_STATUS_ERROR;
    add_rows(diff, x, y);
    diff->shaken =
        diff->shaken ||
        (y && is_exact(x) && (x->status == SY_STATUS_ERROR) != (y->status == SY_STATUS_ERROR));
    return true;
}

/* Ids of the cases that only new has, joined by ", "; "" without any. */
static char *only_in_new(const SyRunDiffRule *rule, const SyRunResult *base,
                         const SyRunResult *new_run)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < new_run->cases->len; i++) {
        const char *id = ((SyCaseResult *)g_ptr_array_index(new_run->cases, i))->id;

        if (matches(rule->cases, id) && !sy_run_result_find(base, id)) {
            g_string_append_printf(out, "%s%s", out->len ? ", " : "", id);
        }
    }
    return g_string_free(out, FALSE);
}

static void note_runs(SyRunDiff *diff, const SyRunResult *base, const SyRunResult *new_run)
{
    g_autofree char *only_new = only_in_new(&diff->rule, base, new_run);

    if (diff->base.faulty || diff->new.faulty) {
        add_note(diff, g_strdup_printf("%s run with injected faults (--fault)",
                                       !diff->base.faulty  ? "new was"
                                       : !diff->new.faulty ? "base was"
                                                           : "both were"));
    }
    if (diff->broken) {
        add_note(diff,
                 g_strdup_printf("%u %s in base and ended in an error in new", diff->broken,
                                 diff->broken == 1 ? "case was measured" : "cases were measured"));
    }
    if (*only_new) {
        add_note(diff, g_strdup_printf("only in new: %s", only_new));
    }
    if (base->lab && new_run->lab && sy_host_mode_is_exact(base->lab->mode) &&
        g_strcmp0(base->lab->image_sha256, new_run->lab->image_sha256) != 0) {
        add_note(diff, g_strdup("the lab images differ, perhaps in more than the builds; small "
                                "differences may come from the image"));
    }
}

/* Appends the case of the row `first` if any of its rows is lost: its id, and the lost metrics
 * unless all are. Returns the number of the case's rows. */
static guint append_lost(GString *out, const SyRunDiff *diff, guint first)
{
    const char *id = ((SyRunDiffRow *)g_ptr_array_index(diff->rows, first))->case_id;
    g_autoptr(GString) metrics = g_string_new(NULL);
    guint count = 0, lost = 0;

    for (; first + count < diff->rows->len; count++) {
        const SyRunDiffRow *row = g_ptr_array_index(diff->rows, first + count);

        if (strcmp(row->case_id, id) != 0) {
            break;
        }
        if (row->lost) {
            g_string_append_printf(metrics, "%s%s", lost++ ? ", " : "", row->metric);
        }
    }
    if (lost) {
        g_string_append_printf(out, "%s%s", out->len ? "; " : "", id);
    }
    if (lost && lost < count) {
        g_string_append_printf(out, " (%s)", metrics->str);
    }
    return count;
}

static void note_lost(SyRunDiff *diff)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < diff->rows->len;) {
        i += append_lost(names, diff, i);
    }
    if (names->len) {
        add_note(diff, g_strdup_printf("measured in base, but not decided because of new: %s",
                                       names->str));
    }
}

SyRunDiff *sy_run_diff_of(const SyRunResult *base, const SyRunResult *new_run,
                          const SyRunDiffRule *rule, GError **error)
{
    g_autoptr(SyRunDiff) diff = g_new0(SyRunDiff, 1);
    guint common = 0;

    diff->rule = *rule;
    diff->base = run_of(base);
    diff->new = run_of(new_run);
    diff->notes = g_ptr_array_new_with_free_func(g_free);
    diff->rows = g_ptr_array_new_with_free_func(row_free);
    for (guint i = 0; i < base->cases->len; i++) {
        const SyCaseResult *x = g_ptr_array_index(base->cases, i);
        const SyCaseResult *y = sy_run_result_find(new_run, x->id);

        if (!matches(rule->cases, x->id)) {
            continue;
        }
        common += y != NULL;
        if (!add_case(diff, base, x, new_run, y, error)) {
            return NULL;
        }
    }
    if (common == 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "runs %s and %s have no case in common%s; compare runs of the same job",
                    base->id, new_run->id, rule->cases ? " that matches --filter" : "");
        return NULL;
    }
    note_runs(diff, base, new_run);
    sy_run_diff_judge(diff);
    note_lost(diff);
    return g_steal_pointer(&diff);
}

/* ---- the verdict ---- */

guint sy_run_diff_count(const SyRunDiff *diff, SyRunDiffVerdict verdict)
{
    guint count = 0;

    for (guint i = 0; i < diff->rows->len; i++) {
        count += ((SyRunDiffRow *)g_ptr_array_index(diff->rows, i))->verdict == verdict;
    }
    return count;
}

guint sy_run_diff_count_lost(const SyRunDiff *diff)
{
    guint count = 0;

    for (guint i = 0; i < diff->rows->len; i++) {
        count += ((SyRunDiffRow *)g_ptr_array_index(diff->rows, i))->lost;
    }
    return count;
}

bool sy_run_diff_too_undecided(const SyRunDiff *diff)
{
    guint undecided = sy_run_diff_count(diff, SY_RUN_DIFF_UNDECIDED);

    return undecided > 0 && (undecided == diff->rows->len ||
                             100.0 * undecided > diff->rule.max_undecided_pct * diff->rows->len);
}

int sy_run_diff_exit_code(const SyRunDiff *diff)
{
    if (sy_run_diff_count(diff, SY_RUN_DIFF_REGRESSION)) {
        return SY_EXIT_FAIL;
    }
    if (diff->rows->len == 0 || diff->tried == 0 || diff->broken) {
        return SY_EXIT_COULD_NOT_RUN;
    }
    return sy_run_diff_count_lost(diff) || sy_run_diff_too_undecided(diff) ? SY_EXIT_INCONCLUSIVE
                                                                           : SY_EXIT_PASS;
}

const char *sy_run_diff_verdict_name(SyRunDiffVerdict verdict)
{
    static const char *const names[] = {
        [SY_RUN_DIFF_SAME] = "same",
        [SY_RUN_DIFF_REGRESSION] = "regression",
        [SY_RUN_DIFF_IMPROVEMENT] = "improvement",
        [SY_RUN_DIFF_DIFFERENT] = "different",
        [SY_RUN_DIFF_UNDECIDED] = "undecided",
    };

    return names[verdict];
}
