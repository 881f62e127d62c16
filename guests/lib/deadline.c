/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Counts changes of the real-time clock's seconds register (MC146818, ports 0x70 and 0x71).
 */
#include "lib/deadline.h"
#include "lib/io.h"

#define RTC_INDEX 0x70
#define RTC_DATA 0x71
#define RTC_SECONDS 0x00
#define NMI_OFF 0x80

/* A port read can cost an exit to user space; a poll of memory costs nothing. */
#define POLLS_PER_READ 64

static unsigned char rtc_second(void)
{
    io_out8(RTC_INDEX, NMI_OFF | RTC_SECONDS);
    return io_in8(RTC_DATA);
}

struct deadline deadline_in(unsigned seconds)
{
    return (struct deadline){.polls = 0, .seconds_left = seconds, .last = rtc_second()};
}

bool deadline_second_passed(struct deadline *d)
{
    unsigned char now;

    cpu_relax();
    if (++d->polls % POLLS_PER_READ) {
        return false;
    }
    now = rtc_second();
    if (now == d->last) {
        return false;
    }
    d->last = now;
    if (d->seconds_left) {
        d->seconds_left--;
    }
    return true;
}
