/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Job files: which workloads to run with which parameters.
 *
 *     [job]
 *     name = smoke                 ; default: the file's name
 *     summary = what it is for
 *     repeat = 3                   ; repetitions of each case; default SY_REPEAT_DEFAULT
 *     max_inconclusive_pct = 10    ; a run still passes if no more of its gated cases are undecided
 *     trace = kvm, sched           ; kernel events to record (observe/trace.h); default none
 *
 *     [throttle.share]             ; a workload; one with several sections needs labels:
 *     [throttle.share LABEL]
 *     ratio_pct = 10, 50, 90       ; comma lists are swept: every combination is a case
 *     repeat = 5                   ; overrides the job's; so does trace
 *     gate.share_error_pct = 0.5   ; a limit on every sample, and on the median (run/job-gates.h)
 *     gate.share_error_pct.median = 0.1
 *     undecided = expected         ; its cases are meant to be INCONCLUSIVE and do not count
 *
 * Syntax is GKeyFile's ("#" starts a comment line); errors name file and line. A byte order mark
 * at the start is skipped.
 */
#ifndef SY_RUN_JOB_H
#define SY_RUN_JOB_H

#include <glib.h>

#include "run/workload.h"

/* Repetitions of each case where neither the job file nor --repeat says how many. */
#define SY_REPEAT_DEFAULT 3

/* Repetitions of each case and build with which `steelyard compare` begins, unless --repeat says
 * otherwise; undecided cases are measured again, as often. */
#define SY_COMPARE_REPETITIONS 10

/* The largest number of repetitions that a job file or --repeat may ask for. */
#define SY_REPEAT_MAX 1000

typedef struct {
    const SyWorkload *workload;
    guint line; /* of the section header */
    guint repeat;
    GStrv trace; /* events to record; NULL: none */
    bool undecided_expected;

    /* One SyGate per metric of the workload, in their order: its own, changed as the section
     * says. */
    GArray *gates;

    /* One GStrv per parameter of the workload, in their order: canonical values, never empty. */
    GPtrArray *sweep;
} SyJobSection;

typedef struct {
    char *path; /* as given; for messages */
    char *text; /* the file's content, to resume a run even after the file has changed */
    char *name;
    char *summary;               /* may be NULL */
    double max_inconclusive_pct; /* of the gated cases; default 0 */
    GPtrArray *sections;         /* SyJobSection* in file order */
    GPtrArray *comparisons; /* SyComparison* in file order, without rows (result/comparison.h) */
} SyJob;

/* Reads a job file. SY_ERROR_USAGE "FILE:LINE: [section] key: what; remedy" for anything it does
 * not understand. The caller owns the job. */
SyJob *sy_job_load(const char *path, const SyWorkload *const *table, GError **error);

/* The same from memory; `path` is used for messages, and for the default name. */
SyJob *sy_job_parse(const char *path, const char *text, const SyWorkload *const *table,
                    GError **error);

/* What all `jobs` (SyJob*) tolerate: the smallest of their max_inconclusive_pct; 0 without jobs. */
double sy_jobs_max_inconclusive_pct(const GPtrArray *jobs);

void sy_job_free(SyJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyJob, sy_job_free)

#endif
