/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way from a prompt to a QEMU that somebody else has started. */
#ifndef SY_VM_QMP_CONNECT_H
#define SY_VM_QMP_CONNECT_H

#include <glib.h>

#include "vm/qmp.h"

/*
 * Connects to the QMP server that listens on the unix socket at `path`, which may be long, and
 * waits for its greeting up to 5 s. SY_ERROR_UNAVAILABLE if nobody listens; the errors of
 * sy_qmp_new(), with the remedy. The caller owns it.
 */
SyQmp *sy_qmp_connect(const char *path, GError **error);

#endif
