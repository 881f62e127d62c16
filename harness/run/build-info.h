/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which QEMU is under test: its own word (--version, with the build's stamp), not the path's. */
#ifndef SY_RUN_BUILD_INFO_H
#define SY_RUN_BUILD_INFO_H

#include "result/result.h"

/*
 * Runs `qemu --version` (bounded to 10 s) and reads version and stamp. `release` is noted as asked
 * for. SY_ERROR_UNAVAILABLE with remedy if the binary is missing or cannot run. The caller owns the
 * result.
 */
SyBuildInfo *sy_build_info_probe(const char *qemu, const char *release, GError **error);

#endif
