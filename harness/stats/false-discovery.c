/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After Benjamini & Hochberg, Controlling the False Discovery Rate: A Practical and Powerful
 * Approach to Multiple Testing, 1995; for dependent tests Benjamini & Yekutieli, 2001. */
#include "stats/false-discovery.h"

#include <gsl/gsl_sort.h>
#include <math.h>

#include <glib.h>

void sy_false_discovery_adjust(const double *p, size_t n, double *adjusted)
{
    g_autofree size_t *order = g_new(size_t, n);
    double least = 1;

    gsl_sort_index(order, p, 1, n);
    for (size_t i = n; i > 0; i--) {
        least = fmin(least, p[order[i - 1]] * (double)n / (double)i);
        adjusted[order[i - 1]] = least;
    }
}
