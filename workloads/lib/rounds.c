/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/rounds.h"

#include <math.h>

#include "stats/sample.h"

#define NS_PER_S 1e9

double phase_rate(const Phase *phase)
{
    return phase->cpu_ns > 0 ? (double)phase->work * NS_PER_S / (double)phase->cpu_ns : NAN;
}

void rounds_begin(Rounds *r, guint n, unsigned long seed)
{
    g_assert(n <= ROUNDS_MAX);
    *r = (Rounds){.n = n};
    sy_paired_orders(r->with_first, n, seed);
}

guint rounds_phases(const Rounds *r)
{
    return 2 * r->n;
}

bool rounds_is_with(const Rounds *r, guint i)
{
    return r->with_first[i / 2] == (i % 2 == 0);
}

void rounds_put(Rounds *r, guint i, Phase phase)
{
    *(rounds_is_with(r, i) ? &r->with[i / 2] : &r->without[i / 2]) = phase;
}

static bool works(const Phase *phase)
{
    return !phase->spoiled && phase->work > 0 && phase->cpu_ns > 0;
}

static bool counts(const Rounds *r, guint i)
{
    return works(&r->without[i]) && works(&r->with[i]);
}

guint rounds_counted(const Rounds *r)
{
    guint counted = 0;

    for (guint i = 0; i < r->n; i++) {
        counted += counts(r, i);
    }
    return counted;
}

SyPairedRatio rounds_ratio(const Rounds *r)
{
    double with[ROUNDS_MAX], without[ROUNDS_MAX];
    SyPairedRatio ratio;
    size_t n = 0;

    for (guint i = 0; i < r->n; i++) {
        if (counts(r, i)) {
            with[n] = phase_rate(&r->with[i]);
            without[n++] = phase_rate(&r->without[i]);
        }
    }
    sy_paired_ratio(with, without, 2 * n > r->n ? n : 0, ROUNDS_CONFIDENCE, &ratio);
    return ratio;
}

Phase rounds_sum(const Rounds *r, bool with)
{
    Phase sum = {0};

    for (guint i = 0; i < r->n; i++) {
        const Phase *phase = with ? &r->with[i] : &r->without[i];

        if (counts(r, i)) {
            sum.work += phase->work;
            sum.cpu_ns += phase->cpu_ns;
            sum.wall_ns += phase->wall_ns;
            sum.events += phase->events;
        }
    }
    return sum;
}

double rounds_per_event_ns(const Rounds *r, double ratio)
{
    double cpu_ns[ROUNDS_MAX];
    size_t n = 0;

    for (guint i = 0; i < r->n; i++) {
        if (counts(r, i) && r->with[i].events > 0) {
            cpu_ns[n++] = (double)r->with[i].cpu_ns / (double)r->with[i].events;
        }
    }
    return 2 * n > rounds_counted(r) ? sy_sample_median(cpu_ns, n) * (1 - ratio) : NAN;
}

double rounds_spread_pct(const Rounds *r)
{
    double lowest = INFINITY, highest = 0;

    for (guint i = 0; i < r->n; i++) {
        if (counts(r, i)) {
            double rate = phase_rate(&r->without[i]);

            lowest = fmin(lowest, rate);
            highest = fmax(highest, rate);
        }
    }
    return highest > 0 ? 100 * (highest / lowest - 1) : NAN;
}
