/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal under kills, full disks and damage. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/journal.h"
#include "tests/check.h"

static char *dir;
static char *path;

static void make_dir(void)
{
    dir = check_folder();
    path = g_build_filename(dir, "journal.jsonl", NULL);
}

static void remove_dir(void)
{
    check_folder_remove(dir);
    g_free(path);
}

TestSuite(journal, .init = make_dir, .fini = remove_dir);

static JsonObject *entry(int n)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "n", n);
    return object;
}

static void append_text(const char *text)
{
    int fd = open(path, O_WRONLY | O_APPEND);

    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static guint count_records(void)
{
    g_autoptr(GPtrArray) entries = sy_journal_read(dir, NULL);

    cr_assert(entries);
    for (guint i = 0; i < entries->len; i++) {
        cr_assert_eq(json_object_get_int_member(entries->pdata[i], "n"), i);
    }
    return entries->len;
}

Test(journal, records_come_back_in_order)
{
    SyJournal *journal = sy_journal_create(dir, 4, NULL);

    for (int i = 0; i < 5; i++) {
        cr_assert(sy_journal_append(journal, entry(i), NULL));
        cr_assert_eq(count_records(), i + 1, "an entry is readable as soon as it is appended");
    }
    sy_journal_close(journal);
    cr_assert_eq(count_records(), 5);
}

Test(journal, a_torn_last_line_is_ignored_and_overwritten)
{
    SyJournal *journal = sy_journal_create(dir, 4, NULL);

    sy_journal_append(journal, entry(0), NULL);
    sy_journal_close(journal);
    append_text("{\"n\":1,\"half");
    cr_assert_eq(count_records(), 1);

    journal = sy_journal_open(dir, NULL);
    cr_assert(journal);
    cr_assert(sy_journal_append(journal, entry(1), NULL));
    sy_journal_close(journal);
    cr_assert_eq(count_records(), 2);
}

Test(journal, a_damaged_line_is_named)
{
    SyJournal *journal = sy_journal_create(dir, 4, NULL);
    g_autoptr(GError) error = NULL;

    sy_journal_append(journal, entry(0), NULL);
    sy_journal_close(journal);
    append_text("not json\n");
    cr_assert_null(sy_journal_read(dir, &error));
    cr_assert(strstr(error->message, "journal.jsonl:2:"), "%s", error->message);
}

Test(journal, a_second_steelyard_is_kept_out)
{
    g_autoptr(SyJournal) journal = sy_journal_create(dir, 4, NULL);
    g_autoptr(GError) error = NULL;

    cr_assert_null(sy_journal_open(dir, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_USAGE));
    cr_assert_null(sy_journal_create(dir, 4, NULL));
}

Test(journal, room_is_reserved_and_given_back)
{
    SyJournal *journal = sy_journal_create(dir, 100, NULL);
    struct stat reserved, closed;

    cr_assert_eq(stat(path, &reserved), 0);
    sy_journal_append(journal, entry(0), NULL);
    sy_journal_close(journal);
    cr_assert_eq(stat(path, &closed), 0);
    cr_assert_eq(closed.st_size, (off_t)strlen("{\"n\":0}\n"));
    if (reserved.st_blocks > 0) { /* some file systems cannot reserve */
        cr_assert_geq(reserved.st_blocks * 512, 100 * SY_JOURNAL_CASE_BYTES);
        cr_assert_lt(closed.st_blocks, reserved.st_blocks);
    }
}

Test(journal, a_write_that_fails_says_so_and_loses_nothing)
{
    SyJournal *journal = sy_journal_create(dir, 4, NULL);
    struct rlimit limit = {.rlim_cur = 12,
                           .rlim_max = RLIM_INFINITY}; /* bytes: room for one entry and a half */
    g_autoptr(GError) error = NULL;

    signal(SIGXFSZ, SIG_IGN);
    cr_assert(sy_journal_append(journal, entry(0), NULL));
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_assert_not(sy_journal_append(journal, entry(1), &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_RUN_FOLDER));
    cr_assert(strstr(error->message, path), "%s", error->message);
    cr_assert_eq(count_records(), 1);

    limit.rlim_cur = RLIM_INFINITY;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_assert(sy_journal_append(journal, entry(1), NULL));
    cr_assert_eq(count_records(), 2);
    sy_journal_close(journal);
}

Test(journal, a_kill_at_any_moment_leaves_whole_records)
{
    for (int round = 0; round < 20; round++) {
        pid_t child;
        guint count;

        unlink(path);
        child = fork();
        if (child == 0) {
            SyJournal *journal = sy_journal_create(dir, 1000, NULL);

            for (int i = 0;; i++) {
                sy_journal_append(journal, entry(i), NULL);
            }
        }
        g_usleep(2000 + (gulong)round * 1500);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
            continue;
        }
        count = count_records();
        {
            g_autoptr(SyJournal) journal = sy_journal_open(dir, NULL);

            cr_assert(journal);
            cr_assert(sy_journal_append(journal, entry((int)count), NULL));
        }
        cr_assert_eq(count_records(), count + 1);
    }
}
