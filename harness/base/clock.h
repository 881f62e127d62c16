/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks in nanoseconds, and waits that end early when the user asks for it. */
#ifndef SY_BASE_CLOCK_H
#define SY_BASE_CLOCK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define SY_NS_PER_US INT64_C(1000)
#define SY_NS_PER_MS INT64_C(1000000)
#define SY_NS_PER_S INT64_C(1000000000)

/* What that clock shows, in ns; 0 if there is no such clock, as after the end of a process whose
 * CPU time it was. Async-signal-safe. */
int64_t sy_clock_ns(clockid_t clock);

/* CLOCK_MONOTONIC now, in ns. Never fails. */
int64_t sy_now_ns(void);

/* Blocks until CLOCK_MONOTONIC reaches `deadline_ns`. False (SY_ERROR_CANCELLED) if the run was
 * cancelled. */
bool sy_sleep_until_ns(int64_t deadline_ns, GError **error);

/* The remaining time until `deadline_ns` as a poll(2) timeout: milliseconds rounded up, 0 if it has
 * passed. */
int sy_poll_timeout_ms(int64_t deadline_ns);

#endif
