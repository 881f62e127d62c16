/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/archive-path.h"

#include <string.h>

#include <glib.h>

bool sy_archive_path_ok(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    guint count = g_strv_length(parts);

    if (count > 1 && parts[count - 1][0] == '\0') {
        count--; /* a folder's name may end in a slash */
    }
    for (guint i = 0; i < count; i++) {
        if (parts[i][0] == '\0' || strcmp(parts[i], "..") == 0) {
            return false;
        }
    }
    return count > 0 && count <= SY_ARCHIVE_DEPTH;
}

bool sy_archive_link_ok(const char *path, const char *target)
{
    int depth = 0; /* of the folder that holds the link */

    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        depth++;
    }
    for (; g_str_has_prefix(target, "../") && depth > 0; depth--) {
        target += strlen("../");
    }
    return sy_archive_path_ok(target) || (strcmp(target, "..") == 0 && depth > 0);
}
