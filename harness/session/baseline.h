/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the baseline of a build: finds the modded binary and the stock one, and reads both. */
#ifndef SY_SESSION_BASELINE_H
#define SY_SESSION_BASELINE_H

#include "result/baseline.h"

typedef struct {
    const char *spec;  /* the build, as for sy_build_spec_parse(); NULL: the default release */
    const char *qemu;  /* its binary, of the release of `spec`; NULL: where `spec` is built */
    const char *stock; /* the stock binary; NULL: where that release is built */
} SyBaselineBuild;

/*
 * Reads the code of the mods in `build`; blocks for about four seconds. SY_ERROR_USAGE: `spec` is
 * none, or of another flavor than modded; SY_ERROR_UNAVAILABLE: one of the two is not built or
 * unreadable, with the remedy. The caller owns the result.
 */
SyBaseline *sy_baseline_take(const SyBaselineBuild *build, GError **error);

/* The release of `build`; SY_ERROR_USAGE. The caller frees. */
char *sy_baseline_release(const SyBaselineBuild *build, GError **error);

#endif
