/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/phases.h"

#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"
#include "vm/json.h"

#define LIMIT_NS (60 * SY_NS_PER_S)

const char *const phase_names[PHASES] = {"open",      "vm",  "memory", "vcpu",
                                         "registers", "run", "rest"};

static bool read_phases(JsonObject *top, Phases *phases)
{
    JsonObject *object = sy_json_object_member(top, "phase_ns");
    gint64 ns, left;

    if (!object || !sy_json_int_member(top, "first_exit_ns", &left)) {
        return false;
    }
    phases->first_exit_us = (double)left / SY_NS_PER_US;
    for (guint i = 0; i < PHASES - 1; i++) {
        if (!sy_json_int_member(object, phase_names[i], &ns) || ns < 0 || ns > left) {
            return false;
        }
        phases->phase_us[i] = (double)ns / SY_NS_PER_US;
        left -= ns;
    }
    phases->phase_us[PHASES - 1] = (double)left / SY_NS_PER_US;
    return true;
}

bool phases_parse(const char *text, Phases *phases, GError **error)
{
    g_autofree char *line = g_strchomp(g_strdup(text)); /* without the newline at its end */
    g_autoptr(JsonObject) top = sy_json_parse_object(line, strlen(line));

    if (!top || !read_phases(top, phases)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "no phases in what mini-kvm --json printed: %.200s", text);
        return false;
    }
    return true;
}

bool phases_measure(const char *program, const char *image, const char *file, Phases *phases,
                    GError **error)
{
    const char *argv[] = {program, "--json", image, NULL};
    g_autoptr(SyChild) child = NULL;
    g_autofree char *text = NULL;

    unlink(file);
    child = sy_child_spawn(argv, &(SyChildOptions){.output_path = file}, error);
    if (!child) {
        return false;
    }
    if (!sy_child_wait(child, sy_now_ns() + LIMIT_NS)) {
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "mini-kvm took more than a minute");
        return false;
    }
    if (!g_file_get_contents(file, &text, NULL, error)) {
        return false;
    }
    if (!sy_child_succeeded(child)) {
        g_autofree char *how = sy_child_describe_exit(child);

        g_set_error(error, SY_ERROR, SY_ERROR_DIED, "mini-kvm: %s: %.200s", how, g_strstrip(text));
        return false;
    }
    return phases_parse(text, phases, error);
}
