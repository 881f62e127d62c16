/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard history: metrics over all runs, and when they changed; import to and export from
 * results/history.db. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/exit-code.h"
#include "base/fs.h"
#include "base/utc.h"
#include "cli/command.h"
#include "report/html-history.h"
#include "report/series.h"
#include "session/session.h"
#include "store/history.h"
#include "store/run-dir.h"

typedef struct {
    char *out, *case_id, *since, *export_run, *report;
    gboolean import, json;
} Options;

/* The UTC time that `text` means: "2026-11-20", a full ISO 8601 time, or "90d" for 90 days ago. The
 * caller frees; NULL with SY_ERROR_USAGE. */
static char *parse_since(const char *text, GError **error)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autofree char *midnight = g_strconcat(text, "T00:00:00Z", NULL);
    g_autoptr(GDateTime) when = NULL;
    guint64 days;
    char *since;
    g_autofree char *number = g_strndup(text, strlen(text) ? strlen(text) - 1 : 0);

    if (g_str_has_suffix(text, "d") &&
        g_ascii_string_to_unsigned(number, 10, 0, 36500, &days, NULL)) {
        g_autoptr(GDateTime) now = g_date_time_new_now_utc();

        when = g_date_time_add_days(now, -(int)days);
    } else {
        when = g_date_time_new_from_iso8601(strlen(text) == 10 ? midnight : text, utc);
    }
    since = when ? sy_utc_format(when) : NULL;
    if (!since) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_USAGE,
            "--since %s: give a date (2026-11-20), a time (2026-11-20T16:08:00Z) or a number "
            "of days ago (90d)",
            text);
    }
    return since;
}

/* Enters the named runs, or all. A run that cannot be entered is reported, and the rest go on. */
static int import(const Options *o, char **runs, GError **error)
{
    const char *results = o->out ? o->out : "results";
    g_autoptr(SyHistory) history = NULL;
    g_auto(GStrv) all = *runs ? g_strdupv(runs) : sy_run_dir_list(results);
    g_autofree char *told = NULL;
    guint entered = 0, refused = 0;
    int code;

    if (!*all) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s has no runs to import", results);
        return sy_cli_fail(*error);
    }
    history = sy_history_open(results, true, error);
    if (!history) {
        return sy_cli_fail(*error);
    }
    for (char **name = all; *name; name++) {
        g_autoptr(GError) why = NULL;
        g_autofree char *run_dir = sy_run_dir_find(results, *name, &why);
        g_autoptr(SyRunResult) run = run_dir ? sy_session_load(run_dir, &why) : NULL;

        if (run && sy_history_import(history, run, &why)) {
            entered++;
        } else {
            refused++;
            sy_cli_say("steelyard: %s: %s", *name, why->message);
        }
    }
    told = g_strdup_printf("%u of %u runs entered into %s/%s\n", entered, entered + refused,
                           results, SY_HISTORY_FILE);
    code = sy_cli_print(told);
    return refused ? SY_EXIT_COULD_NOT_RUN : code;
}

static int export(const Options *o, GError **error)
{
    g_autoptr(SyHistory) history = sy_history_open(o->out ? o->out : "results", false, error);
    g_autofree char *text = history ? sy_history_export(history, o->export_run, error) : NULL;

    return text ? sy_cli_print(text) : sy_cli_fail(*error);
}

static void set_nothing_found(SyHistory *history, const char *metric, GError **error)
{
    g_auto(GStrv) names = sy_history_metrics(history, NULL);
    g_autofree char *list = names ? g_strjoinv(", ", names) : NULL;

    g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                "nothing in the history matches '%s' with these options; it has the metrics: %s",
                metric, list && *list ? list : "none");
}

static int show(const Options *o, const char *metric, GError **error)
{
    SyTerminalStyle style = {.color = sy_cli_colour(1)};
    g_autoptr(SyHistory) history = sy_history_open(o->out ? o->out : "results", false, error);
    g_autofree char *since = o->since && history ? parse_since(o->since, error) : NULL;
    SyHistoryQuery query = {.metric = metric, .case_id = o->case_id, .since = since};
    g_autoptr(GPtrArray) all = NULL;
    g_autofree char *text = NULL;

    if (!history || (o->since && !since)) {
        return sy_cli_fail(*error);
    }
    all = sy_history_query(history, &query, error);
    if (all && all->len == 0) {
        set_nothing_found(history, metric, error);
    }
    if (!all || *error) {
        return sy_cli_fail(*error);
    }
    if (o->report) {
        g_autofree char *page = sy_html_history(all);

        if (!sy_fs_write_atomic(o->report, page, -1, error)) {
            return sy_cli_fail(*error);
        }
    }
    text = o->json ? sy_series_json(all) : sy_series_text(all, &style);
    return sy_cli_print(text);
}

static int history_command(const Options *o, int argc, char **argv, GError **error)
{
    if ((o->import && o->export_run) || (o->export_run && argc > 1)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    o->import ? "give --import, --export or a metric, not several of them"
                              : "--export RUN takes no other arguments");
        return sy_cli_fail(*error);
    }
    if (o->import) {
        return import(o, argv + 1, error);
    }
    if (o->export_run) {
        return export(o, error);
    }
    if (argc != 2) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "give a metric: its name or a glob such as 'share*'; '*' means all");
        return sy_cli_fail(*error);
    }
    return show(o, argv[1], error);
}

int sy_cmd_history(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = {0};
    const GOptionEntry entries[] = {
        {"case", 0, 0, G_OPTION_ARG_STRING, &o.case_id, "only cases whose id matches", "GLOB"},
        {"since", 0, 0, G_OPTION_ARG_STRING, &o.since,
         "only runs since then: a date, a time, or 90d for 90 days ago", "WHEN"},
        {"import", 0, 0, G_OPTION_ARG_NONE, &o.import,
         "enter these runs (ids or folders; default: all), replacing older entries", NULL},
        {"export", 0, 0, G_OPTION_ARG_STRING, &o.export_run, "print a run's results.json", "RUN"},
        {"report", 0, 0, G_OPTION_ARG_FILENAME, &o.report, "also write an HTML page with plots",
         "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o.json, "print JSON", NULL},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out,
         "folder that holds the run folders (default results)", "DIR"},
        G_OPTION_ENTRY_NULL,
    };
    int code = SY_EXIT_USAGE;

    if (sy_cli_parse(
            &argc, &argv, entries, "METRIC | --import [RUN...]",
            "Shows a metric over all runs, and when it changed; imports and exports runs.")) {
        code = history_command(&o, argc, argv, &error);
    }
    g_free(o.out);
    g_free(o.case_id);
    g_free(o.since);
    g_free(o.export_run);
    g_free(o.report);
    return code;
}
