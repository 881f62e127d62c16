/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One running case: what the functions of a workload get, and how they report. */
#ifndef SY_RUN_CASE_H
#define SY_RUN_CASE_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"
#include "run/fault.h"
#include "run/matrix.h"

/* The environment that all cases of a run share. All paths are absolute. */
typedef struct {
    char *run_dir; /* results/RUN */
    char *release; /* "10.0" */
    char *qemu;    /* the QEMU binary under test */

    /* The release without mods, to compare with. Only cases that require "stock-qemu" may rely on
     * its existence. */
    char *stock_qemu;

    GStrv firmware;   /* folders for QEMU's -L */
    char *guests_dir; /* folder with spin.elf and the other guests */
    char *mini_kvm;   /* the small VMM, whether it has been built or not */
    SyFaults *faults; /* never NULL */
} SyRunEnv;

struct SyCase {
    const SyRunEnv *env;
    const SyCasePlan *plan;
    char *dir;            /* the case's own folder for logs and sockets; absolute */
    SyCaseResult *result; /* what the case reports */
    guint repetition;     /* from 0, discarded ones not counted; valid in measure() */
    char *doubt;          /* why this repetition does not count; NULL: it counts */
    char *evidence;       /* set by sy_case_evidence(); NULL: nothing */
    gpointer state;       /* the workload's own */

    /* Called by sy_case_alive(); may be NULL. */
    void (*alive)(gpointer data);
    gpointer alive_data;
};

/* The result of `plan` before any measurement: parameters, metrics without samples, host mode. The
 * caller frees. */
SyCaseResult *sy_case_result_of_plan(const SyCasePlan *plan);

/* The value of a parameter. A name that the workload does not declare is a bug, and aborts. */
double sy_case_number(const SyCase *c, const char *param);
int sy_case_int(const SyCase *c, const char *param);
const char *sy_case_text(const SyCase *c, const char *param);

/* Adds this repetition's sample of a declared metric; call it once per repetition. A value that is
 * not finite is a bug, and aborts. */
void sy_case_sample(SyCase *c, const char *metric, double value);

/* Notes why a metric has no samples: "n/a: no PMU". Only the first note is kept. */
void sy_case_na(SyCase *c, const char *metric, const char *reason);

/* The same for all of `metrics` (NULL-terminated). */
void sy_case_na_all(SyCase *c, const char *const *metrics, const char *reason);

/* Takes the gate away from a metric for which it says nothing in this case, and notes why:
 * "4 vCPUs are more than the 2 CPUs". Call it in setup(). */
void sy_case_ungated(SyCase *c, const char *metric, const char *reason);

/* Adds what the third witness found in this repetition, and takes ownership of it; its `repetition`
 * is set here. */
void sy_case_third_witness(SyCase *c, SyThirdWitness *taken);

/* The tighter of the limits of a metric's gate; 0 without a gate. */
double sy_case_limit(const SyCase *c, const char *metric);

/*
 * Shows that the case is still running. A measure() that takes minutes calls it every few seconds:
 * it updates the progress display, and keeps a lab below its limit of silence.
 */
void sy_case_alive(const SyCase *c);

/*
 * Notes where QEMU went wrong, one line; it becomes part of the reason if the case fails. Only the
 * first call counts.
 */
void sy_case_evidence(SyCase *c, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * Says that the host, not QEMU, decided this repetition; the text is the evidence, one line. Only
 * the first call counts. The repetition is discarded and measured again; if that does not help, the
 * case is INCONCLUSIVE with this reason.
 */
void sy_case_inconclusive(SyCase *c, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
