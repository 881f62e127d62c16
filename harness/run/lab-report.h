/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a run in the lab: sends events to the outside (run/lab-event.h), and the files of
 * each case when it ends (lab/archive.h). The counterpart of run/lab-run.h.
 */
#ifndef SY_RUN_LAB_REPORT_H
#define SY_RUN_LAB_REPORT_H

#include <glib.h>
#include <stdbool.h>

#include "lab/archive.h"
#include "run/runner.h"

typedef struct SyLabReport SyLabReport;

/*
 * Opens the lab's two ports and sends the fingerprint. `run_dir`, with logs/ and traces/ of the run
 * inside, is copied. SY_ERROR_IO. The caller ends the report with sy_lab_report_close().
 */
SyLabReport *sy_lab_report_open(const char *run_dir, GError **error);

/* The same over open ports. Always takes ownership of `lines` and `archive`. */
SyLabReport *sy_lab_report_new(const char *run_dir, int lines, SyArchive *archive, GError **error);

/*
 * The observer that reports what the runner does. A finished case's logs and trace are sent before
 * its result, so that whoever has the result has them, too. Then they are removed inside, because
 * the lab's disk is in its memory. The observer is valid as long as `report`.
 */
SyRunObserver sy_lab_report_observer(SyLabReport *report);

/*
 * Reports how the run ended: with `exit_code`, or early because of `stopped` (NULL: it did not stop
 * early). Always frees `report`. SY_ERROR_IO if this or an earlier event could not be sent.
 */
bool sy_lab_report_close(SyLabReport *report, int exit_code, const GError *stopped, GError **error);

#endif
