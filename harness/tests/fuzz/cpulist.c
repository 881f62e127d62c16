/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPU lists: an accepted one is the same after it was written and read again. */
#include "base/cpulist.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autofree char *written = NULL;
    cpu_set_t first, second;

    if (sy_cpulist_parse(text, &first, NULL)) {
        written = sy_cpulist_format(&first);
        g_assert(sy_cpulist_parse(written, &second, NULL));
        g_assert(CPU_EQUAL(&first, &second));
    }
    return 0;
}
