/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One case while it runs: what a workload's hooks get, and how they report. */
#ifndef SY_RUN_CASE_H
#define SY_RUN_CASE_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"
#include "run/fault.h"
#include "run/matrix.h"

/* What is the same for every case of a run. All paths are absolute. */
typedef struct {
    char *run_dir;    /* results/RUN */
    char *release;    /* "10.0" */
    char *qemu;       /* the QEMU binary under test */
    char *stock_qemu; /* the release without mods, to compare with; there or not: a case that
                         requires "stock-qemu" may rely on it */
    GStrv firmware;   /* folders for QEMU's -L */
    char *guests_dir; /* folder of spin.elf and its like */
    SyFaults *faults; /* never NULL */
} SyRunEnv;

struct SyCase {
    const SyRunEnv *env;
    const SyCasePlan *plan;
    char *dir;            /* private folder for this case's logs and sockets; absolute */
    SyCaseResult *result; /* what is reported */
    guint repetition;     /* from 0, of those that count; valid in measure() */
    char *doubt;          /* what speaks against this repetition; NULL: nothing */
    char *evidence;       /* what sy_case_evidence() said; NULL: nothing */
    gpointer state;       /* the workload's own */

    /* Behind sy_case_alive(); NULL: nobody listens. */
    void (*alive)(gpointer data);
    gpointer alive_data;
};

/* The result of `plan` before anything was measured: parameters, metrics without samples, host
 * mode. The caller frees. */
SyCaseResult *sy_case_result_of_plan(const SyCasePlan *plan);

/* Values of parameters. Asking for a name that the workload does not declare is a bug and aborts.
 */
double sy_case_number(const SyCase *c, const char *param);
int sy_case_int(const SyCase *c, const char *param);
const char *sy_case_text(const SyCase *c, const char *param);

/* Records this repetition's sample of a declared metric; once per repetition. Not finite is a bug
 * and aborts. */
void sy_case_sample(SyCase *c, const char *metric, double value);

/* Says why a metric has no samples, as in "n/a: no PMU". The first note stays. */
void sy_case_na(SyCase *c, const char *metric, const char *reason);

/* The same of all of `metrics` (NULL-terminated). */
void sy_case_na_all(SyCase *c, const char *const *metrics, const char *reason);

/* What the figures of a metric are held to: the tighter limit of its gate; 0: it has none. */
double sy_case_limit(const SyCase *c, const char *metric);

/*
 * To be called every few seconds by a measure() that takes minutes: progress is shown anew, and a
 * lab shows that it has not fallen silent.
 */
void sy_case_alive(const SyCase *c);

/*
 * Where it is that the subject went wrong, one line, for the reason of a case that fails. The first
 * one counts; a case that does not fail keeps none.
 */
void sy_case_evidence(SyCase *c, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * The host, not the subject, decided this repetition; the text is the evidence, one line. The first
 * one counts. The repetition is set aside and taken again; if that does not help, the case is
 * INCONCLUSIVE with this reason.
 */
void sy_case_inconclusive(SyCase *c, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
