/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a line of perf script: an event with a kind and a time, or none. */
#include "observe/kvm-script.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *line = g_strndup((const char *)data, size);
    SyKvmEvent event;
    uint64_t lost;
    SyKvmScriptLine kind = sy_kvm_script_line(line, &event, &lost);

    g_assert(kind <= SY_KVM_SCRIPT_BAD);
    g_assert(kind != SY_KVM_SCRIPT_EVENT || (event.kind < SY_KVM_KINDS && event.time_ns >= 0));
    return 0;
}
