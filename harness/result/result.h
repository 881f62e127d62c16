/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The results of a run: run/ fills them, judge/ judges, store/ writes and report/ shows them. Plain
 * data; the field names follow results.json, schema 1 (docs/RESULTS.md). */
#ifndef SY_RESULT_RESULT_H
#define SY_RESULT_RESULT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/fingerprint.h"
#include "observe/trace-count.h"
#include "result/build.h"
#include "result/finding.h"
#include "result/third-witness.h"

#define SY_RESULT_SCHEMA 1 /* the version of results.json that is read and written */

typedef enum {
    SY_STATUS_PASS,
    SY_STATUS_FAIL,         /* a gate failed */
    SY_STATUS_SKIP,         /* the host lacks what the case requires; `reason` says what */
    SY_STATUS_INCONCLUSIVE, /* the host, not QEMU, decided the result; `reason` says how */
    SY_STATUS_ERROR,        /* the case could not be measured: a timeout, a crash, a refusal */
} SyStatus;
#define SY_STATUS_COUNT (SY_STATUS_ERROR + 1)

typedef enum { SY_BETTER_LOWER, SY_BETTER_HIGHER, SY_BETTER_TARGET } SyBetter;

typedef enum { SY_VERDICT_NONE, SY_VERDICT_PASS, SY_VERDICT_FAIL } SyVerdict;

/* The limits that a metric must keep; judge/gate.h defines what a limit allows. */
typedef struct {
    bool bounds_samples; /* every sample must be within `limit` */
    bool bounds_median;  /* the median must be within `median_limit` */
    double limit;
    double median_limit;
} SyGate;

typedef struct {
    char *name; /* "share_error_pct"; the name ends in the unit, if there is one */
    char *unit; /* "%", "ns", "1/s", "1" ... */
    SyBetter better;
    GArray *samples; /* double, one per repetition that counts, in order; empty: not measured */
    double median;   /* NAN without samples */
    double ci95[2];  /* bootstrap interval of the median; NAN with fewer than 2 samples */
    SyGate gate;
    SyVerdict verdict; /* set by sy_metric_judge() */
    char *note;        /* why there are no samples ("n/a: no PMU ..."), or no gate; or NULL */
} SyMetric;

typedef enum { SY_PARAM_INT, SY_PARAM_DOUBLE, SY_PARAM_STRING } SyParamType;

typedef struct {
    char *name;
    SyParamType type;
    char *value; /* as %d, as sy_number_text() of result/json-text.h, or the string itself */
} SyParam;

/* A repetition that the host spoiled. The runner measures it again, up to a limit. */
typedef struct {
    char *reason;   /* the evidence, one line */
    GArray *values; /* double, one per metric of the case, in their order; NAN: not measured */
} SyDiscarded;

/* The kernel events of a traced case, from its first repetition to its last. */
typedef struct {
    char *file;        /* relative to the run folder: "traces/throttle.share.1.dat" */
    GPtrArray *events; /* SyTraceEvent*, sorted by name */
    uint64_t lost;     /* events that happened but are not in the file */
} SyCaseTrace;

typedef struct {
    char *id;       /* "throttle.share/ratio_pct=10,load=idle": stable across runs and releases */
    char *workload; /* "throttle.share" */
    GPtrArray *params; /* SyParam*, in the workload's declared order */
    guint index;     /* among the planned cases, from 0; results.json has the cases in this order */
    char *host_mode; /* "native" | "lab" | "lab-exact" */
    char *host_why;  /* why it ran there, one line; NULL: not known */
    SyStatus status;
    bool undecided_expected;  /* its job file means it to be INCONCLUSIVE */
    char *reason;             /* NULL for PASS; else one line */
    double duration_s;        /* wall time of the case */
    GPtrArray *metrics;       /* SyMetric*, in the workload's declared order */
    GPtrArray *discarded;     /* SyDiscarded*, in order; no metric has their values */
    GPtrArray *third_witness; /* SyThirdWitness*, of repetitions in which it was called */
    char *log_dir;            /* relative to the run folder: "logs/throttle.share.1"; may be NULL */
    SyCaseTrace *trace;       /* NULL: not traced, or the trace failed */
} SyCaseResult;

typedef struct {
    char *id;          /* the run folder's name: UTC start and job, "20261120T160800Z-smoke" */
    char *uuid;        /* of this run alone; NULL in results of an older steelyard */
    char *started;     /* ISO 8601, UTC */
    double duration_s; /* wall time so far, of all sessions if it was resumed */
    char *job;         /* names of the jobs, joined by '+' */
    GStrv argv;        /* the command line of the first session */
    int exit;          /* exit code of the finished run; -1 while unfinished */
    guint planned;     /* number of cases, finished or not */
    double max_inconclusive_pct; /* of the gated cases; the strictest job's */
    SyHostFingerprint *host;
    GPtrArray *findings; /* SyFinding* about `host` when the run began; empty: none recorded */
    SyLabInfo *lab;      /* NULL: no lab was booted */
    SyBuildInfo *build;
    GPtrArray *cases;       /* SyCaseResult*, finished ones, in the order of the matrix */
    GPtrArray *comparisons; /* SyComparison* (result/comparison.h), in the order of the jobs */
} SyRunResult;

/* "PASS" ..., "lower" ..., "none" ...; static. The parsers return false for an unknown text. */
const char *sy_status_name(SyStatus status);
const char *sy_better_name(SyBetter better);
const char *sy_verdict_name(SyVerdict verdict);
bool sy_status_parse(const char *text, SyStatus *status);
bool sy_better_parse(const char *text, SyBetter *better);
bool sy_verdict_parse(const char *text, SyVerdict *verdict);

/* Empty objects with empty arrays; the caller owns them. Every *_free() accepts NULL. */
SyMetric *sy_metric_new(const char *name, const char *unit, SyBetter better);
SyParam *sy_param_new(const char *name, SyParamType type, const char *value);
SyDiscarded *sy_discarded_new(const char *reason);
SyCaseTrace *sy_case_trace_new(const char *file);
SyCaseResult *sy_case_result_new(const char *id, const char *workload);
SyRunResult *sy_run_result_new(void);

void sy_metric_free(SyMetric *metric);
void sy_param_free(SyParam *param);
void sy_discarded_free(SyDiscarded *discarded);
void sy_case_trace_free(SyCaseTrace *trace);
void sy_case_result_free(SyCaseResult *result);
void sy_run_result_free(SyRunResult *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyMetric, sy_metric_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyParam, sy_param_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyCaseResult, sy_case_result_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyRunResult, sy_run_result_free)

/* True if the gate has a limit. */
bool sy_gate_bounds(const SyGate *gate);
/* The case's metric, the run's case; NULL if it is not there. Owned by the first argument. */
SyMetric *sy_case_result_metric(const SyCaseResult *result, const char *name);
SyCaseResult *sy_run_result_find(const SyRunResult *run, const char *id);

/* Adds a case, sorted by `index`; takes ownership of it. */
void sy_run_result_add(SyRunResult *run, SyCaseResult *result);
/* True if --fault is in the run's command line. */
bool sy_run_result_faulty(const SyRunResult *run);

/* Number of cases with that status. */
guint sy_run_result_count(const SyRunResult *run, SyStatus status);

#endif
