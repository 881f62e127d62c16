/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Run folders: private, unique, and found again. */
#include <sys/stat.h>
#include <unistd.h>

#include "store/run-dir.h"
#include "tests/check.h"

static GDateTime *moment(void)
{
    return g_date_time_new_from_iso8601("2026-11-20T17:08:00+01:00", NULL);
}

static void touch(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    cr_assert(g_file_set_contents(path, "", 0, NULL));
}

Test(run_dir, is_private_unique_and_named_in_utc)
{
    char *folder = check_folder();
    g_autofree char *results = g_build_filename(folder, "new", "results", NULL);
    g_autoptr(GDateTime) started = moment();
    GError *error = NULL;
    g_autofree char *one = sy_run_dir_create(results, "smoke", started, &error);
    g_autofree char *two = sy_run_dir_create(results, "smoke", started, &error);
    g_autofree char *odd = sy_run_dir_create(results, "../a b/\xff+c", started, &error);
    g_autofree char *logs = g_build_filename(one, "logs", NULL);
    g_autofree char *traces = g_build_filename(one, "traces", NULL);
    struct stat st;

    check_no_error(error);
    cr_assert(g_str_has_suffix(one, "/results/20261120T160800Z-smoke"), "%s", one);
    cr_assert(g_str_has_suffix(two, "/results/20261120T160800Z-smoke-2"), "%s", two);
    cr_assert(g_str_has_suffix(odd, "/results/20261120T160800Z-..-a-b--+c"), "%s", odd);
    cr_assert(stat(one, &st) == 0 && (st.st_mode & 0777) == 0700);
    cr_assert(g_file_test(logs, G_FILE_TEST_IS_DIR) && g_file_test(traces, G_FILE_TEST_IS_DIR));
    check_folder_remove(folder);
}

Test(run_dir, errors_name_the_folder)
{
    char *folder = check_folder();
    g_autofree char *file = g_build_filename(folder, "file", NULL);
    g_autoptr(GDateTime) started = moment();
    GError *error = NULL;

    touch(folder, "file");
    cr_assert_null(sy_run_dir_create(file, "smoke", started, &error));
    check_error(error, SY_ERROR_IO, file);
    check_folder_remove(folder);
}

Test(run_dir, is_found_by_id_path_file_and_latest)
{
    char *folder = check_folder();
    g_autoptr(GDateTime) started = moment();
    GError *error = NULL;
    g_autofree char *run = sy_run_dir_create(folder, "smoke", started, &error);
    g_autofree char *other = sy_run_dir_create(folder, "smoke", started, &error);
    g_autofree char *file = g_build_filename(run, SY_RUN_RESULTS, NULL);
    g_autofree char *id = g_path_get_basename(run);
    g_autofree char *by_id = NULL;
    g_autofree char *by_path = NULL;
    g_autofree char *by_file = NULL;
    g_autofree char *latest = NULL;
    g_autofree char *by_default = NULL;

    touch(run, SY_RUN_RESULTS);
    touch(other, SY_RUN_JOURNAL);
    cr_assert(sy_run_dir_set_latest(folder, run, &error));
    cr_assert(sy_run_dir_set_latest(folder, other, &error));
    by_id = sy_run_dir_find(folder, id, &error);
    by_path = sy_run_dir_find("/nowhere", run, &error);
    by_file = sy_run_dir_find("/nowhere", file, &error);
    latest = sy_run_dir_find(folder, "latest", &error);
    by_default = sy_run_dir_find(folder, NULL, &error);
    check_no_error(error);
    cr_assert_str_eq(by_id, run);
    cr_assert_str_eq(by_path, run);
    cr_assert_str_eq(by_file, run);
    cr_assert_str_eq(latest, other);
    cr_assert_str_eq(by_default, other);
    check_folder_remove(folder);
}

Test(run_dir, a_missing_run_lists_the_newest)
{
    char *folder = check_folder();
    GError *error = NULL;
    g_autofree char *latest = g_build_filename(folder, "latest", NULL);
    g_auto(GStrv) ids = NULL;

    cr_assert_null(sy_run_dir_find(folder, "latest", &error));
    check_error(error, SY_ERROR_USAGE, "there are no runs in");
    for (int day = 10; day < 17; day++) {
        g_autofree char *iso = g_strdup_printf("2026-11-%dT00:00:00Z", day);
        g_autoptr(GDateTime) started = g_date_time_new_from_iso8601(iso, NULL);
        g_autofree char *run = sy_run_dir_create(folder, "n", started, NULL);

        touch(run, SY_RUN_JOURNAL);
    }
    touch(folder, "history.db");
    cr_assert_eq(symlink("20261116T000000Z-n", latest), 0); /* a link is no second run */
    ids = sy_run_dir_list(folder);
    cr_assert_eq(g_strv_length(ids), 7);
    cr_assert_str_eq(ids[0], "20261116T000000Z-n");
    cr_assert_null(sy_run_dir_find(folder, "nope", &error));
    cr_assert_null(strstr(error->message, "20261111"), "too many: %s", error->message);
    check_error(error, SY_ERROR_USAGE,
                "the newest are: 20261116T000000Z-n, 20261115T000000Z-n, 20261114T000000Z-n, "
                "20261113T000000Z-n, 20261112T000000Z-n");
    cr_assert_null(sy_run_dir_find(folder, "", &error));
    check_error(error, SY_ERROR_USAGE, "no run ''");
    cr_assert_null(sy_run_dir_find(folder, "history.db", &error));
    check_error(error, SY_ERROR_USAGE, "no run 'history.db'");
    check_folder_remove(folder);
}
