/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/run-diff.h"

#include <fnmatch.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/exit-code.h"
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

/* ---- obstacles to a comparison ---- */

static const char *mode_of(const SyCaseResult *result)
{
    return result->host_mode ? result->host_mode : "unknown";
}

static bool is_exact(const SyCaseResult *result)
{
    return sy_host_mode_is_exact(result->host_mode);
}

static const char *or_unknown(const char *text)
{
    return text ? text : "unknown";
}

/* Why these two cases must not be compared; NULL if they may. The caller frees. */
static char *obstacle(const SyRunResult *base, const SyCaseResult *x, const SyRunResult *new_run,
                      const SyCaseResult *y)
{
    const char *host_x = base->host ? base->host->fingerprint : NULL;
    const char *host_y = new_run->host ? new_run->host->fingerprint : NULL;
    const SyLabInfo *lab_x = base->lab, *lab_y = new_run->lab;

    if (strcmp(mode_of(x), mode_of(y)) != 0) {
        return g_strdup_printf("different host modes: %s and %s", mode_of(x), mode_of(y));
    }
    if (!is_exact(x)) {
        return g_strcmp0(host_x, host_y) == 0
                   ? NULL
                   : g_strdup_printf("different hosts: %s and %s", or_unknown(host_x),
                                     or_unknown(host_y));
    }
    if (lab_x && lab_y &&
        (g_strcmp0(lab_x->kernel, lab_y->kernel) != 0 ||
         g_strcmp0(lab_x->qemu, lab_y->qemu) != 0)) {
        return g_strdup_printf("different labs: Linux %s on QEMU %s, and Linux %s on QEMU %s",
                               or_unknown(lab_x->kernel), or_unknown(lab_x->qemu),
                               or_unknown(lab_y->kernel), or_unknown(lab_y->qemu));
    }
    return NULL;
}

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

static bool measured(const SyCaseResult *result)
{
    return result->status == SY_STATUS_PASS || result->status == SY_STATUS_FAIL;
}

static char *unusable(const SyCaseResult *x, const SyCaseResult *y)
{
    const SyCaseResult *bad = !measured(x) ? x : !measured(y) ? y : NULL;

    return bad ? g_strdup_printf("%s is %s: %s", bad == x ? "base" : "new",
                                 sy_status_name(bad->status),
                                 bad->reason ? bad->reason : "no reason given")
               : NULL;
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

static void add_row(SyRunDiff *diff, const SyCaseResult *x, const SyMetric *m,
                    const SyCaseResult *y, const SyMetric *k)
{
    SyRunDiffRow *row = g_new0(SyRunDiffRow, 1);

    row->case_id = g_strdup(x->id);
    row->metric = g_strdup(m->name);
    row->unit = g_strdup(m->unit);
    row->host_mode = g_strdup(mode_of(x));
    row->better = m->better;
    row->directed =
        m->better != SY_BETTER_TARGET || sy_gate_bounds(&m->gate) || sy_gate_bounds(&k->gate);
    row->exact = is_exact(x) && is_exact(y);
    row->shaken = row->exact && diff->shaken;
    row->reason = unusable(x, y);
    row->unmeasured = row->reason != NULL;
    sy_shift_measure(values_of(m), m->samples->len, values_of(k), k->samples->len,
                     SY_RUN_DIFF_CONFIDENCE, &row->shift);
    compare_digits(row, m, k);
    row->outliers_base = (guint)sy_outliers_flag(values_of(m), m->samples->len, NULL);
    row->outliers_new = (guint)sy_outliers_flag(values_of(k), k->samples->len, NULL);
    if (!row->reason && isnan(row->shift.shift)) {
        row->reason = g_strdup_printf("not measured in %s", m->samples->len ? "new" : "base");
    }
    g_ptr_array_add(diff->rows, row);
}

static bool matches(const char *glob, const char *text)
{
    return !glob || fnmatch(glob, text, 0) == 0;
}

/* A metric that was measured in neither run gets no row. */
static void add_rows(SyRunDiff *diff, const SyCaseResult *x, const SyCaseResult *y)
{
    for (guint i = 0; i < x->metrics->len; i++) {
        const SyMetric *m = g_ptr_array_index(x->metrics, i);
        const SyMetric *k = sy_case_result_metric(y, m->name);

        if (k && (m->samples->len || k->samples->len) && matches(diff->rule.metrics, m->name)) {
            add_row(diff, x, m, y, k);
        }
    }
}

static bool add_case(SyRunDiff *diff, const SyRunResult *base, const SyCaseResult *x,
                     const SyRunResult *new_run, const SyCaseResult *y, GError **error)
{
    char *why = obstacle(base, x, new_run, y);

    if (why && !diff->rule.force) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s: %s, so a difference may not come from the builds; --force compares them "
                    "anyway and says so",
                    x->id, why);
        g_free(why);
        return false;
    }
    if (why) {
        add_note(diff, g_strconcat("forced: ", why, NULL));
        g_free(why);
    }
    if (!measured(x) && !measured(y)) {
        add_note(diff,
                 g_strdup_printf("%s is %s in both runs: %s", x->id, sy_status_name(x->status),
                                 x->reason ? x->reason : "no reason given"));
    }
    diff->broken += measured(x) && y->status == SY_STATUS_ERROR;
    add_rows(diff, x, y);
    diff->shaken = diff->shaken || (is_exact(x) && (x->status == SY_STATUS_ERROR) !=
                                                       (y->status == SY_STATUS_ERROR));
    return true;
}

static guint count_without(const SyRunResult *of, const SyRunResult *in)
{
    guint count = 0;

    for (guint i = 0; i < of->cases->len; i++) {
        count += !sy_run_result_find(in, ((SyCaseResult *)g_ptr_array_index(of->cases, i))->id);
    }
    return count;
}

static void note_runs(SyRunDiff *diff, const SyRunResult *base, const SyRunResult *new_run)
{
    guint only_base = count_without(base, new_run), only_new = count_without(new_run, base);

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
    if (only_base || only_new) {
        add_note(diff, g_strdup_printf("cases in one run only: %u in base, %u in new", only_base,
                                       only_new));
    }
    if (base->lab && new_run->lab && sy_host_mode_is_exact(base->lab->mode) &&
        g_strcmp0(base->lab->image_sha256, new_run->lab->image_sha256) != 0) {
        add_note(diff, g_strdup("the lab images differ, perhaps in more than the builds; small "
                                "differences may come from the image"));
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
        const SyCaseResult *y =
            matches(rule->cases, x->id) ? sy_run_result_find(new_run, x->id) : NULL;

        common += y != NULL;
        if (y && !add_case(diff, base, x, new_run, y, error)) {
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

int sy_run_diff_exit_code(const SyRunDiff *diff)
{
    if (sy_run_diff_count(diff, SY_RUN_DIFF_REGRESSION)) {
        return SY_EXIT_FAIL;
    }
    if (diff->rows->len == 0 || diff->broken) {
        return SY_EXIT_COULD_NOT_RUN;
    }
    return sy_run_diff_count(diff, SY_RUN_DIFF_UNDECIDED) == diff->rows->len ? SY_EXIT_INCONCLUSIVE
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
