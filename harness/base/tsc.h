/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast this machine's time stamp counter runs, which guests in real time see as their own. */
#ifndef SY_BASE_TSC_H
#define SY_BASE_TSC_H

#include <glib.h>

/*
 * In kHz, measured against CLOCK_MONOTONIC to some millionths; 0 on machines that have none. Blocks
 * for some 20 ms.
 */
guint sy_tsc_khz(void);

#endif
