/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One metric of one case over many runs, and when it changed; docs/METHOD.md says what is
 * controlled. Pure. */
#ifndef SY_JUDGE_SERIES_H
#define SY_JUDGE_SERIES_H

#include <glib.h>

#include "result/result.h"

/* The false discovery rate over all series of a run, those with a gate and those without each by
 * themselves: where nothing has changed, at most this fraction of the runs bring a change. */
#define SY_SERIES_LEVEL 0.01

/* The smallest change that counts: for a metric in % with a gate in % of that gate, else in % of
 * the value before. */
#define SY_SERIES_LEAST_OF_GATE_PCT 10
#define SY_SERIES_LEAST_PCT 0.5

typedef struct {
    char *run;         /* its id */
    char *started;     /* ISO 8601, UTC */
    char *mods_sha256; /* of the build; NULL: it has no mods */
    SyStatus status;   /* of the case */
    guint n;           /* number of repetitions */
    double median;
    double ci95[2]; /* NAN: none */
} SySeriesPoint;

typedef enum { SY_CHANGE_WORSE, SY_CHANGE_BETTER, SY_CHANGE_NEITHER } SyChangeKind;

typedef struct {
    guint at;             /* index of the first point after the change */
    guint found;          /* index of the point with which it came to light */
    double before, after; /* medians of the points up to the change, and from it on */
    double p;             /* adjusted for all series of the run in which it was found */
    SyChangeKind kind;
} SySeriesChange;

typedef struct {
    char *metric, *case_id;
    char *build;     /* "modded:10.0" */
    char *host_mode; /* "native" ... */
    char *host;      /* fingerprint of the host; "" in lab-exact, where the host does not matter */
    char *unit;
    SyBetter better;
    double gate;       /* sy_gate_tightest() of the last run; NAN: none */
    GPtrArray *points; /* SySeriesPoint*, in the order of time */
    GArray *changes;   /* SySeriesChange, in the order of time; empty before sy_series_judge() */
} SySeries;

/* What tells series apart besides metric, case and host mode: the build ("modded:10.0", or what is
 * known of it; "": no QEMU) and the host's fingerprint ("" in lab-exact). The caller frees. */
char *sy_series_build(const SyBuildInfo *build);
char *sy_series_host(const SyRunResult *run, const SyCaseResult *result);

/* An empty series; the caller owns it. */
SySeries *sy_series_new(void);
void sy_series_free(SySeries *series);

/* An empty array that owns its series. The caller owns it. */
GPtrArray *sy_series_array_new(void);

/* One series for each gated metric of `run` that has a median, with the one point of this run, in
 * the order of cases and metrics. The caller owns the array. */
GPtrArray *sy_series_of_run(const SyRunResult *run);

/* Adds a point at the end; takes ownership of it. */
void sy_series_add(SySeries *series, SySeriesPoint *point);

/* True if the point counts, because its case passed or failed. The other statuses say something
 * about the host, not about QEMU. */
bool sy_series_counts(const SySeriesPoint *point);

/*
 * Finds the change points of all series (SySeries*) by looking at them run after run, as far as
 * each had come by then, and replaces their `changes`. What was found in one run does not depend on
 * later ones, but for the exact date. `all` has to be all series of the runs, because the level is
 * for all of a run.
 */
void sy_series_judge(GPtrArray *all);

/* Leaves out the points of runs that started before `since` (ISO 8601, UTC), and the changes to
 * them. */
void sy_series_cut(SySeries *series, const char *since);

/* "worse", "better" or "neither"; static. */
const char *sy_change_kind_name(SyChangeKind kind);

/* Whether the change from `before` to `after` is for the worse, given which direction is `better`;
 * the best value of a target metric is 0. */
SyChangeKind sy_change_kind(SyBetter better, double before, double after);

#endif
