/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connects to a QEMU that somebody else has started. */
#ifndef SY_VM_QMP_CONNECT_H
#define SY_VM_QMP_CONNECT_H

#include <glib.h>

#include "vm/qmp.h"

/*
 * Connects to the QMP server that listens on the unix socket at `path`, however long that is,
 * and waits up to 5 s for its greeting. SY_ERROR_UNAVAILABLE if nobody listens; else the errors of
 * sy_qmp_new(), with the remedy. The caller owns the result.
 */
SyQmp *sy_qmp_connect(const char *path, GError **error);

#endif
