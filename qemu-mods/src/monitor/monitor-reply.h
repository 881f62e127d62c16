/*
 * Large replies of a monitor
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MONITOR_REPLY_H
#define MONITOR_REPLY_H

#include "monitor/monitor.h"

/*
 * Like monitor_puts(), but takes ownership of @text, a reply that ends in a
 * newline.  A large one becomes the output buffer instead of being copied.
 */
void monitor_puts_reply(Monitor *mon, GString *text);

/*
 * Call this when the output buffer @outbuf has been sent.  Frees a large one,
 * and returns the memory to the host once no more replies follow.
 */
void monitor_reply_sent(GString **outbuf);

#endif /* MONITOR_REPLY_H */
