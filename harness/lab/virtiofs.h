/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of this machine shown to the lab by virtiofs: virtiofsd beside the lab's QEMU. */
#ifndef SY_LAB_VIRTIOFS_H
#define SY_LAB_VIRTIOFS_H

#include <glib.h>

#include "base/child.h"

/*
 * Starts virtiofsd, which serves `folder` (absolute) at the UNIX socket `dir`/`socket` and says
 * what it has to say in `dir`/virtiofs.log; blocks until it listens, a few seconds at most. Main
 * thread only. It ends by itself when QEMU does, else with sy_child_end(). SY_ERROR_UNAVAILABLE:
 * there is no virtiofsd, or not one that works for this user, with the remedy; SY_ERROR_USAGE:
 * `folder` is none.
 */
SyChild *sy_virtiofs_start(const char *folder, const char *dir, const char *socket, GError **error);

#endif
