/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <sys/stat.h>

#include "result/run-json.h"
#include "store/history-own.h"
#include "tests/check.h"
#include "tests/sample-run.h"

static char *db_path(const char *folder)
{
    return g_build_filename(folder, SY_HISTORY_FILE, NULL);
}

/* The sample run as run number `i`, a day each. */
static SyRunResult *run_number(int i)
{
    SyRunResult *run = sample_run();
    SyCaseResult *first = g_ptr_array_index(run->cases, 0);

    g_free(run->id);
    g_free(run->started);
    run->id = g_strdup_printf("202611%02dT000000Z-nightly", i);
    run->started = g_strdup_printf("2026-11-%02dT00:00:00Z", i);
    run->exit = 1;
    ((SyMetric *)g_ptr_array_index(first->metrics, 0))->median = i;
    return run;
}

static void enter(SyHistory *history, int i)
{
    g_autoptr(SyRunResult) run = run_number(i);
    GError *error = NULL;

    cr_assert(sy_history_import(history, run, &error), "%s", error ? error->message : "");
}

static SyHistory *open_new(const char *folder)
{
    GError *error = NULL;
    SyHistory *history = sy_history_open(folder, true, &error);

    check_no_error(error);
    return history;
}

static GPtrArray *ask(SyHistory *history, const char *metric, const char *case_id,
                      const char *since)
{
    const SyHistoryQuery query = {.metric = metric, .case_id = case_id, .since = since};
    GError *error = NULL;
    GPtrArray *all = sy_history_query(history, &query, &error);

    check_no_error(error);
    return all;
}

Test(history, what_went_in_comes_out_in_the_order_of_time)
{
    char *folder = check_folder();
    g_autoptr(SyRunResult) third = run_number(3);
    const char *id = ((SyCaseResult *)g_ptr_array_index(third->cases, 0))->id;
    g_autofree char *text = sy_run_result_text(third), *out = NULL, *path = db_path(folder);
    SyHistory *history = open_new(folder);
    g_autoptr(GPtrArray) all = NULL;
    const SySeries *series;
    struct stat st;
    GError *error = NULL;

    enter(history, 3);
    enter(history, 1);
    enter(history, 2);
    all = ask(history, "share_error_pct", id, NULL);
    cr_assert_eq(all->len, 1);
    series = g_ptr_array_index(all, 0);
    cr_assert_str_eq(series->case_id, id);
    cr_assert_str_eq(series->unit, "%");
    cr_assert_str_eq(series->host, third->host->fingerprint);
    cr_assert_eq(series->better, SY_BETTER_TARGET);
    cr_assert_eq(series->points->len, 3);
    for (guint i = 0; i < 3; i++) {
        const SySeriesPoint *p = g_ptr_array_index(series->points, i);

        cr_assert_eq(p->median, i + 1);
        cr_assert_eq(p->n, 3);
        cr_assert_not(isnan(p->ci95[0]));
    }
    out = sy_history_export(history, "20261103T000000Z-nightly", &error);
    check_no_error(error);
    cr_assert_str_eq(out, text, "results.json comes out as it went in");
    cr_assert(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    sy_history_close(history);
    check_folder_remove(folder);
}

Test(history, a_run_that_is_entered_twice_is_in_it_once)
{
    char *folder = check_folder();
    SyHistory *history = open_new(folder);
    g_autoptr(GPtrArray) once = NULL, twice = NULL;

    enter(history, 1);
    once = ask(history, NULL, NULL, NULL);
    enter(history, 1);
    twice = ask(history, NULL, NULL, NULL);
    cr_assert_gt(once->len, 3);
    cr_assert_eq(once->len, twice->len);
    for (guint i = 0; i < twice->len; i++) {
        cr_assert_eq(((SySeries *)g_ptr_array_index(twice, i))->points->len, 1);
    }
    sy_history_close(history);
    check_folder_remove(folder);
}

Test(history, asks_by_metric_case_and_time)
{
    char *folder = check_folder();
    SyHistory *history = open_new(folder);
    g_autoptr(GPtrArray) metric = NULL, none = NULL, since = NULL;
    g_auto(GStrv) names = NULL;
    GError *error = NULL;

    for (int i = 1; i <= 9; i++) {
        enter(history, i);
    }
    metric = ask(history, "over*", NULL, NULL);
    cr_assert_eq(metric->len, 1);
    cr_assert_str_eq(((SySeries *)g_ptr_array_index(metric, 0))->metric, "overhead_us");
    none = ask(history, NULL, "nothing*", NULL);
    cr_assert_eq(none->len, 0);
    since = ask(history, "overhead_us", NULL, "2026-11-07T00:00:00Z");
    cr_assert_eq(((SySeries *)g_ptr_array_index(since, 0))->points->len, 3);
    names = sy_history_metrics(history, &error);
    cr_assert(g_strv_contains((const char *const *)names, "overhead_us"));
    cr_assert_not(g_strv_contains((const char *const *)names, "throughput"), "never measured");
    cr_assert_null(sy_history_export(history, "nosuch", &error));
    check_error(error, SY_ERROR_USAGE, "'nosuch' is not in the history");
    sy_history_close(history);
    check_folder_remove(folder);
}

/* Other hosts, modes, flavors: never in one series. In lab-exact the machine does not matter. */
Test(history, what_must_not_be_compared_is_in_series_of_its_own)
{
    static const struct {
        const char *mode, *fingerprint, *flavor;
        guint series;
    } steps[] = {
        {"native", "aaaa", "modded", 1},    {"native", "bbbb", "modded", 2},
        {"lab", "aaaa", "modded", 3},       {"lab-exact", "aaaa", "modded", 4},
        {"lab-exact", "bbbb", "modded", 4}, {"lab-exact", "bbbb", "stock", 5},
    };
    char *folder = check_folder();
    SyHistory *history = open_new(folder);

    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autoptr(SyRunResult) run = run_number((int)i + 1);
        SyCaseResult *first = g_ptr_array_index(run->cases, 0);
        g_autoptr(GPtrArray) all = NULL;
        GError *error = NULL;

        g_free(first->host_mode);
        first->host_mode = g_strdup(steps[i].mode);
        g_free(run->host->fingerprint);
        run->host->fingerprint = g_strdup(steps[i].fingerprint);
        g_free(run->build->flavor);
        run->build->flavor = g_strdup(steps[i].flavor);
        cr_assert(sy_history_import(history, run, &error));
        all = ask(history, "share_error_pct", first->id, NULL);
        cr_assert_eq(all->len, steps[i].series, "step %u", i);
    }
    sy_history_close(history);
    check_folder_remove(folder);
}

Test(history, runs_that_say_nothing_about_a_build_are_refused)
{
    char *folder = check_folder();
    SyHistory *history = open_new(folder);
    g_autoptr(SyRunResult) unfinished = run_number(1), faulty = run_number(2);
    char *argv[] = {"run", "--fault=quota=+10%", NULL};
    g_autoptr(GPtrArray) all = NULL;
    GError *error = NULL;

    unfinished->exit = -1;
    cr_assert_not(sy_history_import(history, unfinished, &error));
    check_error(error, SY_ERROR_USAGE, "has not ended");
    g_strfreev(faulty->argv);
    faulty->argv = g_strdupv(argv);
    cr_assert_not(sy_history_import(history, faulty, &error));
    check_error(error, SY_ERROR_USAGE, "--fault");
    all = ask(history, NULL, NULL, NULL);
    cr_assert_eq(all->len, 0);
    sy_history_close(history);
    check_folder_remove(folder);
}

Test(history, hostile_texts_come_out_as_results_json_has_them)
{
    char *folder = check_folder();
    SyHistory *history = open_new(folder);
    const char *const *text = sample_hostile_texts();

    for (; *text; text++) {
        g_autoptr(SyRunResult) run = sample_run_of_text(*text);
        g_autofree char *want = NULL, *got = NULL, *name = NULL;
        GError *error = NULL;

        run->exit = 0;
        g_free(run->started);
        run->started = g_strdup("2026-11-20T16:08:00Z");
        if (sy_run_result_faulty(run) || !*run->id) {
            continue;
        }
        want = sy_run_result_text(run);
        cr_assert(sy_history_import(history, run, &error), "%s", error ? error->message : "");
        got = sy_history_export(history, run->id, &error);
        cr_assert_str_eq(got, want);
    }
    sy_history_close(history);
    check_folder_remove(folder);
}

/* The file `path` must be as it was after an attempt to open it that ends in `words`. */
static void check_refused(const char *folder, const char *words)
{
    g_autofree char *path = db_path(folder), *before = NULL, *after = NULL;
    gsize length, length_after;
    GError *error = NULL;

    cr_assert(g_file_get_contents(path, &before, &length, NULL));
    cr_assert_null(sy_history_open(folder, true, &error));
    cr_assert_not_null(error);
    cr_assert_not_null(strstr(error->message, "move it away"), "no remedy: %s", error->message);
    check_error(error, SY_ERROR_USAGE, words);
    cr_assert(g_file_get_contents(path, &after, &length_after, NULL));
    cr_assert(length == length_after && memcmp(before, after, length) == 0,
              "what was refused was changed");
}

static void write_file(const char *folder, const void *data, gssize length)
{
    g_autofree char *path = db_path(folder);

    cr_assert(g_file_set_contents(path, data, length, NULL));
}

Test(history, what_is_no_database_is_refused_and_left)
{
    char *folder = check_folder();

    write_file(folder, "This is not a database, but somebody may still want it.\n", -1);
    check_refused(folder, "file is not a database");
    check_folder_remove(folder);
}

/* Damage in the middle: found before anything is written, wherever it is. */
Test(history, a_damaged_database_is_refused_and_left)
{
    char *folder = check_folder();
    g_autofree char *path = db_path(folder), *good = NULL;
    SyHistory *history = open_new(folder);
    gsize length;

    for (int i = 1; i <= 5; i++) {
        enter(history, i);
    }
    sy_history_close(history);
    cr_assert(g_file_get_contents(path, &good, &length, NULL));
    cr_assert_gt(length, 8 * 4096);
    for (gsize page = 1; page < 6; page++) {
        g_autofree char *bad = g_memdup2(good, length);

        memset(bad + page * 4096, 0x5a, 512);
        write_file(folder, bad, (gssize)length);
        check_refused(folder, "is damaged");
    }
    write_file(folder, good, (gssize)length / 2);
    check_refused(folder, "is damaged");
    write_file(folder, good, (gssize)length);
    sy_history_close(open_new(folder));
    check_folder_remove(folder);
}

/* The medians of the first series of run number `i`, as "1 2 3", with what the history has before
 * it. */
static char *followed(SyHistory *history, SyRunResult *run, guint limit)
{
    g_autoptr(GPtrArray) all = sy_series_of_run(run);
    const SySeries *series = g_ptr_array_index(all, 0);
    GString *text = g_string_new(NULL);
    GError *error = NULL;

    cr_assert(sy_history_fill(history, run, all, limit, &error));
    for (guint i = 0; i < series->points->len; i++) {
        const SySeriesPoint *p = g_ptr_array_index(series->points, i);

        g_string_append_printf(text, "%s%g", i ? " " : "", p->median);
    }
    return g_string_free(text, FALSE);
}

Test(history, a_run_is_followed_through_what_is_comparable_and_earlier)
{
    static const struct {
        const char *what, *text;
    } known[] = {
        {"as it is", "1 2 3 4"}, {"another host", "4"}, {"another release", "4"},
        {"another mode", "4"},   {"another case", "4"}, {"started before all", "4"},
        {"in lab-exact", "4 4"},
    };
    char *folder = check_folder();
    SyHistory *history = open_new(folder);
    g_autofree char *limited = NULL, *again = NULL;
    g_autoptr(SyRunResult) exact = run_number(2), plain = run_number(4);
    SyCaseResult *exact_case = g_ptr_array_index(exact->cases, 0);

    for (int i = 1; i <= 6; i += i == 3 ? 2 : 1) {
        enter(history, i);
    }
    /* On another host: in lab-exact that decides nothing. */
    g_free(exact->id);
    exact->id = g_strdup("20261102T000001Z-exact");
    g_free(exact->host->fingerprint);
    exact->host->fingerprint = g_strdup("0000000000000000");
    g_free(exact_case->host_mode);
    exact_case->host_mode = g_strdup("lab-exact");
    ((SyMetric *)g_ptr_array_index(exact_case->metrics, 0))->median = 4;
    cr_assert(sy_history_import(history, exact, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autoptr(SyRunResult) run = run_number(4);
        SyCaseResult *first = g_ptr_array_index(run->cases, 0);
        char **field = i == 1   ? &run->host->fingerprint
                       : i == 2 ? &run->build->release
                       : i == 4 ? &first->id
                       : i == 5 ? &run->started
                                : &first->host_mode;
        g_autofree char *text = NULL;

        if (i > 0) {
            g_free(*field);
            *field = g_strdup(i == 5 ? "2026-10-31T00:00:00Z" : i == 6 ? "lab-exact" : "other");
        }
        text = followed(history, run, 100);
        cr_assert_str_eq(text, known[i].text, "%s: %s", known[i].what, text);
    }
    limited = followed(history, plain, 2);
    cr_assert_str_eq(limited, "2 3 4", "the newest of them");
    enter(history, 4);
    again = followed(history, plain, 100);
    cr_assert_str_eq(again, "1 2 3 4", "itself counts once");
    sy_history_close(history);
    check_folder_remove(folder);
}

Test(history, a_history_that_breaks_when_it_is_read_is_named)
{
    char *folder = check_folder();
    SyHistory *history = open_new(folder);
    g_autoptr(SyRunResult) run = run_number(4);
    g_autoptr(GPtrArray) all = sy_series_of_run(run);
    GError *error = NULL;

    cr_assert_eq(sqlite3_exec(history->db, "DROP TABLE points", NULL, NULL, NULL), SQLITE_OK);
    cr_assert_not(sy_history_fill(history, run, all, 100, &error));
    check_error(error, SY_ERROR_IO, "no such table: points");
    sy_history_close(history);
    check_folder_remove(folder);
}

static void exec(const char *folder, const char *sql)
{
    g_autofree char *path = db_path(folder);
    sqlite3 *db = NULL;

    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

Test(history, a_newer_schema_is_refused_and_left)
{
    char *folder = check_folder();

    sy_history_close(open_new(folder));
    exec(folder, "PRAGMA user_version = 99");
    check_refused(folder, "has schema 99");
    check_folder_remove(folder);
}

Test(history, a_database_of_something_else_is_refused_and_left)
{
    char *folder = check_folder();

    exec(folder, "CREATE TABLE bookmarks (url TEXT)");
    check_refused(folder, "of another program");
    check_folder_remove(folder);
}

Test(history, there_is_none_to_read_before_there_is_one)
{
    char *folder = check_folder();
    g_autofree char *path = db_path(folder);
    GError *error = NULL;

    cr_assert_null(sy_history_open(folder, false, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "steelyard history --import");
    cr_assert_not(g_file_test(path, G_FILE_TEST_EXISTS));
    check_folder_remove(folder);
}

/* Three schemas of a history to come: an old one is brought up, with what is in it, or not touched
 * at all if a step fails. */
Test(history, an_older_schema_is_brought_up_in_one_piece)
{
    static const char first[] = "CREATE TABLE t (a); INSERT INTO t VALUES (7)";
    static const char *const one[] = {first, NULL};
    static const char *const bad[] = {first, "ALTER TABLE t ADD COLUMN b",
                                      "INSERT INTO nowhere VALUES (1)", NULL};
    static const char *const good[] = {first, "ALTER TABLE t ADD COLUMN b DEFAULT 8", NULL};
    char *folder = check_folder();
    g_autofree char *path = db_path(folder);
    GError *error = NULL;
    sqlite3_stmt *s;
    sqlite3 *db = sy_history_db_open(path, true, true, one, &error);

    check_no_error(error);
    sqlite3_close(db);
    cr_assert_null(sy_history_db_open(path, true, true, bad, &error));
    check_error(error, SY_ERROR_IO, "nowhere");
    db = sy_history_db_open(path, true, true, good, &error);
    check_no_error(error);
    s = sy_history_db_prepare(
        db, "SELECT a, b, (SELECT user_version FROM pragma_user_version) FROM t", &error);
    cr_assert_eq(sqlite3_step(s), SQLITE_ROW);
    cr_assert_eq(sqlite3_column_int(s, 0), 7);
    cr_assert_eq(sqlite3_column_int(s, 1), 8);
    cr_assert_eq(sqlite3_column_int(s, 2), 2);
    sqlite3_finalize(s);
    sqlite3_close(db);
    check_folder_remove(folder);
}

/* Two that enter runs at once: neither loses one. */
Test(history, two_writers_wait_for_each_other)
{
    char *folder = check_folder();
    SyHistory *a = open_new(folder), *b = open_new(folder);
    g_autoptr(GPtrArray) all = NULL;

    for (int i = 1; i <= 10; i += 2) {
        enter(a, i);
        enter(b, i + 1);
    }
    sy_history_close(b);
    all = ask(a, "overhead_us", NULL, NULL);
    cr_assert_eq(((SySeries *)g_ptr_array_index(all, 0))->points->len, 10);
    sy_history_close(a);
    check_folder_remove(folder);
}
