/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/host-mode.h"

#include <glib.h>

bool sy_host_mode_is_exact(const char *host_mode)
{
    return g_strcmp0(host_mode, SY_HOST_MODE_LAB_EXACT) == 0;
}

bool sy_host_mode_is_lab(const char *host_mode)
{
    return g_strcmp0(host_mode, SY_HOST_MODE_LAB) == 0 || sy_host_mode_is_exact(host_mode);
}
