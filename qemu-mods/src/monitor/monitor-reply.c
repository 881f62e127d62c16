/*
 * Large replies of a monitor
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include "qemu/timer.h"
#include "monitor-internal.h"
#include "monitor-reply.h"

/* Copying and keeping a smaller reply costs less than what is done here. */
#define LARGE_BYTES (64 * 1024)

/* A client that fetches much gets many replies, which reuse the memory. */
#define QUIET_MS 200

void monitor_puts_reply(Monitor *mon, GString *text)
{
    QEMU_LOCK_GUARD(&mon->mon_lock);

    /* A pretty-printed reply has lines, which are sent one by one. */
    if (text->len < LARGE_BYTES || mon->outbuf->len ||
        memchr(text->str, '\n', text->len - 1)) {
        monitor_puts_locked(mon, text->str);
        g_string_free(text, true);
        return;
    }
    g_string_insert_c(text, text->len - 1, '\r');
    g_string_free(mon->outbuf, true);
    mon->outbuf = text;
    monitor_flush_locked(mon);
}

static void trim(void *opaque)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

static QEMUTimer *trim_timer(void)
{
    static QEMUTimer *timer;

    if (g_once_init_enter(&timer)) {
        g_once_init_leave(&timer, timer_new_ms(QEMU_CLOCK_REALTIME, trim, NULL));
    }
    return timer;
}

void monitor_reply_sent(GString **outbuf)
{
    if ((*outbuf)->allocated_len < LARGE_BYTES) {
        return;
    }
    g_string_free(*outbuf, true);
    *outbuf = g_string_new(NULL);
    timer_mod(trim_timer(),
              qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + QUIET_MS);
}
