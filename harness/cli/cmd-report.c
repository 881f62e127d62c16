/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard report: shows a run again, from its journal, and writes its report files again. */
#include <stdio.h>

#include "base/exit-code.h"
#include "cli/command.h"
#include "report/terminal.h"
#include "result/run-json.h"
#include "session/run-reports.h"
#include "session/session.h"
#include "store/run-dir.h"

static char *render(const SyRunResult *run, const char *run_dir)
{
    SyTerminalStyle style = {.color = sy_cli_colour(1)};
    g_autofree char *report = g_build_filename(run_dir, SY_RUN_REPORT, NULL);
    g_autofree char *summary = sy_terminal_summary(run, report, &style);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < run->cases->len; i++) {
        g_autofree char *line = sy_terminal_case(g_ptr_array_index(run->cases, i), &style);

        g_string_append(out, line);
    }
    g_string_append(out, summary);
    return g_string_free(out, FALSE);
}

int sy_cmd_report(int argc, char **argv)
{
    gboolean json = FALSE;
    g_autofree char *results = NULL, *run_dir = NULL, *text = NULL, *no_history = NULL;
    int code = SY_EXIT_PASS, printed;
    g_autoptr(GError) error = NULL;
    g_autoptr(SyRunResult) run = NULL;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "print results.json on stdout", NULL},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &results,
         "folder that holds the run folders (default results)", "DIR"},
        G_OPTION_ENTRY_NULL,
    };

    if (!sy_cli_parse(
            &argc, &argv, entries, "[RUN]",
            "Shows a run (an id, a folder, or the latest), and writes its report files again.")) {
        return SY_EXIT_USAGE;
    }
    if (argc > 2) {
        return sy_cli_usage("give one run at most");
    }
    run_dir =
        sy_run_dir_find(results ? results : "results", argc == 2 ? argv[1] : "latest", &error);
    run = run_dir ? sy_session_load(run_dir, &error) : NULL;
    if (!run) {
        return sy_cli_fail(error);
    }
    if (!sy_run_reports_write(run, run_dir, &no_history, &error)) {
        code = sy_cli_fail(error); /* the run is shown nevertheless */
    }
    if (no_history) {
        sy_cli_say("steelyard: report.html has no history plots: %s", no_history);
    }
    text = json ? sy_run_result_text(run) : render(run, run_dir);
    printed = sy_cli_print(text);
    return code != SY_EXIT_PASS ? code : printed;
}
