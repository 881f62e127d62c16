/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Goes through the runs in the order of time, as the nights did. In each, every series with a point
 * is tested as far as it has come (stats/change-point.h), and Benjamini & Hochberg's method decides
 * on all of the run's tests together. A series that changed begins anew at its change. So what a
 * night found stays found, and every night has the same chance of a false alarm: neither the number
 * of series nor that of the nights before adds to it. Only the date of a change may move by a few
 * nights, as later ones show it more clearly.
 */
#include <math.h>
#include <string.h>

#include "judge/series.h"
#include "stats/change-point.h"
#include "stats/false-discovery.h"
#include "stats/sample.h"

/* A series on its way through the runs. */
typedef struct {
    SySeries *series;
    SyChangeWatch *watch;
    GArray *tested; /* guint: the index of the point of each value that the watch was given */
    guint next;     /* the first point that has not been looked at */
    double p;       /* of the present run */
    size_t cut;     /* where: index among the watch's values */
} Track;

static void track_clear(gpointer data)
{
    Track *track = data;

    sy_change_watch_free(track->watch);
    g_array_unref(track->tested);
}

/* The tests of one run that are judged together. */
typedef struct {
    GPtrArray *tracks; /* Track* */
    GArray *p, *adjusted;
} Family;

static void family_init(Family *family)
{
    family->tracks = g_ptr_array_new();
    family->p = g_array_new(FALSE, FALSE, sizeof(double));
    family->adjusted = g_array_new(FALSE, FALSE, sizeof(double));
}

static void family_clear(Family *family)
{
    g_ptr_array_unref(family->tracks);
    g_array_unref(family->p);
    g_array_unref(family->adjusted);
}

static double least_change(const SySeries *series, double before)
{
    if (g_strcmp0(series->unit, "%") == 0 && isfinite(series->gate)) {
        return fabs(series->gate) * SY_SERIES_LEAST_OF_GATE_PCT / 100;
    }
    return fabs(before) * SY_SERIES_LEAST_PCT / 100;
}

/* Tests the series as far as it has come. A change that is too small to count has p = 1. */
static void test(Track *track)
{
    const double *values;
    size_t n;

    track->p = sy_change_watch_test(track->watch, &track->cut);
    if (track->p <= SY_SERIES_LEVEL) {
        double before, after;

        values = sy_change_watch_values(track->watch, &n);
        before = sy_sample_median(values, track->cut);
        after = sy_sample_median(values + track->cut, n - track->cut);
        if (after == before || fabs(after - before) < least_change(track->series, before)) {
            track->p = 1;
        }
    }
}

/* By start time, then by name. */
static int by_run(const SySeriesPoint *one, const SySeriesPoint *two)
{
    int order = g_strcmp0(one->started, two->started);

    return order ? order : g_strcmp0(one->run, two->run);
}

static const SySeriesPoint *next_point(const Track *track)
{
    return track->next < track->series->points->len
               ? g_ptr_array_index(track->series->points, track->next)
               : NULL;
}

/* The first point of the next run; NULL after the last. */
static const SySeriesPoint *next_run(const GArray *tracks)
{
    const SySeriesPoint *first = NULL;

    for (guint i = 0; i < tracks->len; i++) {
        const SySeriesPoint *point = next_point(&g_array_index(tracks, Track, i));

        if (point && (!first || by_run(point, first) < 0)) {
            first = point;
        }
    }
    return first;
}

/* Takes the points of `run`, and adds the series to its family if one of them counts. */
static void look(Track *track, const SySeriesPoint *run, Family *family)
{
    const SySeriesPoint *point;
    bool grew = false;

    while ((point = next_point(track)) && by_run(point, run) == 0) {
        if (sy_series_counts(point) && isfinite(point->median)) {
            sy_change_watch_add(track->watch, point->median);
            g_array_append_val(track->tested, track->next);
            grew = true;
        }
        track->next++;
    }
    if (grew) {
        test(track);
        g_ptr_array_add(family->tracks, track);
        g_array_append_val(family->p, track->p);
    }
}

static void record(Track *track, double p)
{
    SySeriesChange change = {.p = p};
    size_t n, at;
    const double *values = sy_change_watch_values(track->watch, &n);

    at = sy_change_date(values, n, track->cut);
    change.at = g_array_index(track->tested, guint, track->tested->len - n + at);
    change.found = g_array_index(track->tested, guint, track->tested->len - 1);
    g_array_append_val(track->series->changes, change);
    sy_change_watch_restart(track->watch, at);
}

static void decide(Family *family)
{
    const double *adjusted;

    g_array_set_size(family->adjusted, family->p->len);
    adjusted = (const double *)(gconstpointer)family->adjusted->data;
    sy_false_discovery_adjust((const double *)(gconstpointer)family->p->data, family->p->len,
                              (double *)(gpointer)family->adjusted->data);
    for (guint i = 0; i < family->tracks->len; i++) {
        if (adjusted[i] <= SY_SERIES_LEVEL) {
            record(g_ptr_array_index(family->tracks, i), adjusted[i]);
        }
    }
    g_ptr_array_set_size(family->tracks, 0);
    g_array_set_size(family->p, 0);
}

/* What the order of equal values depends on: not on chance, and not the same for all series. */
static guint seed_of(const SySeries *series)
{
    return g_str_hash(series->metric ? series->metric : "") ^
           g_str_hash(series->case_id ? series->case_id : "");
}

static double value_at(const Track *track, guint tested)
{
    guint index = g_array_index(track->tested, guint, tested);

    return ((const SySeriesPoint *)g_ptr_array_index(track->series->points, index))->median;
}

/* The median of the points that count from `from` up to `to`. */
static double median_of(const Track *track, guint from, guint to)
{
    g_autofree double *values = g_new(double, to - from);
    size_t n = 0;

    for (guint i = 0; i < track->tested->len; i++) {
        guint index = g_array_index(track->tested, guint, i);

        if (index >= from && index < to) {
            values[n++] = value_at(track, i);
        }
    }
    return sy_sample_median(values, n);
}

/* Dates a change by the values around it, of which there are more by now than when it was found:
 * those after the change before it and up to the next one. */
static void date(const Track *track, SySeriesChange *change, guint from, guint to)
{
    double values[SY_CHANGE_WINDOW];
    guint at = 0, first, last;
    size_t n = 0;

    while (g_array_index(track->tested, guint, at) < change->at) {
        at++;
    }
    first = MAX(at, SY_CHANGE_WINDOW / 2) - SY_CHANGE_WINDOW / 2;
    last = MIN(at + SY_CHANGE_WINDOW / 2, track->tested->len);
    while (g_array_index(track->tested, guint, first) < from) {
        first++;
    }
    for (guint i = first; i < last && g_array_index(track->tested, guint, i) < to; i++) {
        values[n++] = value_at(track, i);
    }
    at = first + (guint)sy_change_date(values, n, at - first);
    change->at = g_array_index(track->tested, guint, at);
}

/* Says when and from what to what each change went, by all points that there are. */
static void describe(const Track *track)
{
    SySeries *series = track->series;

    for (guint i = 0; i < series->changes->len; i++) {
        SySeriesChange *change = &g_array_index(series->changes, SySeriesChange, i);
        bool last = i + 1 == series->changes->len;

        date(track, change, i ? change[-1].at : 0, last ? G_MAXUINT : change[1].at);
    }
    for (guint i = 0; i < series->changes->len; i++) {
        SySeriesChange *change = &g_array_index(series->changes, SySeriesChange, i);
        bool last = i + 1 == series->changes->len;

        change->before = median_of(track, i ? change[-1].at : 0, change->at);
        change->after = median_of(track, change->at, last ? series->points->len : change[1].at);
        change->kind = sy_change_kind(series->better, change->before, change->after);
    }
}

void sy_series_judge(GPtrArray *all)
{
    g_autoptr(GArray) tracks = g_array_new(FALSE, TRUE, sizeof(Track));
    const SySeriesPoint *run;
    Family gated, others;

    g_array_set_clear_func(tracks, track_clear);
    family_init(&gated);
    family_init(&others);
    for (guint i = 0; i < all->len; i++) {
        SySeries *series = g_ptr_array_index(all, i);
        Track track = {.series = series,
                       .watch = sy_change_watch_new(seed_of(series)),
                       .tested = g_array_new(FALSE, FALSE, sizeof(guint))};

        g_array_set_size(series->changes, 0);
        g_array_append_val(tracks, track);
    }
    while ((run = next_run(tracks))) {
        for (guint i = 0; i < tracks->len; i++) {
            Track *track = &g_array_index(tracks, Track, i);

            look(track, run, isfinite(track->series->gate) ? &gated : &others);
        }
        decide(&gated);
        decide(&others);
    }
    for (guint i = 0; i < tracks->len; i++) {
        describe(&g_array_index(tracks, Track, i));
    }
    family_clear(&gated);
    family_clear(&others);
}
