/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/results-text.h"

#include "result/run-json.h"
#include "tests/check.h"

SyRunResult *results_parse(const char *text, GError **error)
{
    return sy_run_result_parse(text, -1, "f.json", error);
}

char *results_swapped(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);

    cr_assert_not_null(at, "fixture lacks %s", from);
    return g_strdup_printf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}
