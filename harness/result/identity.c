/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/identity.h"

char *sy_run_identity(const SyRunResult *run)
{
    const char *fingerprint = run->host ? run->host->fingerprint : NULL;
    const char *whose = run->uuid ? run->uuid : fingerprint;

    return g_strconcat(run->id ? run->id : "", " ", whose ? whose : "", NULL);
}

char *sy_utc_text(const char *text)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_iso8601(text, NULL);
    g_autoptr(GDateTime) utc = when ? g_date_time_to_utc(when) : NULL;

    return utc ? g_date_time_format(utc, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}
