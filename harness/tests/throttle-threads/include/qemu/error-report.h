/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: messages to the user. Here they are dropped. */
#ifndef STAND_IN_QEMU_ERROR_REPORT_H
#define STAND_IN_QEMU_ERROR_REPORT_H

#include "qapi/error.h"

/* These free `error`. */
void error_report_err(Error *error);
void warn_reportf_err(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
