/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/job-lines.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"

struct SyJobLines {
    GHashTable *at; /* "group" or "group\nkey" -> line */
};

static char *make_key(const char *group, const char *key)
{
    return key ? g_strconcat(group, "\n", key, NULL) : g_strdup(group);
}

static bool note(SyJobLines *lines, const char *path, guint line, const char *group,
                 const char *key, GError **error)
{
    char *name = make_key(group, key);
    guint former = GPOINTER_TO_UINT(g_hash_table_lookup(lines->at, name));

    if (former) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s:%u: %s%s%s is given twice, first in line %u%s", path, line, key ? "" : "[",
                    key ? key : group, key ? "" : "]", former,
                    key ? "; use one comma list" : "; add a label: [WORKLOAD LABEL]");
        g_free(name);
        return false;
    }
    g_hash_table_insert(lines->at, name, GUINT_TO_POINTER(line));
    return true;
}

SyJobLines *sy_job_lines_scan(const char *path, const char *text, GError **error)
{
    g_autoptr(SyJobLines) lines = g_new0(SyJobLines, 1);
    g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
    g_autofree char *group = NULL;

    lines->at = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; rows[i]; i++) {
        char *row = g_strstrip(rows[i]);
        gsize length = strlen(row);
        char *equals = strchr(row, '=');

        if (length == 0 || row[0] == '#') {
            continue;
        }
        if (row[0] == '[' && length > 2 && row[length - 1] == ']') {
            g_free(group);
            group = g_strndup(row + 1, length - 2);
            if (!note(lines, path, i + 1, group, NULL, error)) {
                return NULL;
            }
        } else if (group && equals && equals != row) {
            *equals = '\0';
            if (!note(lines, path, i + 1, group, g_strchomp(row), error)) {
                return NULL;
            }
        } else {
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                        "%s:%u: '%s' is neither [section] nor key = value%s", path, i + 1, row,
                        equals && !group ? " inside a section" : "");
            return NULL;
        }
    }
    return g_steal_pointer(&lines);
}

guint sy_job_lines_find(const SyJobLines *lines, const char *group, const char *key)
{
    g_autofree char *name = make_key(group, key);
    guint line = GPOINTER_TO_UINT(g_hash_table_lookup(lines->at, name));

    return line || !key ? line : sy_job_lines_find(lines, group, NULL);
}

void sy_job_lines_free(SyJobLines *lines)
{
    if (lines) {
        g_hash_table_unref(lines->at);
        g_free(lines);
    }
}
