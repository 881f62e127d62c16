/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: the big QEMU lock, and a main loop that only runs bottom halves. */
#ifndef STAND_IN_QEMU_MAIN_LOOP_H
#define STAND_IN_QEMU_MAIN_LOOP_H

#include <stdbool.h>

#include "block/aio.h"

void bql_lock(void);
void bql_unlock(void);
bool bql_locked(void); /* by this thread */

/* There is only one. */
#define qemu_get_aio_context() ((AioContext *)0)

/* The loop's thread; stopping it runs what is still pending. Without the BQL. */
void main_loop_start(void);
void main_loop_stop(void);

#endif
