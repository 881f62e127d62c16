/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the run must show: each check has a name and is failed any number of times, by any thread.
 */
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
    N_CHECKS,
} CheckId;

/* Prints the evidence, the first few times. */
void check_failed(CheckId id, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For what makes it pointless to go on: fails the check, prints the verdict, ends the process. */
void check_fatal(CheckId id, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

/* One TAP line per check, then "N passed, N failed, N skipped"; false if any has failed. */
bool checks_print(void);

#endif
