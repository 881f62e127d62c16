/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cpulist.h"

#include <errno.h>

#include "base/error.h"

static bool parse_cpu(const char **cursor, guint64 *cpu)
{
    char *end = NULL;

    if (!g_ascii_isdigit(**cursor)) {
        return false;
    }
    *cpu = g_ascii_strtoull(*cursor, &end, 10);
    *cursor = end;
    return *cpu < CPU_SETSIZE;
}

bool sy_cpulist_parse(const char *text, cpu_set_t *set, GError **error)
{
    const char *cursor = text;

    CPU_ZERO(set);
    for (;;) {
        guint64 first, last;

        if (!parse_cpu(&cursor, &first)) {
            break;
        }
        last = first;
        if (*cursor == '-') {
            cursor++;
            if (!parse_cpu(&cursor, &last) || last < first) {
                break;
            }
        }
        for (guint64 cpu = first; cpu <= last; cpu++) {
            CPU_SET(cpu, set);
        }
        if (*cursor == '\0') {
            return true;
        }
        if (*cursor++ != ',') {
            break;
        }
    }
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                "'%s' is not a CPU list; write it as in \"0\" or \"0-1,3\"", text);
    return false;
}

char *sy_cpulist_format(const cpu_set_t *set)
{
    GString *out = g_string_new(NULL);

    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        int last = cpu;

        if (!CPU_ISSET((size_t)cpu, set)) {
            continue;
        }
        while (last + 1 < CPU_SETSIZE && CPU_ISSET((size_t)last + 1, set)) {
            last++;
        }
        g_string_append_printf(out, "%s%d", out->len ? "," : "", cpu);
        if (last > cpu) {
            g_string_append_printf(out, "-%d", last);
        }
        cpu = last;
    }
    return g_string_free(out, FALSE);
}

void sy_cpulist_set_refused(GError **error, int errno_value, const char *who, const char *text)
{
    g_autofree char *usable = NULL;
    cpu_set_t set;

    if (errno_value != EINVAL || sched_getaffinity(0, sizeof(set), &set) < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "%s cannot run on CPUs %s: %s", who, text,
                    g_strerror(errno_value));
        return;
    }
    usable = sy_cpulist_format(&set);
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                "%s cannot run on CPUs %s: this process may use %s; give some of these", who, text,
                usable);
}
