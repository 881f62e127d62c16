/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/identity.h"

char *sy_run_identity(const SyRunResult *run)
{
    const char *fingerprint = run->host ? run->host->fingerprint : NULL;
    const char *whose = run->uuid ? run->uuid : fingerprint;

    return g_strconcat(run->id ? run->id : "", " ", whose ? whose : "", NULL);
}
