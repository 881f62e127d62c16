/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A time limit for waiting, in seconds of the machine's real-time clock: how long a loop takes
 * differs by a factor of a thousand between a processor and an emulator, and the frequency of the
 * TSC is unknown.
 */
#ifndef GUESTS_LIB_DEADLINE_H
#define GUESTS_LIB_DEADLINE_H

#include <stdbool.h>

struct deadline {
    unsigned polls;
    unsigned seconds_left;
    unsigned char last;
};

/* `seconds` from now, up to one second less. */
struct deadline deadline_in(unsigned seconds);

/* Call it in the waiting loop: true once a second has passed since the last true. */
bool deadline_second_passed(struct deadline *d);

/* Whether the time is up. */
static inline bool deadline_over(const struct deadline *d)
{
    return d->seconds_left == 0;
}

#endif
