/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out which QEMU is under test: from what --version prints, with the build's stamp, not from
 * its path. */
#ifndef SY_RUN_BUILD_INFO_H
#define SY_RUN_BUILD_INFO_H

#include "result/result.h"

/*
 * Runs `qemu --version` (for at most 10 s) and reads version and stamp. `release` is copied into
 * the result. SY_ERROR_UNAVAILABLE with remedy if the binary is missing or cannot run. The caller
 * owns the result.
 */
SyBuildInfo *sy_build_info_probe(const char *qemu, const char *release, GError **error);

#endif
