/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shows a folder of this machine to the lab by virtiofs: runs virtiofsd beside the lab's QEMU. */
#ifndef SY_LAB_VIRTIOFS_H
#define SY_LAB_VIRTIOFS_H

#include <glib.h>

#include "base/child.h"

/*
 * Starts virtiofsd, which serves `folder` (absolute) at the UNIX socket `dir`/`socket` and logs to
 * `dir`/virtiofs.log; blocks until it listens, a few seconds at most. Main thread only. It ends by
 * itself when QEMU does, or with sy_child_end(). SY_ERROR_UNAVAILABLE, with the remedy: virtiofsd
 * is missing, or does not work for this user; SY_ERROR_USAGE: `folder` is not a folder.
 */
SyChild *sy_virtiofs_start(const char *folder, const char *dir, const char *socket, GError **error);

#endif
