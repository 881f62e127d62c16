/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/irq/log-qmp.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "vm/inspect.h"
#include "vm/json.h"

/* A million records, the most that a ring holds, take seconds to write. */
#define SINK_LIMIT_NS (60 * SY_NS_PER_S)

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

/* QEMU does not wait for its sink. */
static bool await_sink(SyVm *vm, GError **error)
{
    int64_t deadline_ns = sy_now_ns() + SINK_LIMIT_NS;
    IrqLogStatus status;

    for (;;) {
        if (!irq_log_status(vm, &status, error)) {
            return false;
        }
        if (status.unwritten == 0) {
            return true;
        }
        if (sy_now_ns() >= deadline_ns) {
            g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT,
                        "%" G_GINT64_FORMAT " records of the IRQ log are still not written",
                        status.unwritten);
            return false;
        }
        if (!sy_sleep_until_ns(sy_now_ns() + SY_NS_PER_MS, error)) {
            return false;
        }
    }
}

bool irq_log_end(SyVm *vm, GError **error)
{
    g_autoptr(JsonObject) arguments = json_object_new();

    json_object_set_boolean_member(arguments, "enable", FALSE);
    return run(vm, arguments, error) && await_sink(vm, error);
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
        !sy_json_int_member(object, "unwritten", &status->unwritten) ||
        !sy_json_int_member(object, "written", &status->written)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "query-irq-log-status lacks a counter: QEMU's mods are of another version than "
                    "steelyard; `make qemu` rebuilds QEMU");
        return false;
    }
    status->enabled = json_object_get_boolean_member_with_default(object, "enabled", FALSE);
    return true;
}

/* How many records `text` holds: each has one such member, and inside a string its quotation marks
 * would be escaped. */
static guint count_records(const char *text)
{
    static const char mark[] = "\"sequence\":";
    guint n = 0;

    for (text = strstr(text, mark); text; text = strstr(text + strlen(mark), mark)) {
        n++;
    }
    return n;
}

/* The number after the member name `name` in `text`, which only one member has. */
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
    gint64 lost;

    json_object_set_int_member(arguments, "since", *last);
    json_object_set_int_member(arguments, "max-entries", max);
    /* Parsing records into a tree takes longer than QEMU needs to write them. */
    reply = sy_vm_execute_raw(vm, "query-irq-log", arguments, error);
    if (!reply) {
        return false;
    }
    if (!number_after(reply, "last-examined", last) || !number_after(reply, "lost", &lost)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "the reply of query-irq-log lacks last-examined or lost: QEMU's mods are of "
                    "another version than steelyard; `make qemu` rebuilds QEMU");
        return false;
    }
    *taken = count_records(reply);
    *dropped += lost;
    return true;
}
