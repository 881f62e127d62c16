/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel trace of a case that asks for one: recorded while it is measured, then counted. */
#ifndef SY_RUN_CASE_TRACE_H
#define SY_RUN_CASE_TRACE_H

#include <glib.h>
#include <stdbool.h>

#include "observe/trace.h"
#include "run/case.h"

/* Starts recording the plan's events; errors of sy_trace_start(), SY_ERROR_IO. The caller owns it.
 */
SyTrace *sy_case_trace_begin(const SyCase *c, GError **error);

/*
 * Stops, puts the file into the run's traces/, and counts its events into c->result->trace. Events
 * that the kernel recorded but the file does not have count as lost. Errors of sy_trace_stop() and
 * sy_trace_count(), SY_ERROR_IO; the result then has no trace. The caller still owns `trace`.
 */
bool sy_case_trace_end(SyCase *c, SyTrace *trace, GError **error);

#endif
