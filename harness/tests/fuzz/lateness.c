/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The throttle's trace events in QEMU's log. */
#include "tests/fuzz/fuzz.h"
#include "workloads/throttle/lateness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    Lateness late = {0};

    lateness_parse(text, &late);
    for (guint i = 0; i < late.expiry_ns->len; i++) {
        g_assert(g_array_index(late.expiry_ns, int64_t, i) >= 0);
    }
    for (guint i = 0; i < late.wake_ns->len; i++) {
        g_assert(g_array_index(late.wake_ns, int64_t, i) >= 0);
    }
    lateness_clear(&late);
    return 0;
}
