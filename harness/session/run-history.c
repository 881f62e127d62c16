/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/run-history.h"

#include "base/error.h"
#include "report/html-history.h"
#include "store/history.h"

/* More than a year of nightly runs. */
#define EARLIER_RUNS 400

bool sy_run_history_enter(const SyRunResult *run, const char *results_dir, GError **error)
{
    g_autoptr(SyHistory) history = NULL;

    if (sy_run_result_faulty(run)) {
        return true;
    }
    history = sy_history_open(results_dir, true, error);
    return history && sy_history_import(history, run, error);
}

/* False with an error unless there is a history and it could be read. */
static bool fill(const SyRunResult *run, const char *run_dir, GPtrArray *all, GError **error)
{
    g_autofree char *whole = g_canonicalize_filename(run_dir, NULL);
    g_autofree char *results = g_path_get_dirname(whole);
    g_autoptr(SyHistory) history = sy_history_open(results, false, error);

    return history && sy_history_fill(history, run, all, EARLIER_RUNS, error);
}

char *sy_run_history_section(const SyRunResult *run, const char *run_dir, char **trouble)
{
    g_autoptr(GPtrArray) all = sy_series_of_run(run);
    g_autoptr(GError) error = NULL;
    const char *why = NULL;

    if (!fill(run, run_dir, all, &error) &&
        !g_error_matches(error, SY_ERROR, SY_ERROR_UNAVAILABLE)) {
        why = error->message;
    }
    sy_series_judge(all);
    if (trouble) {
        *trouble = g_strdup(why);
    }
    return sy_html_run_history(all, why);
}
