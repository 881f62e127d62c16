/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/tsc.h"

#include "base/clock.h"

#if defined(__x86_64__) || defined(__i386__)

#include <x86intrin.h>

#define WINDOW_US 20000
#define TRIES 16

typedef struct {
    int64_t ns;
    guint64 ticks;
} Reading;

/* Reads both clocks at one moment: the try that took least time was not interrupted. */
static Reading read_both(void)
{
    Reading best = {0};
    int64_t best_took_ns = G_MAXINT64;

    for (int i = 0; i < TRIES; i++) {
        int64_t before_ns = sy_now_ns();
        guint64 ticks = __rdtsc();
        int64_t took_ns = sy_now_ns() - before_ns;

        if (took_ns < best_took_ns) {
            best_took_ns = took_ns;
            best = (Reading){before_ns + took_ns / 2, ticks};
        }
    }
    return best;
}

guint sy_tsc_khz(void)
{
    Reading first = read_both(), last;

    g_usleep(WINDOW_US);
    last = read_both();
    return (guint)((double)(last.ticks - first.ticks) * 1e6 / (double)(last.ns - first.ns) + 0.5);
}

#else

guint sy_tsc_khz(void)
{
    return 0;
}

#endif
