/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"

#include <errno.h>

GQuark sy_error_quark(void)
{
    return g_quark_from_static_string("steelyard");
}

/* `what` and `path` as in sy_error_set_io(). */
static const char *access_remedy(const char *what, const char *path)
{
    if (g_str_has_prefix(what, "cannot read")) {
        return "; this user may not read it";
    }
    if (g_str_has_prefix(path, "/proc/") || g_str_has_prefix(path, "/sys/")) {
        return ""; /* these are in no other folder */
    }
    return "; choose a folder this user may write";
}

static const char *io_remedy(int errno_value, const char *what, const char *path)
{
    switch (errno_value) {
    case ENOSPC:
    case EDQUOT:
        return "; free some space there";
    case EFBIG:
        return "; raise the file size limit (ulimit -f)";
    case EACCES:
    case EPERM:
    case EROFS:
        return access_remedy(what, path);
    case EMFILE:
    case ENFILE:
        return "; raise the open file limit (ulimit -n)";
    default:
        return "";
    }
}

void sy_error_set_io(GError **error, int errno_value, const char *what, const char *path)
{
    g_set_error(error, SY_ERROR, SY_ERROR_IO, "%s %s: %s%s", what, path, g_strerror(errno_value),
                io_remedy(errno_value, what, path));
}
