/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two kinds of `steelyard compare` share. */
#ifndef SY_CLI_COMPARE_H
#define SY_CLI_COMPARE_H

#include <glib.h>
#include <stdbool.h>

#include "run/contrast.h"

typedef struct {
    SyContrastRule rule;
    char *filter, *metric, *out;
    bool json;
} SyCompareOptions;

/* Prints the comparison on stdout; returns the exit code. */
int sy_compare_show(const SyContrast *contrast, bool json);

#endif
