/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/clock.h"

#include <errno.h>
#include <limits.h>

#include "base/cancel.h"

int64_t sy_clock_ns(clockid_t clock)
{
    struct timespec now = {0};

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * SY_NS_PER_S + now.tv_nsec;
}

int64_t sy_now_ns(void)
{
    return sy_clock_ns(CLOCK_MONOTONIC);
}

bool sy_sleep_until_ns(int64_t deadline_ns, GError **error)
{
    /* Slices bound how long a signal that lands between the test and the sleep goes unnoticed. */
    const int64_t slice_ns = 200 * SY_NS_PER_MS;

    for (;;) {
        int64_t now = sy_now_ns();
        int64_t until = MIN(deadline_ns, now + slice_ns);
        struct timespec ts = {.tv_sec = until / SY_NS_PER_S, .tv_nsec = until % SY_NS_PER_S};

        if (sy_cancelled(error)) {
            return false;
        }
        if (now >= deadline_ns) {
            return true;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
    }
}

int sy_poll_timeout_ms(int64_t deadline_ns)
{
    int64_t left = deadline_ns - sy_now_ns();

    if (left <= 0) {
        return 0;
    }
    return (int)MIN((left + SY_NS_PER_MS - 1) / SY_NS_PER_MS, INT_MAX);
}
