/* SPDX-License-Identifier: GPL-2.0-or-later */
/* results.json: an accepted text is the same after it was written and read again. */
#include "judge/comparison.h"
#include "result/run-json.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(SyRunResult) run =
        sy_run_result_parse((const char *)data, (gssize)size, "fuzz.json", NULL);

    if (run) {
        g_autofree char *first = sy_run_result_text(run);
        g_autoptr(SyRunResult) again = sy_run_result_parse(first, -1, "fuzz.json", NULL);
        g_autofree char *second = again ? sy_run_result_text(again) : NULL;

        g_assert_cmpstr(first, ==, second);
        sy_comparisons_judge(run); /* whatever it compares */
    }
    return 0;
}
