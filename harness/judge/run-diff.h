/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two runs against each other, metric by metric: what `steelyard compare` finds. A figure got worse
 * only if the permutation test, the size of the shift and its interval agree (docs/METHOD.md).
 * Pure.
 */
#ifndef SY_JUDGE_RUN_DIFF_H
#define SY_JUDGE_RUN_DIFF_H

#include "result/result.h"
#include "stats/shift.h"

typedef enum {
    SY_RUN_DIFF_SAME,       /* no shift that counts, and one would have shown */
    SY_RUN_DIFF_REGRESSION, /* worse, by as much as counts */
    SY_RUN_DIFF_IMPROVEMENT,
    SY_RUN_DIFF_DIFFERENT, /* not the same, but neither better nor worse by --effect */
    SY_RUN_DIFF_UNDECIDED, /* `reason` says why */
} SyRunDiffVerdict;
#define SY_RUN_DIFF_VERDICTS (SY_RUN_DIFF_UNDECIDED + 1)

/* What counts, and how sure it has to be. */
typedef struct {
    double level; /* the chance that two equal builds give any false alarm in a whole comparison */
    double effect_pct;    /* a shift of less does not count: % of the base's median, or points for
                             metrics    in % */
    double tolerance_pct; /* likewise: what is the same must not differ by more */
    bool force;           /* compare other hosts and modes all the same; the result says so */
    const char *cases, *metrics; /* globs; NULL: all. Borrowed. The fewer, the surer */
} SyRunDiffRule;

#define SY_RUN_DIFF_RULE_DEFAULT                                                                   \
    ((SyRunDiffRule){.level = 0.01, .effect_pct = 0.5, .tolerance_pct = 5})

/* The interval of each shift has this confidence. */
#define SY_RUN_DIFF_CONFIDENCE 0.99

/* The power at which `detectable` is found. */
#define SY_RUN_DIFF_POWER 0.95

typedef struct {
    char *case_id, *metric, *unit, *host_mode;
    SyBetter better;
    bool directed; /* better and worse are known: it is lower, higher, or a target with a gate. A
                      target without one is context, as is the share beside its error */
    bool exact;    /* of lab-exact on both sides: every digit counts */
    guint
        differing;  /* exact: repetitions that are not as those of the other side, by their place */
    double largest; /* exact: the largest of these differences, new - base; 0: none, NAN: one side
                       has more repetitions */
    double spread;  /* exact: the largest difference among the repetitions of one build */
    bool shaken;   /* exact: an earlier case broke on one side alone, which shifts the phases of all
                      that follows */
    SyShift shift; /* new - base */
    double p;      /* of the shift, corrected for the number of metrics compared (Holm); NAN where
                      chance has no part: exact, and no spread */
    double threshold, tolerance; /* in the metric's unit */
    double detectable;           /* the smallest shift that would have been found; INFINITY: none */
    guint outliers_base, outliers_new;
    SyRunDiffVerdict verdict;
    char *reason;    /* one line; NULL for SAME, REGRESSION and IMPROVEMENT */
    bool unmeasured; /* one side has no figures of the whole case that count; `reason` says why */
} SyRunDiffRow;

typedef struct {
    char *id, *started;
    SyBuildInfo *build; /* NULL: no QEMU */
    bool faulty;        /* run with injected faults */
} SyRunDiffRun;

typedef struct {
    SyRunDiffRule rule;
    SyRunDiffRun base, new;
    GPtrArray *notes; /* char*: what was forced, and what a reader should know */
    GPtrArray *rows;  /* SyRunDiffRow*, in the order of the base's cases */
    guint broken;     /* cases that base could measure, and new could not (ERROR) */
    bool shaken;      /* in lab-exact a case is ERROR on one side alone */
} SyRunDiff;

/*
 * Compares every metric that both runs have. SY_ERROR_USAGE, unless the rule forces it, if a native
 * or lab case was measured on another host, a case in another host mode, or one in lab-exact by
 * another lab; and if the runs have no case in common. The caller owns the result.
 */
SyRunDiff *sy_run_diff_of(const SyRunResult *base, const SyRunResult *new_run,
                          const SyRunDiffRule *rule, GError **error);

/* Judges all rows, whose shifts are measured: p, detectable, verdict, reason. */
void sy_run_diff_judge(SyRunDiff *diff);

void sy_run_diff_free(SyRunDiff *diff);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyRunDiff, sy_run_diff_free)

guint sy_run_diff_count(const SyRunDiff *diff, SyRunDiffVerdict verdict);

/* An exit code of judge/verdict.h: FAIL with a regression, COULD_NOT_RUN without rows or
 * with a case that only new could not measure, INCONCLUSIVE
 * if all rows are undecided, else PASS. */
int sy_run_diff_exit_code(const SyRunDiff *diff);

/* "same", "regression", "improvement", "different", "undecided"; static. */
const char *sy_run_diff_verdict_name(SyRunDiffVerdict verdict);

#endif
