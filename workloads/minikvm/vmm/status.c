/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/status.h"

#include <stdarg.h>
#include <stdio.h>

bool mk_fail(MkError *error, MkStatus status, const char *format, ...)
{
    va_list args;

    error->status = status;
    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return false;
}
