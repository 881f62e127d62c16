/*
 * Replies of a monitor that are large
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MONITOR_REPLY_H
#define MONITOR_REPLY_H

#include "monitor/monitor.h"

/*
 * monitor_puts() that takes over @text, a reply that ends in a newline.  A
 * large one becomes the output buffer itself instead of being copied there.
 */
void monitor_puts_reply(Monitor *mon, GString *text);

/*
 * To be called when the output buffer @outbuf has been sent: gives the memory
 * of a large one back, to the host as well once no more replies follow.
 */
void monitor_reply_sent(GString **outbuf);

#endif /* MONITOR_REPLY_H */
