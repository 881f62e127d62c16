/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plots what a whole consists of: a stacked bar for each case. */
#ifndef SY_REPORT_PLOT_PARTS_H
#define SY_REPORT_PLOT_PARTS_H

#include "report/parts.h"
#include "report/plot.h"

/*
 * A bar for each row, the shortest first: the medians of its parts, in grey what no part has, and a
 * diamond with its 95 % interval at the whole. Where one is many times as
 * long as another, they are in panels of their own, each with its scale. NULL if there are too many
 * parts or rows. Pure. The caller frees.
 */
SyPlot *sy_plot_parts(const SyParts *parts);

#endif
