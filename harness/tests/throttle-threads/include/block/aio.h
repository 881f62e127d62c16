/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: work for the main loop's thread. */
#ifndef STAND_IN_BLOCK_AIO_H
#define STAND_IN_BLOCK_AIO_H

typedef struct AioContext AioContext;

/* Makes the main loop call `function` once, under the BQL. For any thread. */
void aio_bh_schedule_oneshot(AioContext *context, void (*function)(void *opaque), void *opaque);

#endif
