/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a comparison of two runs found, as JSON: docs/RESULTS.md has the fields. */
#ifndef SY_RUN_CONTRAST_JSON_H
#define SY_RUN_CONTRAST_JSON_H

#include "run/contrast.h"

/* comparison.json, schema 1: equal comparisons give equal bytes. The caller frees. */
char *sy_contrast_json(const SyContrast *contrast);

#endif
