/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A bound on waiting. Counted in seconds of the machine's real-time clock, because how long a loop
 * takes differs by a factor of a thousand between a processor and an emulator, and the TSC's
 * frequency is not known.
 */
#ifndef GUESTS_LIB_DEADLINE_H
#define GUESTS_LIB_DEADLINE_H

#include <stdbool.h>

struct deadline {
    unsigned polls;
    unsigned seconds_left;
    unsigned char last;
};

/* `seconds` from now, less at most one. */
struct deadline deadline_in(unsigned seconds);

/* To be called in the waiting loop: true once a second has passed since the last true. */
bool deadline_second_passed(struct deadline *d);

/* Whether the time is over. */
static inline bool deadline_over(const struct deadline *d)
{
    return d->seconds_left == 0;
}

#endif
