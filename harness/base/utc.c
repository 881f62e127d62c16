/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utc.h"

char *sy_utc_format(GDateTime *when)
{
    g_autoptr(GDateTime) utc = g_date_time_to_utc(when);

    return utc ? g_date_time_format(utc, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

char *sy_utc_text(const char *text)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_iso8601(text, NULL);

    return when ? sy_utc_format(when) : NULL;
}
