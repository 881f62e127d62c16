/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/scale-rounds.h"

#include <math.h>

#include "stats/paired.h"
#include "stats/sample.h"

static bool counts(const ScaleRounds *r, guint i)
{
    return r->alone[i].per_s > 0 && r->together[i].per_s > 0 &&
           r->alone[i].waited <= SCALE_WAITED_MAX &&
           (r->crowded || r->together[i].waited <= SCALE_WAITED_MAX);
}

ScaleResult scale_result(const ScaleRounds *r)
{
    double alone[ROUNDS_MAX] = {0}, together[ROUNDS_MAX], share[ROUNDS_MAX] = {0},
           waited[ROUNDS_MAX];
    ScaleResult result = {.efficiency_pct = NAN};
    SyPairedRatio ratio;
    guint n = 0;

    for (guint i = 0; i < r->n; i++) {
        if (counts(r, i)) {
            alone[n] = r->alone[i].per_s;
            together[n] = r->together[i].per_s;
            share[n] = together[n] / r->vcpus;
            waited[n++] = 100 * r->together[i].waited;
        }
    }
    result.counted = n;
    sy_paired_ratio(share, alone, n, ROUNDS_CONFIDENCE, &ratio);
    if (2 * n > r->n && ratio.bounded) {
        result.efficiency_pct = 100 * ratio.ratio;
        result.interval[0] = 100 * ratio.interval[0];
        result.interval[1] = 100 * ratio.interval[1];
        result.alone_per_s = sy_sample_median(alone, n);
        result.together_per_s = sy_sample_median(together, n);
        result.waited_pct = sy_sample_median(waited, n);
    }
    return result;
}

bool scale_is_open(const ScaleResult *result, double limit_pct)
{
    return limit_pct > 0 && result->interval[0] < limit_pct && limit_pct <= result->interval[1];
}
