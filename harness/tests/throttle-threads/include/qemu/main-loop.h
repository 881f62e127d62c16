/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: the big QEMU lock, and the main loop of which only bottom halves are left. */
#ifndef STAND_IN_QEMU_MAIN_LOOP_H
#define STAND_IN_QEMU_MAIN_LOOP_H

#include <stdbool.h>

#include "block/aio.h"

void bql_lock(void);
void bql_unlock(void);
bool bql_locked(void); /* by this thread */

/* There is only one. */
#define qemu_get_aio_context() ((AioContext *)0)

/* The loop's thread; stopping does what is still to be done. Without the BQL. */
void main_loop_start(void);
void main_loop_stop(void);

#endif
