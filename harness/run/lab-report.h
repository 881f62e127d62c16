/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a lab's run: tells the outside what happens (run/lab-event.h) and sends each case's
 * files (lab/archive.h) as it ends. The counterpart of run/lab-run.h.
 */
#ifndef SY_RUN_LAB_REPORT_H
#define SY_RUN_LAB_REPORT_H

#include <glib.h>
#include <stdbool.h>

#include "lab/archive.h"
#include "run/runner.h"

typedef struct SyLabReport SyLabReport;

/*
 * Opens the lab's two ports and sends the fingerprint. `run_dir`: where the run inside keeps logs/
 * and traces/; copied. SY_ERROR_IO. The caller owns the result: sy_lab_report_close().
 */
SyLabReport *sy_lab_report_open(const char *run_dir, GError **error);

/* The same over ports that are open: `lines` and `archive` are taken over in any case. */
SyLabReport *sy_lab_report_new(const char *run_dir, int lines, SyArchive *archive, GError **error);

/*
 * Tells what the runner does. A finished case's logs and trace go before its result, so that who
 * has the result has them, too; then they are removed here, because the lab's disk is its memory.
 */
SyRunObserver sy_lab_report_observer(SyLabReport *report);

/*
 * Says how the run ended: with `exit_code`, or stopped early by `stopped` (else NULL). Frees
 * `report` in any case. SY_ERROR_IO if that or anything before could not be sent.
 */
bool sy_lab_report_close(SyLabReport *report, int exit_code, const GError *stopped, GError **error);

#endif
