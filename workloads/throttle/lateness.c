/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/lateness.h"

#include <string.h>

#include "base/error.h"

static const char *const events[] = {"kvm_throttle_kick", "kvm_throttle_wake"};

/* The number after ` NAME ` in a line that begins with `event`, after a timestamp or not. */
static bool find_number(const char *line, const char *event, const char *name, int64_t *value)
{
    g_autofree char *key = g_strdup_printf(" %s ", name);
    const char *at = strstr(line, event);
    char *end;

    if (!at || (at != line && at[-1] != ':') || at[strlen(event)] != ' ') {
        return false;
    }
    at = strstr(at, key);
    if (!at) {
        return false;
    }
    at += strlen(key);
    *value = g_ascii_strtoll(at, &end, 10);
    return end != at && (*end == ' ' || *end == '\0') && *value > -SY_NS_PER_S &&
           *value < SY_NS_PER_S;
}

void lateness_parse(const char *text, Lateness *out)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    out->expiry_ns = out->expiry_ns ? out->expiry_ns : g_array_new(FALSE, FALSE, sizeof(int64_t));
    out->wake_ns = out->wake_ns ? out->wake_ns : g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (char **line = lines; *line; line++) {
        int64_t value;

        if (find_number(*line, events[0], "budget", &value)) {
            value = MAX(0, -value);
            g_array_append_val(out->expiry_ns, value);
        } else if (find_number(*line, events[1], "late", &value)) {
            value = MAX(0, value);
            g_array_append_val(out->wake_ns, value);
        }
    }
}

static bool set_tracing(SyVm *vm, bool enable, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(events); i++) {
        g_autoptr(JsonObject) arguments = json_object_new();
        g_autoptr(JsonNode) reply = NULL;

        json_object_set_string_member(arguments, "name", events[i]);
        json_object_set_boolean_member(arguments, "enable", enable);
        reply = sy_vm_execute(vm, "trace-event-set-state", arguments, error);
        if (!reply) {
            return false;
        }
    }
    return true;
}

/* QEMU's log backend writes to its stderr, which is qemu.log. */
static bool read_log(SyVm *vm, char **text, gsize *length, GError **error)
{
    g_autofree char *path = g_build_filename(sy_vm_run_dir(vm), "qemu.log", NULL);
    g_autoptr(GError) cause = NULL;

    if (!g_file_get_contents(path, text, length, &cause)) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read QEMU's trace: %s", cause->message);
        return false;
    }
    return true;
}

bool lateness_measure(SyVm *vm, int64_t duration_ns, Lateness *out, GError **error)
{
    g_autofree char *before = NULL, *after = NULL;
    gsize skip, length;

    if (!read_log(vm, &before, &skip, error) || !set_tracing(vm, true, error) ||
        !sy_sleep_until_ns(sy_now_ns() + duration_ns, error) || !set_tracing(vm, false, error) ||
        !read_log(vm, &after, &length, error)) {
        return false;
    }
    lateness_parse(after + MIN(skip, length), out);
    return true;
}

void lateness_clear(Lateness *lateness)
{
    g_clear_pointer(&lateness->expiry_ns, g_array_unref);
    g_clear_pointer(&lateness->wake_ns, g_array_unref);
}
