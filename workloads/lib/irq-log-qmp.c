/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/irq-log-qmp.h"

#include "base/error.h"
#include "vm/inspect.h"
#include "vm/json.h"

static bool run(SyVm *vm, JsonObject *arguments, GError **error)
{
    g_autoptr(JsonNode) reply = sy_vm_execute(vm, "irq-log-set", arguments, error);

    return reply != NULL;
}

bool irq_log_begin(SyVm *vm, const char *sink, const char *path, GError **error)
{
    g_autoptr(JsonObject) arguments = json_object_new();

    json_object_set_boolean_member(arguments, "enable", TRUE);
    json_object_set_string_member(arguments, "sink", sink);
    if (path) {
        json_object_set_string_member(arguments, "path", path);
    }
    return sy_vm_has_command(vm, "irq-log-set", error) && run(vm, arguments, error);
}

bool irq_log_end(SyVm *vm, GError **error)
{
    g_autoptr(JsonObject) arguments = json_object_new();

    json_object_set_boolean_member(arguments, "enable", FALSE);
    return run(vm, arguments, error);
}

bool irq_log_status(SyVm *vm, IrqLogStatus *status, GError **error)
{
    g_autoptr(JsonNode) reply = sy_vm_execute(vm, "query-irq-log-status", NULL, error);
    JsonObject *object = sy_json_object(reply);

    if (!reply) {
        return false;
    }
    if (!object || !sy_json_int_member(object, "last-sequence", &status->last_sequence) ||
        !sy_json_int_member(object, "overtaken", &status->overtaken) ||
        !sy_json_int_member(object, "refused", &status->refused) ||
        !sy_json_int_member(object, "written", &status->written)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "query-irq-log-status lacks a count; this QEMU's mods are not this "
                    "steelyard's: `make qemu`");
        return false;
    }
    status->enabled = json_object_get_boolean_member_with_default(object, "enabled", FALSE);
    return true;
}

bool irq_log_drain(SyVm *vm, guint max, gint64 *last, guint *taken, gint64 *dropped, GError **error)
{
    g_autoptr(JsonObject) arguments = json_object_new();
    g_autoptr(JsonNode) reply = NULL;
    JsonObject *newest;
    JsonArray *list;
    gint64 lost;

    json_object_set_int_member(arguments, "since", *last);
    json_object_set_int_member(arguments, "max-entries", max);
    reply = sy_vm_execute(vm, "query-irq-log", arguments, error);
    if (!reply) {
        return false;
    }
    list = JSON_NODE_HOLDS_ARRAY(reply) ? json_node_get_array(reply) : NULL;
    *taken = list ? json_array_get_length(list) : 0;
    if (list && *taken == 0) {
        return true;
    }
    newest = list ? sy_json_object(json_array_get_element(list, *taken - 1)) : NULL;
    if (!newest || !sy_json_int_member(newest, "sequence", last) ||
        !sy_json_int_member(newest, "dropped", &lost)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "query-irq-log returned no records");
        return false;
    }
    *dropped += lost;
    return true;
}
