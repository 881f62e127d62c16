/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After Hollander & Wolfe, Nonparametric Statistical Methods, 1973, ch. 4. The ends of the interval
 * are chosen as by R's wilcox.test(conf.int = TRUE, exact = TRUE). */
#include "stats/shift.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include <glib.h>

#include "stats/permutation.h"
#include "stats/sample.h"

static double *sorted_differences(const double *base, size_t n, const double *new_values, size_t m)
{
    double *d = g_new(double, n *m);

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < m; k++) {
            d[i * m + k] = new_values[k] - base[i];
        }
    }
    gsl_sort(d, 1, n * m);
    return d;
}

void sy_shift_measure(const double *base, size_t n_base, const double *new_values, size_t n_new,
                      double confidence, SyShift *out)
{
    size_t pairs = n_base * n_new, k;
    g_autofree double *d = NULL;

    *out = (SyShift){
        .n_base = n_base,
        .n_new = n_new,
        .median_base = sy_sample_median(base, n_base),
        .median_new = sy_sample_median(new_values, n_new),
        .shift = NAN,
        .interval = {NAN, NAN},
        .confidence = NAN,
        .p = NAN,
        .least_p = sy_permutation_least_p(n_base, n_new),
    };
    if (!isfinite(out->median_base) || !isfinite(out->median_new)) {
        return;
    }
    d = sorted_differences(base, n_base, new_values, n_new);
    k = sy_permutation_pairs(n_base, n_new, (1 - confidence) / 2);
    out->bounded = k > 0;
    k = MAX(k, 1);
    out->shift = gsl_stats_median_from_sorted_data(d, 1, pairs);
    out->interval[0] = d[k - 1];
    out->interval[1] = d[pairs - k];
    out->confidence = 1 - 2 * sy_permutation_pairs_below(n_base, n_new, k);
    out->p = sy_permutation_test(base, n_base, new_values, n_new);
}

/* The two-sided normal quantile for `level`. */
static double two_sided(double level)
{
    return gsl_cdf_ugaussian_Qinv(level / 2);
}

double sy_shift_detectable(const SyShift *shift, double level, double power)
{
    double half = (shift->interval[1] - shift->interval[0]) / 2;

    if (isnan(half)) {
        return NAN;
    }
    if (shift->least_p > level || !shift->bounded) {
        return INFINITY;
    }
    return half * (two_sided(level) + gsl_cdf_ugaussian_Pinv(power)) /
           two_sided(1 - shift->confidence);
}

size_t sy_shift_least_values(double level)
{
    size_t n = 1;

    while (n < 1000 && sy_permutation_least_p(n, n) > level) {
        n++;
    }
    return n;
}
