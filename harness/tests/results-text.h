/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a results.json, read and changed by tests. */
#ifndef SY_TESTS_RESULTS_TEXT_H
#define SY_TESTS_RESULTS_TEXT_H

#include "result/result.h"

/* The run in `text`, as if it were in the file f.json. NULL on error; the caller frees. */
SyRunResult *results_parse(const char *text, GError **error);

/* `text` with the first `from` replaced; fails the test if it is not there. The caller frees. */
char *results_swapped(const char *text, const char *from, const char *to);

#endif
