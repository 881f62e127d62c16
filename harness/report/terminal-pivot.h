/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of report/pivot.h on a terminal. */
#ifndef SY_REPORT_TERMINAL_PIVOT_H
#define SY_REPORT_TERMINAL_PIVOT_H

#include "report/pivot.h"

/* Appends title and table in at most `columns` columns: without ranges if they do not fit, one
 * value a line if the table does not fit at all. */
void sy_terminal_append_pivot(GString *out, const SyPivot *pivot, guint columns);

#endif
