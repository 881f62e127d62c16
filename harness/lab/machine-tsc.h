/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast this machine's time stamp counter runs, which a lab in real time shows as its own. */
#ifndef SY_LAB_MACHINE_TSC_H
#define SY_LAB_MACHINE_TSC_H

#include <glib.h>

/*
 * In kHz, measured against CLOCK_MONOTONIC to some millionths; 0 on machines that have none. Blocks
 * for some 20 ms.
 */
guint sy_machine_tsc_khz(void);

#endif
