/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/baseline.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "judge/baseline-key.h"
#include "judge/baseline.h"
#include "result/run-json.h"
#include "store/results-file.h"

#define NAME_CHARACTERS G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._+"
#define REMEDY                                                                                     \
    "run the job again with --host lab-exact and record it with `steelyard baseline --record`"

char *sy_baseline_path(const char *results, const char *job)
{
    g_autofree char *name = g_strdup_printf("%s.json", job && *job ? job : "job");

    g_strcanon(name, NAME_CHARACTERS, '-');
    return g_build_filename(results, "baselines", name, NULL);
}

static bool check_key(const SyRunResult *run, const char *path, GError **error)
{
    g_autofree char *key = sy_baseline_key(run->lab->key_parts);

    if (strcmp(key, run->lab->baseline_key) == 0) {
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                "%s: $.lab.baseline_key does not match $.lab.key_parts; the file was edited: "
                "restore it, or " REMEDY,
                path);
    return false;
}

SyRunResult *sy_baseline_read(const char *path, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(SyRunResult) run = NULL;
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_get_contents(path, &text, &length, &cause)) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read the baseline: %s", cause->message);
        return NULL;
    }
    run = sy_run_result_parse_as(text, (gssize)length, path, REMEDY, error);
    if (!run) {
        return NULL;
    }
    if (!sy_baseline_comparable(run, &cause)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s is not a baseline: %s; " REMEDY, path,
                    cause->message);
        return NULL;
    }
    return check_key(run, path, error) ? g_steal_pointer(&run) : NULL;
}

bool sy_baseline_write(const SyRunResult *baseline, const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);

    if (g_mkdir_with_parents(folder, 0777) < 0) {
        sy_error_set_io(error, errno, "cannot make the folder", folder);
        return false;
    }
    return sy_results_file_write(baseline, path, error);
}
