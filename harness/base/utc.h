/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moments as text, the same everywhere: UTC to the second, "2026-11-20T16:08:00Z", which sorts by
 * time. */
#ifndef SY_BASE_UTC_H
#define SY_BASE_UTC_H

#include <glib.h>

/* `when` as such a text; NULL if it is not of the years 1 to 9999 in UTC. The caller frees. */
char *sy_utc_format(GDateTime *when);

/* `text`, an ISO 8601 time with its zone, as such a text; NULL if it is no such time of the years 1
 * to 9999. The caller frees. */
char *sy_utc_text(const char *text);

#endif
