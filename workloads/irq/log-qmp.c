/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/irq/log-qmp.h"

#include <string.h>

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
                    "query-irq-log-status lacks a counter: QEMU's mods are of another version than "
                    "steelyard; `make qemu` rebuilds QEMU");
        return false;
    }
    status->enabled = json_object_get_boolean_member_with_default(object, "enabled", FALSE);
    return true;
}

/*
 * How many records `text` holds, and where the last one starts: each has one such member, and
 * inside a string its quotation marks would be escaped.
 */
static guint count_records(const char *text, const char **newest)
{
    static const char mark[] = "\"sequence\":";
    guint n = 0;

    *newest = NULL;
    for (text = strstr(text, mark); text; text = strstr(text + strlen(mark), mark)) {
        *newest = text;
        n++;
    }
    return n;
}

/* The number after the member name `name` in `text`, a part of an object. */
static bool number_after(const char *text, const char *name, gint64 *value)
{
    g_autofree char *mark = g_strdup_printf("\"%s\":", name);
    const char *found = strstr(text, mark);
    char *end = NULL;

    if (!found) {
        return false;
    }
    *value = g_ascii_strtoll(found + strlen(mark), &end, 10);
    return end > found + strlen(mark);
}

bool irq_log_drain(SyVm *vm, guint max, gint64 *last, guint *taken, gint64 *dropped, GError **error)
{
    g_autoptr(JsonObject) arguments = json_object_new();
    g_autofree char *reply = NULL;
    const char *newest;
    gint64 lost;

    json_object_set_int_member(arguments, "since", *last);
    json_object_set_int_member(arguments, "max-entries", max);
    /* Parsing a MiB of records into a tree takes longer than QEMU needs to write them. */
    reply = sy_vm_execute_raw(vm, "query-irq-log", arguments, error);
    if (!reply) {
        return false;
    }
    *taken = count_records(reply, &newest);
    if (*taken == 0 && strcmp(reply, "[]") == 0) {
        return true;
    }
    /* "dropped" comes after "sequence", or before it in the same object. */
    if (newest) {
        while (newest > reply && *newest != '{') {
            newest--;
        }
    }
    if (!newest || !number_after(newest, "sequence", last) ||
        !number_after(newest, "dropped", &lost)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "query-irq-log returned something that is not a list of records");
        return false;
    }
    *dropped += lost;
    return true;
}
