/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many metrics are compared at once, and each could raise an alarm by chance. So p is corrected by
 * Holm's method (1979), which bounds the chance that any of them does. The number of metrics is
 * that of the plan (SyRunDiff.compared): if it depended on what was measured, such as on how many
 * metrics happened to be equal, the bound would not hold.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge/gate.h"
#include "judge/run-diff.h"
#include "result/json-text.h"
#include "stats/permutation.h"

static bool constant(const SyRunDiffRow *row)
{
    return row->shift.shift == 0 && row->shift.interval[0] == 0 && row->shift.interval[1] == 0 &&
           row->shift.p == 1;
}

/* True if chance could raise an alarm for this row. In lab-exact that is so if the repetitions of
 * one build differ: the phase at which each begins then has the role that chance has elsewhere. */
static bool can_alarm(const SyRunDiffRow *row)
{
    return !(row->exact && (row->spread == 0 || row->differing == 0)) && !row->reason &&
           !isnan(row->shift.p) && !constant(row);
}

static int by_p(gconstpointer a, gconstpointer b)
{
    const SyRunDiffRow *left = *(const SyRunDiffRow *const *)a;
    const SyRunDiffRow *right = *(const SyRunDiffRow *const *)b;

    return (left->shift.p > right->shift.p) - (left->shift.p < right->shift.p);
}

/* Sets every row's p. Rows that cannot alarm count as those with the largest p. */
static void correct(SyRunDiff *diff)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    double p = 0;

    for (guint i = 0; i < diff->rows->len; i++) {
        SyRunDiffRow *row = g_ptr_array_index(diff->rows, i);

        row->p = row->exact && !can_alarm(row) ? NAN : row->shift.p;
        if (can_alarm(row)) {
            g_ptr_array_add(rows, row);
        }
    }
    g_ptr_array_sort(rows, by_p);
    for (guint i = 0; i < rows->len; i++) {
        SyRunDiffRow *row = g_ptr_array_index(rows, i);

        p = fmax(p, fmin(1, row->shift.p * (diff->compared - i)));
        row->p = p;
    }
}

/* `pct` in the metric's unit: % of the base's median, or points if the unit is % already. */
static double in_unit(const SyRunDiffRow *row, double pct)
{
    bool points = row->unit && strcmp(row->unit, "%") == 0;

    return points ? pct : fabs(row->shift.median_base) * pct / 100;
}

static bool is_error_pct(const SyRunDiffRow *row)
{
    return row->unit && strcmp(row->unit, "%") == 0 && row->better != SY_BETTER_HIGHER;
}

/* How far the base's median is from the gate that it keeps; INFINITY if it keeps none. */
static double margin(const SyRunDiffRow *row)
{
    double base = row->shift.median_base;

    if (!sy_gate_holds(row->better, row->gate, base)) {
        return INFINITY;
    }
    return fabs(row->gate - (row->better == SY_BETTER_TARGET ? fabs(base) : base));
}

static void set_bounds(SyRunDiffRow *row, const SyRunDiffRule *rule)
{
    row->threshold = in_unit(row, rule->effect_pct);
    row->tolerance = in_unit(row, rule->tolerance_pct);
    if (is_error_pct(row) && !isnan(row->gate)) {
        row->tolerance = fmin(row->tolerance, row->gate / 2);
        row->threshold = fmin(row->threshold, row->tolerance);
    }
    if (row->tolerance > margin(row)) {
        row->tolerance = fmax(row->threshold, margin(row));
    }
}

/* By how much new is worse than base; negative if it is better. */
static double worse_by(const SyRunDiffRow *row)
{
    double base = row->shift.median_base, shift = row->shift.shift;

    switch (row->better) {
    case SY_BETTER_LOWER:
        return shift;
    case SY_BETTER_HIGHER:
        return -shift;
    case SY_BETTER_TARGET:
        break;
    }
    return fabs(base + shift) - fabs(base);
}

/* Four significant digits: more would only show noise. The caller frees. */
static char *brief(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    return g_strdup(g_ascii_formatd(text, sizeof(text), "%.4g", value));
}

static char *why_different(const SyRunDiffRow *row)
{
    if (!row->exact) {
        return g_strdup("the change is below --effect");
    }
    if (isnan(row->largest)) {
        return g_strdup_printf("base has %zu repetitions, new has %zu", row->shift.n_base,
                               row->shift.n_new);
    }
    {
        g_autofree char *largest = sy_number_text(row->largest);
        g_autofree char *spread = brief(row->spread);
        g_autofree char *among =
            row->spread > 0
                ? g_strconcat("; repetitions of one build differ by up to ", spread, NULL)
                : g_strdup("");

        if (row->shift.n_base == 1) {
            return g_strdup_printf("the only repetition differs by %s", largest);
        }
        return g_strdup_printf("%u of %zu repetitions differ, by at most %s%s", row->differing,
                               row->shift.n_base, largest, among);
    }
}

static void set_changed(SyRunDiffRow *row)
{
    double worse = worse_by(row);

    if (!row->directed) {
        row->verdict = SY_RUN_DIFF_DIFFERENT;
        row->reason =
            row->exact ? why_different(row) : g_strdup("this metric has no better direction");
    } else if (worse >= row->threshold && worse > 0) {
        row->verdict = SY_RUN_DIFF_REGRESSION;
    } else if (-worse >= row->threshold && worse < 0) {
        row->verdict = SY_RUN_DIFF_IMPROVEMENT;
    } else {
        row->verdict = SY_RUN_DIFF_DIFFERENT;
        row->reason = why_different(row);
    }
}

static void undecided(SyRunDiffRow *row, char *reason)
{
    row->verdict = SY_RUN_DIFF_UNDECIDED;
    row->reason = reason;
}

/*
 * In lab-exact every difference comes from the builds, but not always from what the metric
 * measures: different code also shifts the phases of everything after it. The spread among
 * repetitions shows how much that matters. So the metric itself changed if the shift is larger than
 * the spread, or if the test finds it significant. A single repetition shows no spread; it is
 * believed unless an earlier case broke in one run only.
 */
static void judge_exact(SyRunDiffRow *row, const SyRunDiffRule *rule)
{
    bool alone = row->shaken && MIN(row->shift.n_base, row->shift.n_new) < 2;
    bool outside = fabs(row->shift.shift) > row->spread && !alone;
    bool sure = !isnan(row->p) && row->p <= rule->level;

    row->detectable = 0;
    if (row->differing == 0) {
        row->verdict = SY_RUN_DIFF_SAME;
    } else if (isnan(row->shift.shift) || outside || sure) {
        set_changed(row);
    } else if (alone) {
        row->verdict = SY_RUN_DIFF_DIFFERENT;
        row->reason = g_strdup("an earlier case ended in an error in one build only, which shifts "
                               "the timing; one repetition cannot tell that from a real change");
    } else {
        row->verdict = SY_RUN_DIFF_DIFFERENT;
        row->reason = why_different(row);
    }
    if (row->shift.n_new < row->shift.n_base && row->verdict == SY_RUN_DIFF_DIFFERENT) {
        row->verdict = SY_RUN_DIFF_UNDECIDED;
        row->lost = true;
    }
}

static char *too_few(const SyRunDiffRow *row, double level)
{
    return g_strdup_printf("%zu and %zu repetitions are too few: with this many metrics no shift "
                           "would be significant; "
                           "it takes %zu on each side, or fewer metrics (--filter)",
                           row->shift.n_base, row->shift.n_new, sy_shift_least_values(level));
}

static char *too_noisy(const SyRunDiffRow *row)
{
    g_autofree char *low = brief(row->shift.interval[0]);
    g_autofree char *high = brief(row->shift.interval[1]);
    g_autofree char *tolerance = brief(row->tolerance);

    return g_strdup_printf("too noisy: the shift is between %s and %s, and +-%s is the tolerance",
                           low, high, tolerance);
}

static char *not_sure(const SyRunDiffRow *row)
{
    g_autofree char *low = brief(row->shift.interval[0]);
    g_autofree char *high = brief(row->shift.interval[1]);

    return g_strdup_printf(
        "probably a small shift, between %s and %s, but not significant among so "
        "many metrics; more repetitions, or fewer metrics (--filter), would tell",
        low, high);
}

/* Whether the shift lies within +-`bound`. */
static bool within(const SyShift *s, double bound)
{
    return s->bounded && s->interval[0] >= -bound && s->interval[1] <= bound;
}

static void judge_row(SyRunDiffRow *row, const SyRunDiffRule *rule, guint compared)
{
    const SyShift *s = &row->shift;
    double level = rule->level / MAX(compared, 1);
    bool few = s->least_p > level;
    bool sure = row->p <= rule->level;
    bool apart = s->bounded && (s->interval[0] > 0 || s->interval[1] < 0);
    bool agree = s->shift * (s->median_new - s->median_base) > 0;

    row->detectable = sy_shift_detectable(s, level, SY_RUN_DIFF_POWER);
    row->lost = few && sy_permutation_least_p(s->n_base, s->n_base) <= level;
    if (row->lost) {
        undecided(row, too_few(row, level));
    } else if (constant(row)) {
        row->verdict = SY_RUN_DIFF_SAME;
        row->detectable = 0;
    } else if (sure && apart && fabs(s->shift) >= row->threshold) {
        if (agree) {
            set_changed(row);
        } else {
            undecided(row, g_strdup("the shift and the medians point in opposite directions"));
        }
    } else if (within(s, row->threshold) || (within(s, row->tolerance) && !apart && !sure)) {
        row->verdict = SY_RUN_DIFF_SAME;
    } else if (within(s, row->tolerance) && apart && sure) {
        set_changed(row);
    } else if (few) {
        undecided(row, too_few(row, level));
    } else {
        undecided(row, within(s, row->tolerance) ? not_sure(row) : too_noisy(row));
    }
}

void sy_run_diff_judge(SyRunDiff *diff)
{
    correct(diff);
    for (guint i = 0; i < diff->rows->len; i++) {
        SyRunDiffRow *row = g_ptr_array_index(diff->rows, i);

        set_bounds(row, &diff->rule);
        if (row->reason) {
            row->verdict = SY_RUN_DIFF_UNDECIDED;
            row->detectable = NAN;
        } else if (row->exact) {
            judge_exact(row, &diff->rule);
        } else {
            judge_row(row, &diff->rule, diff->compared);
        }
    }
}
