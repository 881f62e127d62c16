/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a history without the right to write it: as another user, or on a read-only file
 * system. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "store/history-own.h"
#include "tests/check.h"
#include "tests/sample-run.h"

#define NOBODY 65534

static char *folder;

static void enter(SyHistory *history, const char *id)
{
    g_autoptr(SyRunResult) run = sample_run();
    GError *error = NULL;

    g_free(run->id);
    run->id = g_strdup(id);
    run->exit = 0;
    cr_assert(sy_history_import(history, run, &error), "%s", error ? error->message : "");
}

static SyHistory *open_new(void)
{
    GError *error = NULL;
    SyHistory *history = sy_history_open(folder, true, &error);

    check_no_error(error);
    return history;
}

/* From now on nobody may write in the folder; root becomes a user who may only read. */
static void take_away_write(void)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        cr_assert_eq(g_chmod(path, 0444), 0);
    }
    cr_assert_eq(g_chmod(folder, 0555), 0);
    cr_assert(geteuid() != 0 || seteuid(NOBODY) == 0);
}

static void give_back_write(void)
{
    cr_assert_eq(seteuid(getuid()), 0);
    cr_assert_eq(g_chmod(folder, 0700), 0);
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names, sizes and times of the files in the folder. */
static char *state(void)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct stat st;

        cr_assert_eq(stat(path, &st), 0);
        g_ptr_array_add(lines, g_strdup_printf("%s %lld %lld.%09ld", name, (long long)st.st_size,
                                               (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec));
    }
    g_ptr_array_sort(lines, by_text);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (GStrv)lines->pdata);
}

/* The history can be read, has these runs and no other, and the folder is as it was. */
static void check_has(const char *const *ids)
{
    g_autofree char *before = state(), *after = NULL;
    const SyHistoryQuery query = {.metric = "overhead_us"};
    GError *error = NULL;
    SyHistory *history = sy_history_open(folder, false, &error);
    g_autoptr(GPtrArray) all = NULL;

    check_no_error(error);
    all = sy_history_query(history, &query, &error);
    check_no_error(error);
    cr_assert_eq(((SySeries *)g_ptr_array_index(all, 0))->points->len, g_strv_length((GStrv)ids));
    for (; *ids; ids++) {
        g_autofree char *text = sy_history_export(history, *ids, &error);

        check_no_error(error);
    }
    sy_history_close(history);
    after = state();
    cr_assert_str_eq(after, before);
}

static void set_up(void)
{
    folder = check_folder();
}

static void tear_down(void)
{
    give_back_write();
    check_folder_remove(folder);
}

TestSuite(history_readers, .init = set_up, .fini = tear_down, .timeout = 60);

Test(history_readers, a_history_at_rest_is_read)
{
    SyHistory *history = open_new();

    enter(history, "first");
    enter(history, "second");
    sy_history_close(history);
    take_away_write();
    check_has((const char *const[]){"first", "second", NULL});
}

Test(history_readers, a_history_that_is_being_written_is_read)
{
    SyHistory *history = open_new();

    enter(history, "first");
    take_away_write();
    check_has((const char *const[]){"first", NULL});
    give_back_write();
    enter(history, "second");
    take_away_write();
    check_has((const char *const[]){"first", "second", NULL});
    give_back_write();
    sy_history_close(history);
}

/* As on a medium to which a killed steelyard's files were copied. */
Test(history_readers, what_only_the_log_of_a_killed_writer_has_is_read)
{
    SyHistory *history = open_new();
    char *source = folder;
    static const char *const files[] = {SY_HISTORY_FILE, SY_HISTORY_FILE "-wal"};

    enter(history, "first");
    folder = check_folder();
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *from = g_build_filename(source, files[i], NULL);
        g_autofree char *to = g_build_filename(folder, files[i], NULL);
        g_autofree char *data = NULL;
        gsize length;

        cr_assert(g_file_get_contents(from, &data, &length, NULL));
        cr_assert(g_file_set_contents(to, data, (gssize)length, NULL));
    }
    sy_history_close(history);
    check_folder_remove(source);
    take_away_write();
    check_has((const char *const[]){"first", NULL});
}

Test(history_readers, an_older_schema_is_brought_up_for_the_reader_alone)
{
    static const char *const old[] = {"CREATE TABLE t (a); INSERT INTO t VALUES (7)", NULL};
    const char *const newer[] = {old[0], "ALTER TABLE t ADD COLUMN b DEFAULT 8", NULL};
    g_autofree char *path = g_build_filename(folder, SY_HISTORY_FILE, NULL), *before = NULL;
    g_autofree char *after = NULL;
    GError *error = NULL;
    sqlite3 *db = sy_history_db_open(path, true, true, old, &error);
    sqlite3_stmt *s;

    check_no_error(error);
    sqlite3_close(db);
    take_away_write();
    before = state();
    db = sy_history_db_open(path, false, false, newer, &error);
    check_no_error(error);
    s = sy_history_db_prepare(db, "SELECT b FROM t", &error);
    check_no_error(error);
    cr_assert_eq(sqlite3_step(s), SQLITE_ROW);
    cr_assert_eq(sqlite3_column_int(s, 0), 8);
    sqlite3_finalize(s);
    sqlite3_close(db);
    after = state();
    cr_assert_str_eq(after, before);
}

Test(history_readers, damage_is_named_with_the_file_that_has_it)
{
    g_autofree char *path = g_build_filename(folder, SY_HISTORY_FILE, NULL);
    GError *error = NULL;

    cr_assert(g_file_set_contents(path, "this is no database at all, is it?", -1, NULL));
    take_away_write();
    cr_assert_null(sy_history_open(folder, false, &error));
    check_error(error, SY_ERROR_USAGE, path);
}

Test(history_readers, a_history_that_may_not_be_read_is_said_to_be_so)
{
    g_autofree char *path = g_build_filename(folder, SY_HISTORY_FILE, NULL);
    GError *error = NULL;

    sy_history_close(open_new());
    take_away_write();
    cr_assert_eq(seteuid(getuid()), 0);
    cr_assert_eq(g_chmod(path, 0), 0);
    cr_assert(getuid() != 0 || seteuid(NOBODY) == 0);
    cr_assert_null(sy_history_open(folder, false, &error));
    check_error(error, SY_ERROR_IO, "Permission denied");
}
