/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The differences between two runs, metric by metric: what `steelyard compare` reports. A metric
 * got worse only if the permutation test, the size of the shift and its interval agree
 * (docs/METHOD.md). Pure.
 */
#ifndef SY_JUDGE_RUN_DIFF_H
#define SY_JUDGE_RUN_DIFF_H

#include "result/result.h"
#include "stats/shift.h"

typedef enum {
    SY_RUN_DIFF_SAME,        /* equivalent: the shift lies within the tolerance, 0 within it */
    SY_RUN_DIFF_REGRESSION,  /* worse, by at least --effect */
    SY_RUN_DIFF_IMPROVEMENT, /* better, by at least --effect */
    SY_RUN_DIFF_DIFFERENT,   /* not the same, but neither better nor worse by --effect */
    SY_RUN_DIFF_UNDECIDED,   /* `reason` says why */
} SyRunDiffVerdict;

/* What to compare, and how sure a verdict has to be. */
typedef struct {
    double level; /* chance of any false alarm when two equal builds are compared */

    /* The smallest shift that counts, and the bounds of a shift that counts as SAME: in % of the
     * base's median, or in points for a metric in %. A gate makes both smaller (SyRunDiffRow). */
    double effect_pct, tolerance_pct;

    double max_undecided_pct; /* of the rows; more make the whole comparison inconclusive */

    bool force;                  /* compare other hosts and modes anyway; the result says so */
    const char *cases, *metrics; /* globs; NULL: all. Borrowed. Fewer metrics need fewer samples */
} SyRunDiffRule;

#define SY_RUN_DIFF_RULE_DEFAULT                                                                   \
    ((SyRunDiffRule){.level = 0.01, .effect_pct = 0.5, .tolerance_pct = 5, .max_undecided_pct = 20})

/* The confidence of each shift's interval. */
#define SY_RUN_DIFF_CONFIDENCE 0.99

/* The power for which `detectable` is computed. */
#define SY_RUN_DIFF_POWER 0.95

/* One metric of one case. Fields marked "exact" are used only if `exact` is set. */
typedef struct {
    char *case_id, *metric, *unit, *host_mode;
    SyBetter better;

    /* Better and worse are known: `better` is lower or higher, or target with a gate. A target
     * without a gate is context, such as the share itself beside its error. */
    bool directed;

    bool exact;      /* both runs are in lab-exact: every digit counts */
    guint differing; /* exact: number of repetitions that differ from the other run's same one */

    /* exact: the largest such difference, new - base; 0: none; NAN: the runs differ in length. */
    double largest;

    double spread; /* exact: the largest difference between repetitions of one build */
    bool shaken; /* exact: an earlier case is ERROR in one run only; all later timing is shifted */
    SyShift shift; /* new - base */

    /* Of the shift, corrected for the number of metrics (Holm); NAN if chance plays no part: exact,
     * and no spread. */
    double p;

    /*
     * --effect and --tolerance in the metric's unit. For an error in % whose gate is G, no more
     * than G / 2: a tighter gate makes a finer scale. The tolerance also ends at a gate that the
     * base keeps, as far as the threshold allows.
     */
    double threshold, tolerance;

    double gate;       /* the tightest of both runs' (judge/gate.h); NAN: none */
    double detectable; /* the smallest shift that would have been found; INFINITY: none */
    guint outliers_base, outliers_new;
    SyRunDiffVerdict verdict;
    char *reason;    /* one line; NULL for SAME, REGRESSION and IMPROVEMENT */
    bool unmeasured; /* a run has no valid result for the case; `reason` says why */
    bool lost;       /* UNDECIDED because of new alone: base measured enough of it */
} SyRunDiffRow;

/* One of the two runs. */
typedef struct {
    char *id, *started;
    SyBuildInfo *build; /* NULL: no QEMU */
    bool faulty;        /* run with injected faults */
} SyRunDiffRun;

typedef struct {
    SyRunDiffRule rule;
    SyRunDiffRun base, new;
    GPtrArray *notes; /* char*: what was forced, and other remarks for the reader */
    GPtrArray *rows;  /* SyRunDiffRow*, in the order of the base's cases */
    guint compared;   /* metrics that the base's cases declare, measured or not: what p is corrected
                     * for. The plan decides it, not the outcome */
    guint tried;      /* number of cases in which a run tried to measure: neither ERROR nor SKIP */
    guint broken;     /* number of cases measured in base that are ERROR in new */
    bool shaken;      /* a case in lab-exact is ERROR in one run only */
} SyRunDiff;

/*
 * Compares every metric of the base's cases, also of those that new lacks. Only a metric that
 * neither run could have (no PMU), in a case that both measured, gets no row. Unless the rule
 * forces it, SY_ERROR_USAGE if two cases are not comparable (judge/comparable.h); also if the runs
 * have no case in common. The caller owns the result.
 */
SyRunDiff *sy_run_diff_of(const SyRunResult *base, const SyRunResult *new_run,
                          const SyRunDiffRule *rule, GError **error);

/* Judges all rows, whose shifts are measured already: sets p, detectable, verdict and reason. */
void sy_run_diff_judge(SyRunDiff *diff);

void sy_run_diff_free(SyRunDiff *diff);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyRunDiff, sy_run_diff_free)

/* Number of rows with that verdict; of rows that are lost. */
guint sy_run_diff_count(const SyRunDiff *diff, SyRunDiffVerdict verdict);
guint sy_run_diff_count_lost(const SyRunDiff *diff);

/* Whether the share of undecided rows is above what the rule allows, or all are. */
bool sy_run_diff_too_undecided(const SyRunDiff *diff);

/* An exit code (base/exit-code.h): FAIL with a regression; COULD_NOT_RUN if there is nothing to
 * compare, or a case broke in new only; INCONCLUSIVE if a row is lost or too many are undecided;
 * else PASS. */
int sy_run_diff_exit_code(const SyRunDiff *diff);

/* "same", "regression", "improvement", "different", "undecided"; static. */
const char *sy_run_diff_verdict_name(SyRunDiffVerdict verdict);

#endif
