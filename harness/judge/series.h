/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One metric of one case over many runs, and when it changed. Plain data and pure functions. */
#ifndef SY_JUDGE_SERIES_H
#define SY_JUDGE_SERIES_H

#include <glib.h>

#include "result/result.h"

/* A change point is one that chance makes in so few of the series without one. */
#define SY_SERIES_LEVEL 0.01

typedef struct {
    char *run;         /* its id */
    char *started;     /* ISO 8601, UTC */
    char *mods_sha256; /* of the build; NULL: none */
    SyStatus status;   /* of the case */
    guint n;           /* repetitions */
    double median;
    double ci95[2]; /* NAN: none */
} SySeriesPoint;

typedef enum { SY_CHANGE_WORSE, SY_CHANGE_BETTER, SY_CHANGE_NEITHER } SyChangeKind;

typedef struct {
    guint at;             /* index of the first point of after */
    double before, after; /* medians of the stretches on both sides */
    double p;
    SyChangeKind kind;
} SySeriesChange;

typedef struct {
    char *metric, *case_id;
    char *build;     /* "modded:10.0" */
    char *host_mode; /* "native" ... */
    char *host;      /* fingerprint of the host; "" in lab-exact, where that decides nothing */
    char *unit;
    SyBetter better;
    GPtrArray *points; /* SySeriesPoint*, in the order of time */
    GArray *changes;   /* SySeriesChange, in the order of time; empty before sy_series_judge() */
} SySeries;

/* What tells series apart, besides metric, case and host mode: of what build ("modded:10.0", or
 * what is known of it; "": none), and on what host a figure is ("": anywhere, in lab-exact). The
 * caller frees. */
char *sy_series_build(const SyBuildInfo *build);
char *sy_series_host(const SyRunResult *run, const SyCaseResult *result);

/* An empty series; the caller owns it. */
SySeries *sy_series_new(void);
void sy_series_free(SySeries *series);

/* An array that owns series. The caller owns it. */
GPtrArray *sy_series_array_new(void);

/* The series that `run` has a part in by its gated figures, each with the one point of this run, in
 * the order of cases and metrics; figures without a median are left out. The caller owns it. */
GPtrArray *sy_series_of_run(const SyRunResult *run);

/* Adds a point at the end; takes it over. */
void sy_series_add(SySeries *series, SySeriesPoint *point);

/* Does the point count: is it of a case that passed or failed? What the host decided says nothing
 * about the subject. */
bool sy_series_counts(const SySeriesPoint *point);

/* Finds the change points of those that count; former ones are replaced. */
void sy_series_judge(SySeries *series);

/* "worse", "better" or "neither"; static. */
const char *sy_change_kind_name(SyChangeKind kind);

/* Whether going from `before` to `after` is for the worse by what is better; a target metric's best
 * is 0. */
SyChangeKind sy_change_kind(SyBetter better, double before, double after);

#endif
