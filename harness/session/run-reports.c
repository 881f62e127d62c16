/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/run-reports.h"

#include "base/fs.h"
#include "report/html-figures.h"
#include "report/html.h"
#include "report/junit.h"
#include "report/summary.h"
#include "result/run-json.h"
#include "session/run-history.h"
#include "store/run-dir.h"

static char *render_page(const SyRunResult *run, const char *history)
{
    g_autoptr(GPtrArray) plots = sy_html_plots(run);

    return sy_html_render(run, plots, history);
}

/* A format is a row here; it has one of the two functions. The caller frees what they return. */
static const struct {
    const char *name;
    char *(*render)(const SyRunResult *run);
    char *(*render_with_history)(const SyRunResult *run, const char *history);
} files[] = {
    {SY_RUN_RESULTS, .render = sy_run_result_text},
    {SY_RUN_JUNIT, .render = sy_junit_render},
    {SY_RUN_REPORT, .render_with_history = render_page},
    {SY_RUN_SUMMARY, .render = sy_summary_render},
};

bool sy_run_reports_write(const SyRunResult *run, const char *run_dir, char **no_history,
                          GError **error)
{
    g_autofree char *history = sy_run_history_section(run, run_dir, no_history);

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(run_dir, files[i].name, NULL);
        g_autofree char *text =
            files[i].render ? files[i].render(run) : files[i].render_with_history(run, history);

        if (!sy_fs_write_atomic(path, text, -1, error)) {
            return false;
        }
    }
    return true;
}
