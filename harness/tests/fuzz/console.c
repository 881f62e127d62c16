/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lab's console output: any bytes become text that fits on one line of an error message. */
#include "lab/machine-console.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = sy_console_clean((const char *)data, size);
    gsize length = strlen(text);
    g_autofree char *panic = sy_console_cut_panic(text);
    g_autofree char *last = sy_console_last(text, 8, " | ");

    g_assert(g_utf8_validate(text, -1, NULL));
    g_assert(strlen(text) <= length);
    g_assert(!panic || !strchr(panic, '\n'));
    for (const char *c = last; *c; c++) {
        g_assert((guchar)*c >= ' ' || *c == '\t');
    }
    return 0;
}
