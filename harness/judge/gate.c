/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/gate.h"

#include <math.h>

bool sy_gate_holds(SyBetter better, double limit, double value)
{
    if (!isfinite(value) || !isfinite(limit)) {
        return false;
    }
    switch (better) {
    case SY_BETTER_LOWER:
        return value <= limit;
    case SY_BETTER_HIGHER:
        return value >= limit;
    case SY_BETTER_TARGET:
        return fabs(value) <= limit;
    }
    return false;
}

double sy_gate_tightest(const SyGate *gate, SyBetter better)
{
    double of_samples = gate->bounds_samples ? gate->limit : NAN;
    double of_median = gate->bounds_median ? gate->median_limit : NAN;

    /* fmin() and fmax() take a NAN for a missing value. */
    return better == SY_BETTER_HIGHER ? fmax(of_samples, of_median) : fmin(of_samples, of_median);
}
