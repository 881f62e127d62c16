/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plots a table of report/pivot.h: a mark for each cell. */
#ifndef SY_REPORT_PLOT_PIVOT_H
#define SY_REPORT_PLOT_PIVOT_H

#include "report/pivot.h"
#include "report/plot.h"

/*
 * The magnitudes of `pivot` on a log scale, one series per column: medians, with the 95 % interval
 * as a thick and the range of the samples as a thin bar. Many rows, or rows with long labels, stand
 * below each other. NULL if nothing can be drawn: only zeros, or too many values. Pure. The caller
 * frees.
 */
SyPlot *sy_plot_pivot(const SyPivot *pivot);

#endif
