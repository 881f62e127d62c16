/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons (result/comparison.h) as text: what the renderers have in common. The caller frees
 * what is returned. */
#ifndef SY_REPORT_COMPARISON_H
#define SY_REPORT_COMPARISON_H

#include "result/comparison.h"

/* "exactness: |share_error_pct| of limiter=kvm-throttle no worse than that of limiter=cgroup by
 * 0.05 %". */
char *sy_comparison_title_text(const SyComparison *comparison);

/* "+0.01300 [-0.01000, +0.02100] %": four digits of the median; "n/a" if not measured. */
char *sy_comparison_value_text(const SyComparison *comparison, const SyComparisonCase *of);

/* "0.02 [0.01, 0.03] %": by how much the subject is worse; "n/a" if not known. */
char *sy_comparison_difference_text(const SyComparison *comparison, const SyComparisonRow *row);

/* "ratio_pct=10: +0.03 % against +0.01 % of limiter=cgroup, worse by 0.02 [0.01, 0.03] %", and the
 * reason if one value is missing. */
char *sy_comparison_row_text(const SyComparison *comparison, const SyComparisonRow *row);

/* "11 of 12 rows hold". */
char *sy_comparison_count_text(const SyComparison *comparison);

#endif
