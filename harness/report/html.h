/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.html: one file that opens from disk, mail or a CI artefact; no scripts, no network. The
 * verdict comes first, then the cases that need a reader, every case, and the host and build.
 */
#ifndef SY_REPORT_HTML_H
#define SY_REPORT_HTML_H

#include "result/result.h"

/*
 * The document; text of unknown origin stays text. `plots` are those of sy_html_plots(), `history`
 * is what sy_html_run_history() made; NULL: none, and no such section. The caller frees.
 */
char *sy_html_render(const SyRunResult *run, const GPtrArray *plots, const char *history);

#endif
