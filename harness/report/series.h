/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics over many runs, for the terminal and as JSON. */
#ifndef SY_REPORT_SERIES_H
#define SY_REPORT_SERIES_H

#include <glib.h>

#include "judge/series.h"
#include "report/terminal.h"

/* `steelyard history METRIC`: a paragraph for each of `all` (SySeries*, judged), its change points
 * below it. The caller frees. */
char *sy_series_text(const GPtrArray *all, const SyTerminalStyle *style);

/* The same, with every point, as JSON (docs/RESULTS.md). The caller frees. */
char *sy_series_json(const GPtrArray *all);

/* "throttle.share/ratio_pct=10 (modded:10.0, native on 5adf0c1e)": case, build, host. The caller
 * frees. */
char *sy_series_title(const SySeries *series);

/* "20260305T000000Z-nightly: +0.010 -> +0.031 %, worse (found in 20260310T000000Z-nightly, p 2e-05;
 * mods 1234abcd5678 -> ...)". The caller frees. */
char *sy_series_change_text(const SySeries *series, const SySeriesChange *change);

#endif
