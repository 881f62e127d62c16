/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds values far from the rest of their sample. They are pointed out, never left out. Pure. */
#ifndef SY_STATS_OUTLIER_H
#define SY_STATS_OUTLIER_H

#include <stdbool.h>
#include <stddef.h>

/* An outlier is farther than this from the median, in scaled MADs (Iglewicz & Hoaglin, How to
 * Detect and Handle Outliers, 1993). */
#define SY_OUTLIER_LIMIT 3.5

/*
 * Sets flags[i] if values[i] is an outlier; `flags` may be NULL. Returns the number of outliers.
 * The MAD is scaled by 1.4826 to a normal distribution's sigma. If more than half of the values are
 * equal, it is 0; then the unit is the mean distance from the median, scaled by 1.2533. None is an
 * outlier if all are equal, or of fewer than 3 values.
 */
size_t sy_outliers_flag(const double *values, size_t n, bool *flags);

#endif
