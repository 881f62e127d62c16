/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that lie far from the rest of their sample: to be looked at, never to be left out. Pure.
 */
#ifndef SY_STATS_OUTLIER_H
#define SY_STATS_OUTLIER_H

#include <stdbool.h>
#include <stddef.h>

/* So many scaled MADs from the median is far (Iglewicz & Hoaglin, How to Detect and Handle
 * Outliers, 1993). */
#define SY_OUTLIER_LIMIT 3.5

/*
 * How far `value` lies from the middle of the `n` values: in MADs, scaled by 1.4826 to a normal
 * distribution's sigma. If more than half of the values are equal, so that the MAD is 0, in mean
 * distances from the median, scaled by 1.2533. 0 if all are equal, or with fewer than 3 values.
 */
double sy_outlier_score(const double *values, size_t n, double value);

/* Sets flags[i] (may be NULL) where values[i] is farther than SY_OUTLIER_LIMIT; returns how many.
 */
size_t sy_outliers_flag(const double *values, size_t n, bool *flags);

#endif
