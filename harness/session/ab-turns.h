/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which two builds are measured: A B B A A B B A ..., where A is the base and B the
 * new build, so that a host that drifts meanwhile drifts for both. Pure.
 */
#ifndef SY_SESSION_AB_TURNS_H
#define SY_SESSION_AB_TURNS_H

#include <glib.h>
#include <stdbool.h>

#include "judge/run-diff.h"
#include "run/matrix.h"

/* Cases that are measured together, one after the other in each turn. */
typedef struct {
    GArray *cases;         /* guint: indices into the plans, ascending; never empty */
    const char *host_mode; /* of all of them; borrowed from the first one's plan */
    guint turns;           /* of both builds together */
    guint repeat;          /* repetitions of each case in one turn; 0: as many as the job says */
    bool flipped;          /* B A A B instead of A B B A */
} SyAbGroup;

/*
 * The groups (SyAbGroup*) in the order in which they are measured: each native case by itself, lab
 * cases that follow each other in one host mode together, because a boot takes longer than a case.
 * Each build has `repetitions` turns (0: SY_COMPARE_REPETITIONS) of one repetition, each in a QEMU
 * or lab of its own; in lab-exact, where time has no part, one boot with all repetitions.
 *
 * With `open` (one bool for each plan) this is the second look: only the open cases, in flipped
 * order. NULL: the first look, at all cases. The caller owns the array; it borrows from `plans`
 * (SyCasePlan*).
 */
GPtrArray *sy_ab_groups(const GPtrArray *plans, guint repetitions, const bool *open);

/* Whether the base is measured in the turn `turn`, from 0; otherwise it is the new build. */
bool sy_ab_turn_is_base(const SyAbGroup *group, guint turn);

/*
 * For each of `plans` whether it needs a second look: a metric is undecided, or is a regression
 * that may have been chance once. Cases that one of the builds could not measure do not get one,
 * nor do exact results, which would be the same again. The caller frees the array of plans->len
 * bools.
 */
bool *sy_ab_open_cases(const GPtrArray *plans, const SyRunDiff *diff, const SyRunResult *base,
                       const SyRunResult *new_run);

/* Two builds that are measured in turns. */
typedef struct {
    const GPtrArray *plans;            /* SyCasePlan*, of both */
    guint repetitions;                 /* as in sy_ab_groups() */
    const SyRunDiffRule *rule;         /* decides which cases are open after the first look */
    const SyRunResult *base, *new_run; /* what was measured so far; they grow with every turn */

    /* Measures the group's cases in its turn `turn`, and adds what it found to `base` or to
     * `new_run`. False when everything has to stop. */
    bool (*take)(const SyAbGroup *group, guint turn, bool of_base, gpointer data, GError **error);
    gpointer data; /* for take() */
} SyAbTurns;

/* Takes all turns of both looks, in order. False when take() says so, or if the results of the
 * first look cannot be compared (sy_run_diff_of()). Blocks as take() does. */
bool sy_ab_take_turns(const SyAbTurns *turns, GError **error);

#endif
