/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/baseline.h"

#include <errno.h>

#include "base/error.h"
#include "base/fs.h"

char *sy_baseline_path(const char *results, const char *release)
{
    g_autofree char *name = g_strconcat(release, ".json", NULL);

    return g_build_filename(results, "baselines", name, NULL);
}

SyBaseline *sy_baseline_read(const char *path, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_get_contents(path, &text, &length, &cause)) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read the baseline: %s", cause->message);
        return NULL;
    }
    return sy_baseline_parse(text, (gssize)length, path, error);
}

bool sy_baseline_write(const SyBaseline *baseline, const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *text = sy_baseline_to_text(baseline);

    if (g_mkdir_with_parents(folder, 0777) < 0) {
        sy_error_set_io(error, errno, "cannot make the folder", folder);
        return false;
    }
    return sy_fs_write_atomic(path, text, -1, error);
}
