/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/tracing.h"

#include "base/error.h"

bool sy_vm_trace_flush(SyVm *vm, GError **error)
{
    g_autoptr(JsonObject) arguments = json_object_new();
    g_autoptr(JsonNode) reply = NULL;
    const char *said;

    json_object_set_string_member(arguments, "command-line", "trace-file flush");
    reply = sy_vm_execute(vm, "human-monitor-command", arguments, error);
    if (!reply) {
        return false;
    }
    /* The monitor prints what went wrong, and nothing if all is well. */
    said = JSON_NODE_HOLDS_VALUE(reply) ? json_node_get_string(reply) : NULL;
    if (!said || *said) {
        g_autofree char *words = g_strchomp(g_strdup(said ? said : "something that is not text"));

        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "QEMU's `trace-file flush` printed: %s; is %s built with the trace backend "
                    "`simple`? `make qemu` builds one",
                    words, sy_vm_qemu(vm));
        return false;
    }
    return true;
}

char *sy_vm_trace_path(const SyVm *vm)
{
    return g_build_filename(sy_vm_run_dir(vm), SY_VM_TRACE, NULL);
}
