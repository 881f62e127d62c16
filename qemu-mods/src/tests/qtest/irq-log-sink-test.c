/*
 * QTest testcase for the IRQ log's sinks: files, FIFOs and stderr
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "irq-log-qtest.h"

static char *scratch_file(const char *form)
{
    char *path = NULL;
    int fd = g_file_open_tmp(form, &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    return path;
}

/* The file has what query-irq-log returns, except for @dropped. */
static void test_file(void)
{
    QTestState *qts = start();
    g_autofree char *path = scratch_file("irq-log-test-XXXXXX");
    g_autofree char *more = g_strdup_printf("\"sink\": \"file\", "
                                            "\"path\": \"%s\"", path);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    const QListEntry *e;
    QDict *resp;
    int i = 0;

    enable(qts, more);
    pulses(qts, 3);
    disable(qts);
    await_sink(qts);
    g_assert_cmpint(status(qts, "written"), ==, 24);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    g_assert_cmpint(g_strv_length(lines), ==, 25);
    g_assert_cmpstr(lines[24], ==, "");
    resp = query(qts, "{}");
    QLIST_FOREACH_ENTRY(entries(resp), e) {
        QObject *line = qobject_from_json(lines[i++], &error_abort);

        g_assert_true(qobject_is_equal(line, QOBJECT(entry(e))));
        qobject_unref(line);
    }
    g_assert_cmpint(i, ==, 24);
    qobject_unref(resp);
    unlink(path);
    qtest_quit(qts);
}

/* Full disk: threads that set IRQs do not notice, and records are counted. */
static void test_full_disk(void)
{
    QTestState *qts = start();

    if (access("/dev/full", W_OK) < 0) {
        g_test_skip("no /dev/full");
        qtest_quit(qts);
        return;
    }
    enable(qts, "\"sink\": \"file\", \"path\": \"/dev/full\"");
    pulses(qts, 100);
    disable(qts);
    await_sink(qts);
    g_assert_cmpint(status(qts, "refused"), ==, 800);
    g_assert_cmpint(status(qts, "written"), ==, 0);
    g_assert_cmpint(count_all(qts), ==, 800);
    qtest_quit(qts);
}

/* Four lines for each record, between "enabled" and "disabled" */
static void test_stderr(void)
{
    g_autofree char *path = scratch_file("irq-log-stderr-XXXXXX");
    g_autofree char *text = NULL;
    int keep = dup(STDERR_FILENO);
    int fd = open(path, O_WRONLY | O_APPEND);
    g_autoptr(GRegex) form = NULL;
    QTestState *qts;

    dup2(fd, STDERR_FILENO);
    qts = start();
    dup2(keep, STDERR_FILENO);
    close(keep);
    close(fd);
    enable(qts, "");
    enable(qts, "");
    pulse(qts);
    disable(qts);
    disable(qts);
    qtest_quit(qts);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    form = g_regex_new("(^|\n)irq-log: enabled\n"
                       "(irq-log: time=\\d+ns level=[01] n=[04] kind=hardware\n"
                       "         path=(/machine/\\S+|\\(anonymous\\))\n"
                       "         irq=0x[0-9a-f]+ handler=0x[0-9a-f]+ "
                       "opaque=0x[0-9a-f]+\n"
                       "         host-tid=\\d+ caller=0x[0-9a-f]+\n){8}"
                       "irq-log: disabled\n$", 0, 0, NULL);
    g_assert_nonnull(form);
    if (!g_regex_match(form, text, 0, NULL)) {
        g_test_message("%s", text);
        g_assert_not_reached();
    }
    unlink(path);
}

/* Neither settings that fail nor a file that is gone end the log. */
static void test_goes_on(void)
{
    QTestState *qts = start();
    g_autofree char *folder = g_dir_make_tmp("irq-log-test-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "log", NULL);
    g_autofree char *more_args = g_strdup_printf(
        "\"sink\": \"file\", \"path\": \"%s\"", path);
    g_autofree char *smaller = g_strdup_printf("%s, \"ring-entries\": 64",
                                               more_args);

    enable(qts, more_args);
    pulse(qts);
    assert_error("Could not create",
                 set(qts, true, "\"sink\": \"file\", \"path\": \"/none/x\""));
    pulse(qts);
    await_sink(qts);
    g_assert_cmpint(status(qts, "written"), ==, 2 * PER_PULSE);

    /* The file cannot be opened again; it need not be. */
    unlink(path);
    rmdir(folder);
    enable(qts, smaller);
    pulse(qts);
    await_sink(qts);
    g_assert_cmpint(status(qts, "written"), ==, 3 * PER_PULSE);
    g_assert_cmpint(status(qts, "unlocked"), ==, 0);
    qtest_quit(qts);
}

/* A FIFO that nobody reads is refused, one that is not read delays nobody. */
static void test_fifo(void)
{
    QTestState *qts = start();
    g_autofree char *path = scratch_file("irq-log-test-XXXXXX");
    g_autofree char *more_args = g_strdup_printf(
        "\"sink\": \"file\", \"path\": \"%s\"", path);
    int64_t start_us, last;
    int fd;

    unlink(path);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    assert_error("Could not create", set(qts, true, more_args));
    fd = open(path, O_RDONLY | O_NONBLOCK);
    g_assert_cmpint(fd, >=, 0);
    enable(qts, more_args);
    pulses(qts, 200);
    last = status(qts, "last-sequence");
    disable(qts);
    start_us = g_get_monotonic_time();
    await_sink(qts);        /* it gives up after a second */
    g_assert_cmpint(g_get_monotonic_time() - start_us, <, 60 * G_USEC_PER_SEC);
    g_assert_cmpint(status(qts, "refused"), >, 0);
    g_assert_cmpint(status(qts, "written") + status(qts, "refused"), ==, last);
    close(fd);
    unlink(path);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    make_bios();
    qtest_add_func("/irq-log/file", test_file);
    qtest_add_func("/irq-log/full-disk", test_full_disk);
    qtest_add_func("/irq-log/stderr", test_stderr);
    qtest_add_func("/irq-log/goes-on", test_goes_on);
    qtest_add_func("/irq-log/fifo", test_fifo);
    return run_tests();
}
