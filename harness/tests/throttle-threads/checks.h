/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the run must show. Each check has a name; any thread may fail it, any number of times. */
#ifndef THROTTLE_THREADS_CHECKS_H
#define THROTTLE_THREADS_CHECKS_H

#include <stdbool.h>

typedef enum CheckId {
    CHECK_BOOKS,
    CHECK_SETTINGS,
    CHECK_COUNTERS,
    CHECK_REFUSALS,
    CHECK_KICKS,
    CHECK_SLEEPERS,
    CHECK_ALONE,
    CHECK_SHARES,
    CHECK_STARVED,
    CHECK_TIMERS,
    CHECK_PATHS,
    CHECK_PROPERTIES,
    CHECK_VIEWS,
    N_CHECKS,
} CheckId;

/* Prints the message the first few times. */
void check_failed(CheckId id, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For a failure after which the run cannot go on: fails the check, prints the verdict and ends the
 * process. */
void check_fatal(CheckId id, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

/* One TAP line per check, then "N passed, N failed, N skipped"; false if any has failed. */
bool checks_print(void);

#endif
