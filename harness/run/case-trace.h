/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel trace of a case that asks for one. It is recorded while the case is measured; then its
 * events are counted. */
#ifndef SY_RUN_CASE_TRACE_H
#define SY_RUN_CASE_TRACE_H

#include <glib.h>
#include <stdbool.h>

#include "observe/trace.h"
#include "run/case.h"

/* Starts to record the plan's events. Errors of sy_trace_start(), SY_ERROR_IO. The caller owns the
 * trace. */
SyTrace *sy_case_trace_begin(const SyCase *c, GError **error);

/*
 * Stops recording, moves the file into the run's traces/, and counts its events in
 * c->result->trace. Events that the kernel recorded but that are not in the file count as lost. On
 * an error (of sy_trace_stop() or sy_trace_count(), or SY_ERROR_IO) the result has no trace. The
 * caller still owns `trace`.
 */
bool sy_case_trace_end(SyCase *c, SyTrace *trace, GError **error);

#endif
