/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/abba.h"

#include <math.h>

#define NS_PER_S 1e9

CostPhase cost_sum(const CostPhase *phases, const char *order, char letter)
{
    CostPhase sum = {0};

    for (; *order; order++, phases++) {
        if (*order == letter) {
            sum.work += phases->work;
            sum.cpu_ns += phases->cpu_ns;
        }
    }
    return sum;
}

double cost_rate(const CostPhase *phase)
{
    return phase->cpu_ns > 0 ? (double)phase->work * NS_PER_S / (double)phase->cpu_ns : NAN;
}

double cost_ratio(const CostPhase *phases, const char *order)
{
    CostPhase without = cost_sum(phases, order, 'A'), with = cost_sum(phases, order, 'B');

    return without.work > 0 ? cost_rate(&with) / cost_rate(&without) : NAN;
}

double cost_spread_pct(const CostPhase *phases, const char *order, char letter)
{
    double lowest = INFINITY, highest = 0;

    for (; *order; order++, phases++) {
        if (*order == letter) {
            double rate = cost_rate(phases);

            if (!(rate > 0)) {
                return NAN;
            }
            lowest = fmin(lowest, rate);
            highest = fmax(highest, rate);
        }
    }
    return highest > 0 ? 100 * (highest / lowest - 1) : NAN;
}

double cost_per_event_ns(const CostPhase *phases, const char *order, double events)
{
    CostPhase without = cost_sum(phases, order, 'A'), with = cost_sum(phases, order, 'B');
    double due_ns = (double)with.work * NS_PER_S / cost_rate(&without);

    return events > 0 && without.work > 0 ? ((double)with.cpu_ns - due_ns) / events : NAN;
}
