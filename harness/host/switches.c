/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/switches.h"

#include <string.h>

#include "base/error.h"

/* The number in the line "NAME:\tNUMBER"; `name` includes the newline before it, so that it does
 * not match the end of another name. */
static bool find_number(const char *text, const char *name, uint64_t *out)
{
    const char *at = strstr(text, name);
    char *end;

    if (!at) {
        return false;
    }
    at += strlen(name);
    if (!g_ascii_isdigit(*at)) {
        return false;
    }
    *out = g_ascii_strtoull(at, &end, 10);
    return *end == '\n' || *end == '\0';
}

bool sy_switches_parse(const char *text, SySwitches *out)
{
    return find_number(text, "\nvoluntary_ctxt_switches:\t", &out->voluntary) &&
           find_number(text, "\nnonvoluntary_ctxt_switches:\t", &out->involuntary);
}

bool sy_switches_read(pid_t pid, pid_t tid, SySwitches *out, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/status", (int)pid, (int)tid);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        g_set_error(error, SY_ERROR, SY_ERROR_DIED,
                    "thread %d of process %d does not exist (any more)", (int)tid, (int)pid);
        return false;
    }
    if (!sy_switches_parse(text, out)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "%s does not count context switches", path);
        return false;
    }
    return true;
}
