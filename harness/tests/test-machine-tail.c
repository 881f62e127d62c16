/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/machine-tail.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"

static char *folder, *path;
static SyTail *tail;
static FILE *writer;

static void set_up(void)
{
    GError *error = NULL;

    folder = check_folder();
    path = g_build_filename(folder, "events", NULL);
    cr_assert(g_file_set_contents(path, "of an earlier boot\n", -1, NULL));
    tail = sy_tail_new(path, &error);
    check_no_error(error);
    writer = fopen(path, "w"); /* as QEMU does */
    cr_assert_not_null(writer);
    setbuf(writer, NULL);
}

static void tear_down(void)
{
    fclose(writer);
    sy_tail_free(tail);
    sy_tail_free(NULL);
    g_free(path);
    check_folder_remove(folder);
}

TestSuite(machine_tail, .init = set_up, .fini = tear_down);

static void check_next(const char *expected)
{
    g_autofree char *line = NULL;
    GError *error = NULL;

    cr_assert(sy_tail_next(tail, &line, &error));
    check_no_error(error);
    cr_assert_str_eq(line ? line : "(none)", expected);
}

static void check_refused(const char *text)
{
    g_autofree char *line = NULL;
    GError *error = NULL;

    cr_assert_not(sy_tail_next(tail, &line, &error));
    cr_assert_null(line);
    check_error(error, SY_ERROR_PROTOCOL, text);
}

Test(machine_tail, lines_come_one_by_one_as_they_are_finished)
{
    check_next("(none)");
    fputs("one\ntw", writer);
    check_next("one");
    check_next("(none)");
    check_next("(none)");
    fputs("o\n\nfour\n", writer);
    check_next("two");
    check_next("");
    check_next("four");
    check_next("(none)");
}

Test(machine_tail, many_lines_arrive_whole_and_in_order)
{
    for (int i = 0; i < 30000; i++) {
        fprintf(writer, "line %d\n", i);
    }
    for (int i = 0; i < 30000; i++) {
        g_autofree char *expected = g_strdup_printf("line %d", i);

        check_next(expected);
    }
    check_next("(none)");
}

Test(machine_tail, a_long_line_is_taken_one_beyond_the_limit_is_not)
{
    g_autofree char *longest = g_strnfill(SY_TAIL_LINE_BYTES, 'x');

    fprintf(writer, "%s\n", longest);
    check_next(longest);
    fprintf(writer, "%sx", longest);
    check_refused("a line of more than 1048576 bytes");
}

Test(machine_tail, what_is_not_text_is_refused)
{
    fputs("fine\n\xff\n", writer);
    check_next("fine");
    check_refused("not UTF-8");
}

Test(machine_tail, nul_bytes_are_refused)
{
    fwrite("a\0b\n", 1, 4, writer);
    check_refused("not UTF-8");
}

Test(machine_tail, the_file_is_private)
{
    struct stat st;

    unlink(path);
    sy_tail_free(tail);
    tail = sy_tail_new(path, NULL);
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0600);
}

Test(machine_tail, a_folder_that_is_not_there_is_an_error)
{
    GError *error = NULL;

    cr_assert_null(sy_tail_new("/nowhere/events", &error));
    check_error(error, SY_ERROR_IO, "cannot create /nowhere/events");
}
