/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons (run/comparison.h) as text: what the renderers have in common. The caller frees what
 * is returned. */
#ifndef SY_REPORT_COMPARE_H
#define SY_REPORT_COMPARE_H

#include "run/comparison.h"

/* "exactness: |share_error_pct| of limiter=kvm-throttle no worse than that of limiter=cgroup". */
char *sy_compare_title(const SyComparison *comparison);

/* "+0.013 [-0.010, +0.021] %" of one side, with as many decimals as both sides of the row need;
 * "n/a". */
char *sy_compare_figure(const SyComparison *comparison, const SyComparisonRow *row,
                        const SyComparisonSide *side);

/* "ratio_pct=10: +0.03 % against +0.01 % of limiter=cgroup", and the reason if there are no two
 * figures. */
char *sy_compare_row(const SyComparison *comparison, const SyComparisonRow *row);

/* "11 of 12 rows hold". */
char *sy_compare_count(const SyComparison *comparison);

#endif
