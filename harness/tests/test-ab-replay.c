/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real thing but for the time it takes: series that were recorded one repetition after the
 * other, with all drift of the host, are measured again by the code that takes the turns of two
 * builds, both looks, and judged. Both builds are the same, so every alarm is false.
 */
#include "session/ab-turns.h"
#include "tests/check.h"
#include "tests/run-diff-fixture.h"

#define SERIES "harness/tests/series/host-drift.tsv"
#define TURNS_MAX (2 * 2 * DIFF_REPETITIONS) /* of both builds in both looks */

typedef struct {
    guint metrics, length;
    GStrv heads;    /* "NAME UNIT BETTER", one for each metric */
    GArray *values; /* double: `length` rows of one value for each metric */
} Series;

static Series *series_read(void)
{
    Series *series = g_new0(Series, 1);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    cr_assert(g_file_get_contents(SERIES, &text, NULL, NULL));
    lines = g_strsplit(g_strchomp(text), "\n", -1);
    series->values = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; lines[i]; i++) {
        g_auto(GStrv) cells = g_strsplit(lines[i], "\t", -1);

        if (lines[i][0] == '#') {
            continue;
        }
        if (!series->heads) {
            series->heads = g_steal_pointer(&cells);
            series->metrics = g_strv_length(series->heads);
            continue;
        }
        cr_assert_eq(g_strv_length(cells), series->metrics, "line %u", i + 1);
        for (guint k = 0; k < series->metrics; k++) {
            double value = g_ascii_strtod(cells[k], NULL);

            g_array_append_val(series->values, value);
        }
        series->length++;
    }
    cr_assert_geq(series->length, 5 * TURNS_MAX);
    return series;
}

static void series_free(Series *series)
{
    g_strfreev(series->heads);
    g_array_unref(series->values);
    g_free(series);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Series, series_free)

/* Adds the next repetition of a build that is slower by `factor`. */
static void add_repetition(SyRunResult *run, const Series *series, guint at, double factor)
{
    const SyCaseResult *result = sy_run_result_find(run, "drift");

    for (guint k = 0; k < series->metrics; k++) {
        g_auto(GStrv) head = g_strsplit(series->heads[k], " ", -1);
        double value = g_array_index(series->values, double, at * series->metrics + k);
        SyBetter better;

        cr_assert(sy_better_parse(head[2], &better));
        value = better == SY_BETTER_LOWER ? value * factor : value / factor;
        if (result) {
            g_array_append_val(((SyMetric *)g_ptr_array_index(result->metrics, k))->samples, value);
        } else {
            diff_add(run, "drift", "native", head[1], better, 1, &value);
        }
    }
}

typedef struct {
    const Series *series;
    guint at;      /* the next repetition */
    double factor; /* of new */
    bool second_look;
    SyRunResult *base, *new_run;
} Replay;

static bool take(const SyAbGroup *group, guint turn, bool of_base, gpointer data, GError **error)
{
    Replay *r = data;

    (void)turn;
    (void)error;
    r->second_look = r->second_look || group->flipped;
    add_repetition(of_base ? r->base : r->new_run, r->series, r->at++, of_base ? 1 : r->factor);
    return true;
}

static SyRunDiff *compare(const Replay *r)
{
    SyRunDiff *diff = sy_run_diff_of(r->base, r->new_run, &SY_RUN_DIFF_RULE_DEFAULT, NULL);

    cr_assert_not_null(diff);
    return diff;
}

typedef struct {
    guint comparisons, alarms, second_looks;
    guint same; /* metrics that are called the same */
} Outcome;

static void count(Outcome *out, const Replay *r)
{
    g_autoptr(SyRunDiff) diff = compare(r);

    out->comparisons++;
    out->second_looks += r->second_look;
    out->alarms += sy_run_diff_count(diff, SY_RUN_DIFF_REGRESSION) > 0;
    out->same += sy_run_diff_count(diff, SY_RUN_DIFF_SAME);
}

/* Begins a comparison at every place of the series where there are enough repetitions left. */
static Outcome replay(void (*measure)(Replay *r), double factor)
{
    g_autoptr(Series) series = series_read();
    Outcome out = {0};

    for (guint start = 0; start + TURNS_MAX <= series->length; start++) {
        g_autoptr(SyRunResult) base = diff_run("a", "f00"), new_run = diff_run("b", "f00");
        Replay r = {
            .series = series, .at = start, .factor = factor, .base = base, .new_run = new_run};

        measure(&r);
        cr_assert_leq(r.at, start + TURNS_MAX);
        count(&out, &r);
    }
    return out;
}

static void in_turns(Replay *r)
{
    const SyRunDiffRule rule = SY_RUN_DIFF_RULE_DEFAULT;
    SyCasePlan plan = {.id = (char *)"drift", .host_mode = (char *)"native"};
    g_autoptr(GPtrArray) plans = g_ptr_array_new();
    const SyAbTurns turns = {
        .plans = plans,
        .repetitions = DIFF_REPETITIONS,
        .rule = &rule,
        .base = r->base,
        .new_run = r->new_run,
        .take = take,
        .data = r,
    };
    GError *error = NULL;

    g_ptr_array_add(plans, &plan);
    cr_assert(sy_ab_take_turns(&turns, &error));
    check_no_error(error);
}

static void one_after_the_other(Replay *r)
{
    for (guint i = 0; i < TURNS_MAX; i++) {
        bool of_base = i < TURNS_MAX / 2;

        add_repetition(of_base ? r->base : r->new_run, r->series, r->at++, of_base ? 1 : r->factor);
    }
}

Test(ab_replay, one_build_against_itself_on_a_drifting_host_does_not_alarm)
{
    Outcome out = replay(in_turns, 1);

    cr_assert_leq(out.alarms, out.comparisons / 100, "%u of %u", out.alarms, out.comparisons);
    cr_assert_gt(out.second_looks, 0, "the second look is part of what is tested");
}

/* The control: the series does drift, and nothing but the order of the turns hides it. */
Test(ab_replay, the_same_series_alarms_if_the_builds_do_not_take_turns)
{
    Outcome out = replay(one_after_the_other, 1);

    cr_assert_gt(out.alarms, out.comparisons / 100, "%u of %u", out.alarms, out.comparisons);
}

/* 6 % worse is more than the tolerance. Noise may hide it, but not as SAME. */
Test(ab_replay, a_worse_build_is_not_called_the_same_on_a_drifting_host)
{
    Outcome out = replay(in_turns, 1.06);

    cr_assert_leq(out.same, out.comparisons * 3 / 100, "%u metrics in %u comparisons", out.same,
                  out.comparisons);
}

/* Half as fast: found whenever the host can tell. */
Test(ab_replay, a_much_worse_build_is_found_on_a_drifting_host)
{
    Outcome out = replay(in_turns, 2);

    cr_assert_geq(out.alarms, out.comparisons * 95 / 100, "%u of %u", out.alarms, out.comparisons);
}
