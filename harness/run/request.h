/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user asked a run to be; kept in the journal, so that a killed run can go on as it was
 * meant. */
#ifndef SY_RUN_REQUEST_H
#define SY_RUN_REQUEST_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "run/matrix.h"

typedef struct {
    GPtrArray *jobs; /* SyJob* */
    char *filter;    /* glob for case ids; NULL: all */
    GStrv cases;     /* ids of the cases to run, among those; NULL: all */
    guint repeat;    /* overrides the jobs'; 0: it does not */
    bool fresh;      /* each repetition has its own setup (run/runner.h) */
    char *trace;     /* for sy_trace_parse(), overrides the jobs'; NULL: it does not */
    char *host_mode; /* "native", "lab", "lab-exact" or "auto" */
    char *release;   /* "10.0" */
    char *qemu;      /* the binary; absolute */
    GStrv faults;    /* specs of run/fault.h; may be NULL */
} SyRunRequest;

SyRunRequest *sy_run_request_new(void);

/* Adds the jobs in the files `paths` (NULL-terminated); errors as in sy_job_load(). */
bool sy_run_request_load(SyRunRequest *request, char *const *paths, const SyWorkload *const *table,
                         GError **error);

/* The "request" of the journal's start entry, with the texts of the jobs. The caller owns it. */
JsonObject *sy_run_request_to_json(const SyRunRequest *request);

/* The reverse. SY_ERROR_PROTOCOL names what is missing; job errors as in sy_job_parse(). The caller
 * owns it. */
SyRunRequest *sy_run_request_from_json(JsonObject *object, const SyWorkload *const *table,
                                       GError **error);

/* The requested cases, in the order of sy_matrix_expand(). The caller owns the array of
 * SyCasePlan*. */
GPtrArray *sy_run_request_plans(const SyRunRequest *request, GError **error);

/*
 * The request for the lab, one line of JSON: to run `cases` (SyCasePlan*) in `host_mode` with
 * `qemu`, a path inside. It contains nothing of this machine or this moment, because in exact mode
 * equal runs must get equal input. The caller frees.
 */
char *sy_run_request_for_lab(const SyRunRequest *request, const GPtrArray *cases,
                             const char *host_mode, const char *qemu);

/* The jobs' names joined by '+'. The caller frees. */
char *sy_run_request_job_names(const SyRunRequest *request);

void sy_run_request_free(SyRunRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyRunRequest, sy_run_request_free)

#endif
