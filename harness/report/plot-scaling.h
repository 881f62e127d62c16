/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plots how well more of something does more (report/scaling.h). */
#ifndef SY_REPORT_PLOT_SCALING_H
#define SY_REPORT_PLOT_SCALING_H

#include "report/plot.h"
#include "report/scaling.h"

/*
 * Rate and efficiency over the parameter, medians with their 95 % intervals, beside what would be
 * ideal: as many times the first point's rate, up to the CPUs of the host, and so an efficiency of
 * 100 %, beyond them of CPUs by x. NULL if
 * nothing can be drawn. Pure. The caller frees.
 */
SyPlot *sy_plot_scaling(const SyScaling *scaling);

#endif
