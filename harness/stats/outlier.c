/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/outlier.h"

#include <math.h>

#include "stats/sample.h"

#define LEAST 3 /* with two values neither is far from "the rest" */

/* The unit of the score; NAN if it cannot be told. */
static double scale_of(const double *values, size_t n, double median)
{
    double mad = sy_sample_mad(values, n), mean = 0;

    if (isnan(mad) || mad > 0) {
        return 1.4826 * mad;
    }
    for (size_t i = 0; i < n; i++) {
        mean += fabs(values[i] - median) / (double)n;
    }
    return 1.2533 * mean;
}

static double score(double value, double median, double scale)
{
    return scale > 0 ? fabs(value - median) / scale : 0;
}

size_t sy_outliers_flag(const double *values, size_t n, bool *flags)
{
    double median = sy_sample_median(values, n);
    double scale = n < LEAST ? 0 : scale_of(values, n, median);
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        bool far = score(values[i], median, scale) > SY_OUTLIER_LIMIT;

        count += far;
        if (flags) {
            flags[i] = far;
        }
    }
    return count;
}
