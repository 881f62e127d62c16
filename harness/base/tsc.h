/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The speed of this machine's time stamp counter, which guests in real time see as their own. */
#ifndef SY_BASE_TSC_H
#define SY_BASE_TSC_H

#include <glib.h>

/*
 * In kHz, measured against CLOCK_MONOTONIC to within a few ppm; 0 on a machine without one. Blocks
 * for about 20 ms.
 */
guint sy_tsc_khz(void);

#endif
