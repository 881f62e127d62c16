/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qemu/main-loop.h"

#include "qemu/osdep.h"

typedef struct BottomHalf {
    void (*function)(void *opaque);
    void *opaque;
} BottomHalf;

static pthread_t thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;

/* Under lock */
static GQueue bottom_halves = G_QUEUE_INIT;
static bool stopping;

void aio_bh_schedule_oneshot(AioContext *context, void (*function)(void *opaque), void *opaque)
{
    BottomHalf *bh = g_new(BottomHalf, 1);

    *bh = (BottomHalf){.function = function, .opaque = opaque};
    pthread_mutex_lock(&lock);
    g_queue_push_tail(&bottom_halves, bh);
    pthread_cond_signal(&more);
    pthread_mutex_unlock(&lock);
}

/* NULL at the end of all. */
static BottomHalf *next(void)
{
    BottomHalf *bh;

    pthread_mutex_lock(&lock);
    while (g_queue_is_empty(&bottom_halves) && !stopping) {
        pthread_cond_wait(&more, &lock);
    }
    bh = g_queue_pop_head(&bottom_halves);
    pthread_mutex_unlock(&lock);
    return bh;
}

static void *run(void *arg)
{
    BottomHalf *bh;

    while ((bh = next())) {
        bql_lock();
        bh->function(bh->opaque);
        bql_unlock();
        g_free(bh);
    }
    return NULL;
}

void main_loop_start(void)
{
    if (pthread_create(&thread, NULL, run, NULL)) {
        g_error("no thread for the main loop");
    }
}

void main_loop_stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_signal(&more);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
}
