/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/results-file.h"

#include "base/error.h"
#include "base/fs.h"
#include "result/run-json.h"

bool sy_results_file_write(const SyRunResult *run, const char *path, GError **error)
{
    g_autofree char *text = sy_run_result_text(run);

    return sy_fs_write_atomic(path, text, -1, error);
}

SyRunResult *sy_results_file_read(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;
    gsize length;

    if (!g_file_get_contents(path, &text, &length, &cause)) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read the results: %s", cause->message);
        return NULL;
    }
    return sy_run_result_parse(text, (gssize)length, path, error);
}
