/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/hosts.h"

#include "result/host-mode.h"

char *sy_hosts_case(const SyCaseResult *result)
{
    if (!result->host_mode) {
        return NULL;
    }
    return g_strconcat(result->host_mode, result->host_why ? ": " : NULL, result->host_why, NULL);
}

GStrv sy_hosts_lines(const SyRunResult *run)
{
    g_autoptr(GStrvBuilder) lines = g_strv_builder_new();
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    bool any = false;

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);
        char *name = sy_hosts_case(result);
        gpointer known, count;

        any = any || sy_host_mode_is_lab(result->host_mode);
        if (!name) {
            continue;
        }
        if (g_hash_table_lookup_extended(counts, name, &known, &count)) {
            g_hash_table_insert(counts, known, GUINT_TO_POINTER(GPOINTER_TO_UINT(count) + 1));
            g_free(name);
        } else {
            g_ptr_array_add(names, name);
            g_hash_table_insert(counts, name, GUINT_TO_POINTER(1));
        }
    }
    for (guint i = 0; any && i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *line =
            g_strdup_printf("%u %s", GPOINTER_TO_UINT(g_hash_table_lookup(counts, name)), name);

        g_strv_builder_add(lines, line);
    }
    return g_strv_builder_end(lines);
}
