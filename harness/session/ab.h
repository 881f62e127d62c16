/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two builds measured in turns and compared, in a folder of their own: begin, measure, end. */
#ifndef SY_SESSION_AB_H
#define SY_SESSION_AB_H

#include <glib.h>
#include <stdbool.h>

#include "judge/run-diff.h"
#include "session/ab-build.h"
#include "session/ab-turns.h"

/* What to compare and how. All is borrowed until sy_ab_free(). */
typedef struct {
    char **jobs;                      /* paths of job files, NULL-terminated */
    const char *base_spec, *new_spec; /* session/build-spec.h; NULL: the default release */
    const char *base_qemu, *new_qemu; /* binaries instead of builds; NULL: none */
    char **faults;                    /* injected into the new build; NULL: none */
    const char *filter;               /* glob on case ids; NULL: all */
    const char *host_mode;            /* NULL: auto */
    const char *results_dir;          /* the comparison's folder is made in it */
    /*
     * Repetitions of each build in each look; 0: SY_COMPARE_REPETITIONS, in lab-exact as the jobs
     * say.
     */
    guint repeat;
    double silence_limit_s; /* as in SyLabSetup */
    SyRunDiffRule rule;
} SyAbOptions;

typedef struct {
    SyAbOptions options;
    SyAbBuild base, new; /* with the same plans in the same order */
    char *dir;           /* RESULTS/TIME-compare-JOB */
    int64_t started_ns;  /* CLOCK_MONOTONIC */
} SyAb;

/* Told what happens, for progress; any member may be NULL. */
typedef struct {
    /* The turns of `group` begin. */
    void (*group_begin)(const SyAb *ab, const SyAbGroup *group, gpointer data);
    /* `done` turns of `group` are over. */
    void (*turn_end)(const SyAb *ab, const SyAbGroup *group, guint done, gpointer data);
    gpointer data;
} SyAbObserver;

/*
 * Finds both builds, plans the cases, prepares the lab for those that need it, and makes the
 * folder. `argv` is noted in the results. SY_ERROR_USAGE for jobs or specs that are wrong,
 * SY_ERROR_UNAVAILABLE with the remedy for what is missing. Blocks while an image is built. The
 * caller owns the result.
 */
SyAb *sy_ab_begin(const SyAbOptions *options, char **argv, GError **error);

/*
 * Measures all cases of both builds, and a second time those that the comparison leaves open;
 * blocks until then. Each group is saved when it is over. False when it must stop early, as in
 * sy_runner_run(); what was measured until then is saved.
 */
bool sy_ab_measure(SyAb *ab, const SyAbObserver *observer, GError **error);

/* Saves the results of both builds as ended, and writes comparison.json and comparison.html.
 * Returns the comparison, which the caller owns. */
SyRunDiff *sy_ab_end(SyAb *ab, GError **error);

/* DIR/comparison.html. The caller frees. */
char *sy_ab_page_path(const SyAb *ab);

void sy_ab_free(SyAb *ab);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyAb, sy_ab_free)

#endif
