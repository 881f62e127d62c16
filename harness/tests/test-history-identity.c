/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells one run from another, and the order of runs. */
#include "result/run-json.h"
#include "store/history-own.h"
#include "tests/check.h"
#include "tests/sample-run.h"

static char *folder;
static SyHistory *history;

static void set_up(void)
{
    GError *error = NULL;

    folder = check_folder();
    history = sy_history_open(folder, true, &error);
    check_no_error(error);
}

static void tear_down(void)
{
    sy_history_close(history);
    check_folder_remove(folder);
}

TestSuite(history_identity, .init = set_up, .fini = tear_down);

static void replace(char **text, const char *by)
{
    g_free(*text);
    *text = g_strdup(by);
}

/* A run of the host `fingerprint` whose first metric is `median`. */
static SyRunResult *run_on(const char *fingerprint, double median)
{
    SyRunResult *run = sample_run();
    SyCaseResult *first = g_ptr_array_index(run->cases, 0);

    run->exit = 0;
    replace(&run->host->fingerprint, fingerprint);
    ((SyMetric *)g_ptr_array_index(first->metrics, 0))->median = median;
    return run;
}

static void enter(const SyRunResult *run)
{
    GError *error = NULL;

    cr_assert(sy_history_import(history, run, &error), "%s", error ? error->message : "");
}

/* The series of the first metric of the first case on the host; NULL: there is none. */
static const SySeries *series_on(GPtrArray *all, const char *fingerprint)
{
    for (guint i = 0; i < all->len; i++) {
        const SySeries *series = g_ptr_array_index(all, i);

        if (strcmp(series->host, fingerprint) == 0) {
            return series;
        }
    }
    return NULL;
}

/* The series of the case that run_on() changes. */
static GPtrArray *ask(void)
{
    g_autoptr(SyRunResult) run = sample_run();
    const SyHistoryQuery query = {
        .metric = "share_error_pct",
        .case_id = ((SyCaseResult *)g_ptr_array_index(run->cases, 0))->id,
    };
    GError *error = NULL;
    GPtrArray *all = sy_history_query(history, &query, &error);

    check_no_error(error);
    return all;
}

static double only_median(GPtrArray *all, const char *fingerprint)
{
    const SySeries *series = series_on(all, fingerprint);

    cr_assert_not_null(series, "nothing of host %s", fingerprint);
    cr_assert_eq(series->points->len, 1);
    return ((SySeriesPoint *)g_ptr_array_index(series->points, 0))->median;
}

Test(history_identity, runs_of_two_hosts_with_one_id_are_two_runs)
{
    g_autoptr(SyRunResult) here = run_on("here", 1), there = run_on("there", 2);
    g_autoptr(GPtrArray) all = NULL;
    GError *error = NULL;

    enter(here);
    enter(there);
    all = ask();
    cr_assert_eq(only_median(all, "here"), 1);
    cr_assert_eq(only_median(all, "there"), 2);
    cr_assert_null(sy_history_export(history, here->id, &error));
    check_error(error, SY_ERROR_USAGE, "2 runs with the id");
}

/* Two machines of one kind, and two folders of one machine, have the same fingerprint. */
Test(history_identity, runs_of_one_kind_of_host_are_told_apart_by_their_uuid)
{
    g_autoptr(SyRunResult) one = run_on("here", 1), other = run_on("here", 2);
    g_autofree char *text = NULL, *expected = NULL;
    g_autoptr(GPtrArray) all = NULL;
    GError *error = NULL;

    one->uuid = g_strdup("5b9dd4cc-2e5c-4b54-8a66-2f1d5a1b7c11");
    other->uuid = g_strdup("5b9dd4cc-2e5c-4b54-8a66-2f1d5a1b7c22");
    enter(one);
    enter(other);
    enter(one);
    all = ask();
    cr_assert_eq(series_on(all, "here")->points->len, 2);
    cr_assert_null(sy_history_export(history, one->id, &error));
    check_error(error, SY_ERROR_USAGE, "7c11, 5b9dd4cc");
    text = sy_history_export(history, other->uuid, &error);
    check_no_error(error);
    expected = sy_run_result_text(other);
    cr_assert_str_eq(text, expected);
    cr_assert_not_null(strstr(text, "\"uuid\": \"5b9dd4cc-2e5c-4b54-8a66-2f1d5a1b7c22\""));
}

Test(history_identity, earlier_points_are_those_of_other_runs_alone)
{
    g_autoptr(SyRunResult) run = run_on("here", 1), earlier = run_on("here", 2);
    g_autoptr(GPtrArray) all = sy_series_of_run(run);
    GError *error = NULL;

    replace(&earlier->started,
            "2026-11-20T17:07:59+01:00"); /* a second before, by the clock of UTC */
    replace(&earlier->id, "z");
    enter(run);
    enter(earlier);
    cr_assert(sy_history_fill(history, run, all, 10, &error), "%s", error->message);
    cr_assert_eq(series_on(all, "here")->points->len, 2);
}

Test(history_identity, a_run_that_is_entered_again_replaces_itself_alone)
{
    g_autoptr(SyRunResult) here = run_on("here", 1), there = run_on("there", 2);
    g_autoptr(SyRunResult) again = run_on("there", 3);
    g_autoptr(GPtrArray) all = NULL;

    enter(here);
    enter(there);
    enter(again);
    all = ask();
    cr_assert_eq(only_median(all, "here"), 1);
    cr_assert_eq(only_median(all, "there"), 3);
}

/* Parses the results again with another start. */
static SyRunResult *started_at(const char *id, const char *started, GError **error)
{
    g_autoptr(SyRunResult) run = run_on("here", 1);
    g_autofree char *text = NULL;

    replace(&run->id, id);
    replace(&run->started, started);
    text = sy_run_result_text(run);
    return sy_run_result_parse(text, -1, "results.json", error);
}

Test(history_identity, runs_are_in_the_order_of_time_whatever_the_zone_of_their_clocks)
{
    static const struct {
        const char *id, *started;
    } runs[] = {{"third", "2026-11-20T02:30:00.000Z"},
                {"second", "2026-11-20T03:00:00+01:00"},
                {"fourth", "2026-11-20T02:30:01Z"},
                {"first", "2026-11-19T20:30:00-05:00"}};
    static const char *const order[] = {"first", "second", "third", "fourth"};
    const SyHistoryQuery late = {.metric = "share_error_pct", .since = "2026-11-20T02:15:00Z"};
    g_autoptr(GPtrArray) all = NULL, since = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(runs); i++) {
        GError *error = NULL;
        g_autoptr(SyRunResult) run = started_at(runs[i].id, runs[i].started, &error);

        check_no_error(error);
        enter(run);
    }
    all = ask();
    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        const SySeriesPoint *p =
            g_ptr_array_index(((const SySeries *)g_ptr_array_index(all, 0))->points, i);

        cr_assert_str_eq(p->run, order[i]);
        cr_assert(g_str_has_suffix(p->started, "Z"), "%s", p->started);
    }
    since = sy_history_query(history, &late, NULL);
    cr_assert_eq(((const SySeries *)g_ptr_array_index(since, 0))->points->len, 2);
}

Test(history_identity, what_is_no_time_is_refused_with_its_place)
{
    static const char *const wrong[] = {"",
                                        "yesterday",
                                        "2026-11-20",
                                        "2026-11-20T02:30:00",
                                        "2026-13-20T02:30:00Z",
                                        "0001-01-01T00:00:00+01:00"};

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        GError *error = NULL;

        cr_assert_null(started_at("x", wrong[i], &error), "taken: %s", wrong[i]);
        check_error(error, SY_ERROR_USAGE, "results.json: $.run.started: expected a time");
    }
}

/* A history of schema 1 told runs apart by their id. */
Test(history_identity, a_history_of_schema_1_keeps_all_of_its_runs_and_points)
{
    const char *const first[] = {sy_history_steps[0], NULL};
    g_autoptr(SyRunResult) run = run_on("here", 1);
    g_autofree char *rows = g_strdup_printf(
        "INSERT INTO runs (id, name, started, exit, fingerprint, results) VALUES"
        " (5, '%s', '2026-11-20T17:08:00+01:00', 0, 'here', '{}'),"
        " (7, 'other', '2026-11-20T16:09:00Z', 0, NULL, '{}');"
        "INSERT INTO series VALUES (3, 'share_error_pct', '%s', 'modded:10.0', 'native', 'here',"
        " '%%', 'lower');"
        "INSERT INTO points VALUES (3, 5, 'PASS', 1, 1.5, NULL, NULL),"
        " (3, 7, 'PASS', 1, 2.5, NULL, NULL)",
        run->id, ((SyCaseResult *)g_ptr_array_index(run->cases, 0))->id);
    char *old = check_folder();
    g_autofree char *path = g_build_filename(old, SY_HISTORY_FILE, NULL);
    GError *error = NULL;
    sqlite3 *db = sy_history_db_open(path, true, true, first, &error);
    g_autoptr(GPtrArray) before = NULL, after = NULL;
    const SySeries *series;
    guint points = 0;

    check_no_error(error);
    cr_assert(sy_history_db_exec(db, rows, &error), "%s", error->message);
    sqlite3_close(db);
    sy_history_close(history);
    history = sy_history_open(old, true, &error);
    check_no_error(error);
    before = ask();
    series = g_ptr_array_index(before, 0);
    cr_assert_eq(series->points->len, 2);
    cr_assert_str_eq(((SySeriesPoint *)g_ptr_array_index(series->points, 0))->started,
                     "2026-11-20T16:08:00Z");
    enter(run); /* once more: the old entry goes, with its point */
    after = ask();
    for (guint i = 0; i < after->len; i++) {
        series = g_ptr_array_index(after, i);
        points += series->points->len;
    }
    cr_assert_eq(points, 2);
    check_folder_remove(old);
}
