/* SPDX-License-Identifier: GPL-2.0-or-later */
/* results/baselines: an accepted text is the same after it was written and read again. */
#include "result/baseline.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(SyBaseline) baseline =
        sy_baseline_parse((const char *)data, (gssize)size, "fuzz.json", NULL);

    if (baseline) {
        g_autofree char *first = sy_baseline_to_text(baseline);
        g_autoptr(SyBaseline) again = sy_baseline_parse(first, -1, "fuzz.json", NULL);
        g_autofree char *second = again ? sy_baseline_to_text(again) : NULL;

        g_assert_cmpstr(first, ==, second);
    }
    return 0;
}
