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
