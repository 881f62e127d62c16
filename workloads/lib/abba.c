/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/abba.h"

#include <math.h>

#define NS_PER_S 1e9

AbbaPhase abba_sum(const AbbaPhase *phases, const char *order, char letter)
{
    AbbaPhase sum = {0};

    for (; *order; order++, phases++) {
        if (*order == letter) {
            sum.work += phases->work;
            sum.cpu_ns += phases->cpu_ns;
        }
    }
    return sum;
}

double abba_rate(const AbbaPhase *phase)
{
    return phase->cpu_ns > 0 ? (double)phase->work * NS_PER_S / (double)phase->cpu_ns : NAN;
}

double abba_ratio(const AbbaPhase *phases, const char *order)
{
    AbbaPhase without = abba_sum(phases, order, 'A'), with = abba_sum(phases, order, 'B');

    return without.work > 0 ? abba_rate(&with) / abba_rate(&without) : NAN;
}

double abba_spread_pct(const AbbaPhase *phases, const char *order, char letter)
{
    double lowest = INFINITY, highest = 0;

    for (; *order; order++, phases++) {
        if (*order == letter) {
            double rate = abba_rate(phases);

            if (!(rate > 0)) {
                return NAN;
            }
            lowest = fmin(lowest, rate);
            highest = fmax(highest, rate);
        }
    }
    return highest > 0 ? 100 * (highest / lowest - 1) : NAN;
}

double abba_per_event_ns(const AbbaPhase *phases, const char *order, double events)
{
    AbbaPhase without = abba_sum(phases, order, 'A'), with = abba_sum(phases, order, 'B');
    double due_ns = (double)with.work * NS_PER_S / abba_rate(&without);

    return events > 0 && without.work > 0 ? ((double)with.cpu_ns - due_ns) / events : NAN;
}
