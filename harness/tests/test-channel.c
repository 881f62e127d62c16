/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/check.h"

#define LIMIT_NS (5 * SY_NS_PER_S)
#define SHORT_NS (100 * SY_NS_PER_MS)

TestSuite(channel, .timeout = 60);

static int guest = -1; /* the guest's end of the console */

static SyChannel *console(void)
{
    int pair[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    guest = pair[0];
    return sy_channel_new(pair[1]);
}

static void print(const char *text)
{
    cr_assert_eq(send(guest, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void check_line(SyChannel *channel, const char *expected)
{
    GError *error = NULL;
    g_autofree char *line = NULL;

    sy_channel_wait_line(channel, "", sy_now_ns() + LIMIT_NS, &line, &error);
    check_no_error(error);
    cr_assert_str_eq(line, expected);
}

Test(channel, reads_lines_with_either_line_end)
{
    g_autoptr(SyChannel) channel = console();

    print("\none\r\ntwo\n\nlast");
    check_line(channel, "");
    check_line(channel, "one");
    check_line(channel, "two");
    check_line(channel, "");
    close(guest);
    check_line(channel, "last");
}

Test(channel, wait_line_skips_to_the_line_with_the_prefix)
{
    g_autoptr(SyChannel) channel = console();
    g_autofree char *line = NULL;
    GError *error = NULL;

    print("booting\nnot spin: ready\nspin: ready vcpus=2\nafter\n");
    cr_assert(sy_channel_wait_line(channel, "spin: ready", sy_now_ns() + LIMIT_NS, &line, &error));
    cr_assert_str_eq(line, "spin: ready vcpus=2");
    check_line(channel, "after");
}

Test(channel, line_that_has_arrived_is_found_though_the_deadline_has_passed)
{
    g_autoptr(SyChannel) channel = console();

    print("a\nb\nready\n");
    cr_assert(sy_channel_wait_line(channel, "ready", 0, NULL, NULL));
}

Test(channel, timeout_quotes_the_last_five_lines_and_the_one_begun)
{
    g_autoptr(SyChannel) channel = console();
    GError *error = NULL;

    print("1\n2\n3\n4\n5\n6 \x1b[2J\nbeg");
    cr_assert_not(sy_channel_wait_line(channel, "ready", sy_now_ns() + SHORT_NS, NULL, &error));
    check_error(error, SY_ERROR_TIMEOUT,
                "the guest did not print \"ready\" in time; the guest's last lines: \"2\" \"3\" "
                "\"4\" \"5\" \"6 \\x1b[2J\" \"beg\" (no line end)");
}

Test(channel, timeout_of_a_silent_guest_says_so)
{
    g_autoptr(SyChannel) channel = console();
    GError *error = NULL;

    cr_assert_not(sy_channel_wait_line(channel, "ready", sy_now_ns() + SHORT_NS, NULL, &error));
    check_error(error, SY_ERROR_TIMEOUT, "the guest printed nothing");
}

Test(channel, closed_console_is_a_death_and_quotes_what_came_before)
{
    g_autoptr(SyChannel) channel = console();
    GError *error = NULL;

    print("panic: no clock\nrea");
    close(guest);
    cr_assert_not(sy_channel_wait_line(channel, "ready", sy_now_ns() + LIMIT_NS, NULL, &error));
    check_error(error, SY_ERROR_DIED, "\"panic: no clock\" \"rea\"");
}

Test(channel, nul_bytes_become_question_marks)
{
    g_autoptr(SyChannel) channel = console();

    cr_assert_eq(send(guest, "a\0b\n", 4, 0), 4);
    check_line(channel, "a?b");
}

Test(channel, line_without_end_is_cut_instead_of_filling_memory)
{
    g_autoptr(SyChannel) channel = console();
    const gsize size = 3 * SY_CHANNEL_LINE_LIMIT_BYTES;
    g_autofree char *flood = g_strnfill(size, 'z');
    gsize got = 0;

    print(flood);
    close(guest);
    while (got < size) {
        g_autofree char *piece = NULL;

        cr_assert(sy_channel_wait_line(channel, "", sy_now_ns() + LIMIT_NS, &piece, NULL));
        got += strlen(piece);
        /* The limit and what one read may add to it. */
        cr_assert_leq(strlen(piece), 2 * SY_CHANNEL_LINE_LIMIT_BYTES);
    }
    cr_assert_eq(got, size);
}

static gpointer chatter(gpointer stop)
{
    g_autoptr(GString) burst = g_string_new(NULL);

    /* In pieces large enough that more always lies ready than the reader takes. */
    while (burst->len < 65536) {
        g_string_append(burst, "tick\n");
    }
    while (!g_atomic_int_get((gint *)stop)) {
        if (send(guest, burst->str, burst->len, MSG_NOSIGNAL) < 0) {
            break;
        }
    }
    return NULL;
}

Test(channel, guest_that_prints_without_end_does_not_outrun_the_deadline)
{
    g_autoptr(SyChannel) channel = console();
    gint stop = 0;
    GThread *thread = g_thread_new("chatter", chatter, &stop);
    int64_t start = sy_now_ns();
    GError *error = NULL;

    cr_assert_not(sy_channel_wait_line(channel, "ready", start + SHORT_NS, NULL, &error));
    check_error(error, SY_ERROR_TIMEOUT, "\"tick\" \"tick\"");
    cr_assert_lt(sy_now_ns() - start, SHORT_NS + SY_NS_PER_S);
    g_atomic_int_set(&stop, 1);
    g_clear_pointer(&channel, sy_channel_free); /* lets a blocked send end */
    g_thread_join(thread);
}

Test(channel, writes_to_the_guest)
{
    g_autoptr(SyChannel) channel = console();
    char buffer[8] = "";

    cr_assert(sy_channel_write(channel, "go\n", -1, sy_now_ns() + LIMIT_NS, NULL));
    cr_assert_eq(recv(guest, buffer, sizeof(buffer) - 1, 0), 3);
    cr_assert_str_eq(buffer, "go\n");
}

Test(channel, write_to_a_guest_that_does_not_read_times_out)
{
    g_autoptr(SyChannel) channel = console();
    const gsize size = 8 * 1024 * 1024;
    g_autofree char *flood = g_strnfill(size, 'z');
    GError *error = NULL;

    cr_assert_not(sy_channel_write(channel, flood, (gssize)size, sy_now_ns() + SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "of 8388608 bytes in time");
    close(guest);
    cr_assert_not(sy_channel_write(channel, "x", -1, sy_now_ns() + SHORT_NS, &error));
    check_error(error, SY_ERROR_DIED, "closed");
}
