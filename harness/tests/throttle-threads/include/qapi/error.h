/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: errors as QEMU passes them. */
#ifndef STAND_IN_QAPI_ERROR_H
#define STAND_IN_QAPI_ERROR_H

#include "qemu/osdep.h"

/* Store a new error in `*errp` unless `errp` is NULL; with strerror(os_errno) at its end. */
void error_setg(Error **errp, const char *format, ...) __attribute__((format(printf, 2, 3)));
void error_setg_errno(Error **errp, int os_errno, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *error_get_pretty(const Error *error);
void error_free(Error *error);

#endif
