/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QMP client with a server that dies, stalls, babbles or lies. */
#include "vm/qmp.h"

#include <signal.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "tests/check.h"
#include "tests/fake-qmp.h"

#define LIMIT_NS (5 * SY_NS_PER_S)
#define SHORT_NS (100 * SY_NS_PER_MS)

/* A wait without end must fail its test, not hang them all. */
TestSuite(qmp_faults, .timeout = 60);

/* What QEMU must never say in answer to "stop", and why the client refuses it. */
static const struct {
    const char *says, *message;
} garbage[] = {
    {"HTTP/1.1 400 Bad Request\r\n\r\n", "\"HTTP/1.1 400 Bad Request"},
    {"no line end", "\"no line end\""},
    {"\x1b[2J\x01\xff\n", "\\x1b[2J\\x01\\xff"},
    {"{\"return\": {}, \"id\": @0@\n", "\"{\"return"},
    {"{\"return\": {}, \"id\": @0@} {}\n", "not QMP"},
    {"{\"return\": {}, \"id\": @0@}}\n", "not QMP"},
    {"[1, 2]\n", "not QMP"},
    {"{\"return\": {}}\n", "out of place"},
    {"{\"return\": {}, \"id\": 4711}\n", "out of place"},
    {"{\"return\": {}, \"id\": \"@0@\"}\n", "out of place"},
    {"{\"return\": {}, \"id\": @1@}\n", "out of place"}, /* answered already */
    {"{\"event\": 3}\n", "out of place"},
    {"{\"error\": \"no\", \"id\": @0@}\n", "without class and desc"},
    {"{\"hello\": 1}\n", "out of place"},
    {FAKE_QMP_GREETING, "out of place"},
    {"{\r\n    \"return\": {\r\n    }]\r\n", "not QMP: \"{\\n    \"return"},
    {"{\r\n    \"return\": {}, \"id\": @0@\r\n} {\r\n", "not QMP"},
    {"{\r\n    \"return\": \"\r\n\"}\r\n", "not QMP"},
    {"{\r\n}\r\n", "out of place"},
};

Test(qmp_faults, garbage_is_a_protocol_error_that_quotes_it_and_ends_the_connection)
{
    for (gsize i = 0; i < G_N_ELEMENTS(garbage); i++) {
        FakeQmp *fake = fake_qmp_new_greeted();
        g_autoptr(SyQmp) qmp = NULL;
        GError *error = NULL;

        fake_qmp_expect(fake, "stop");
        fake_qmp_say(fake, garbage[i].says);
        qmp = fake_qmp_connect(fake);
        cr_assert_not(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error), "taken: %s",
                      garbage[i].says);
        check_error(error, SY_ERROR_PROTOCOL, garbage[i].message);
        cr_assert_not(sy_qmp_run(qmp, "cont", NULL, LIMIT_NS, &error));
        check_error(error, SY_ERROR_PROTOCOL, "QMP stop");
        fake_qmp_end(fake);
    }
}

Test(qmp_faults, nul_bytes_in_a_message_are_garbage)
{
    static const char message[] = "{\"return\": {}, \"id\": 2}\0 more\n";
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "stop");
    fake_qmp_say_raw(fake, message, sizeof(message) - 1);
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_PROTOCOL, "\\x00 more");
    fake_qmp_end(fake);
}

Test(qmp_faults, nesting_without_end_is_refused_and_does_not_overflow_the_stack)
{
    const gsize depth = 1000000;
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autofree char *brackets = g_strnfill(depth, '[');
    g_autofree char *closing = g_strnfill(depth, ']');
    g_autofree char *message =
        g_strconcat("{\"id\": @0@, \"return\": ", brackets, closing, "}\n", NULL);
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, message);
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_PROTOCOL, "QMP stop");
    fake_qmp_end(fake);
}

Test(qmp_faults, line_over_the_limit_is_a_protocol_error)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    const gsize size = SY_QMP_LINE_LIMIT_BYTES + 1024 * 1024;
    g_autofree char *page = g_strnfill(size, 'x');
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "page-dump");
    fake_qmp_say(fake, "{\"return\": \"");
    fake_qmp_say_raw(fake, page, size);
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "page-dump", NULL, 50 * SY_NS_PER_S, &error));
    check_error(error, SY_ERROR_PROTOCOL, "more than 64 MiB: \"{\"return\": \"xxx");
    g_clear_pointer(&qmp, sy_qmp_free); /* lets the server's blocked send end */
    fake_qmp_end(fake);
}

Test(qmp_faults, message_of_many_lines_over_the_limit_is_a_protocol_error)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autofree char *page = g_strnfill(SY_QMP_LINE_LIMIT_BYTES / 2, 'x');
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "page-dump");
    fake_qmp_say(fake, "{\r\n");
    for (guint i = 0; i < 3; i++) {
        fake_qmp_say(fake, "    \"page\": \"");
        fake_qmp_say_raw(fake, page, strlen(page));
        fake_qmp_say(fake, "\",\r\n");
    }
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "page-dump", NULL, 50 * SY_NS_PER_S, &error));
    check_error(error, SY_ERROR_PROTOCOL, "more than 64 MiB: \"{\\n    \"page");
    g_clear_pointer(&qmp, sy_qmp_free); /* lets the server's blocked send end */
    fake_qmp_end(fake);
}

Test(qmp_faults, close_before_the_greeting_is_a_death)
{
    FakeQmp *fake = fake_qmp_new();
    GError *error = NULL;

    fake_qmp_close(fake);
    cr_assert_null(sy_qmp_new(fake_qmp_play(fake), LIMIT_NS, &error));
    check_error(error, SY_ERROR_DIED, "QMP greeting: QEMU closed the connection");
    fake_qmp_end(fake);
}

Test(qmp_faults, close_after_a_command_names_the_command)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "query-status");
    fake_qmp_close(fake);
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "query-status", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_DIED, "QMP query-status: QEMU closed");
    fake_qmp_end(fake);
}

Test(qmp_faults, close_in_the_middle_of_a_reply_is_a_death)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "query-status");
    fake_qmp_say(fake, FAKE_QMP_EVENT("STOP") "{\"return\": {\"sta");
    fake_qmp_close(fake);
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "query-status", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_DIED, "QMP query-status: QEMU closed");
    fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, 0, NULL), "STOP");
    fake_qmp_end(fake);
}

Test(qmp_faults, command_to_a_closed_connection_fails_without_sigpipe)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    signal(SIGPIPE, SIG_DFL);
    fake_qmp_close(fake);
    qmp = fake_qmp_connect(fake);
    fake_qmp_join(fake);
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_DIED, "QMP stop: QEMU closed");
    cr_assert_not(sy_qmp_post(qmp, "quit", &error));
    check_error(error, SY_ERROR_DIED, "QMP");
    fake_qmp_end(fake);
}

Test(qmp_faults, no_greeting_times_out_within_the_limit)
{
    FakeQmp *fake = fake_qmp_new();
    int64_t start = sy_now_ns(), took;
    GError *error = NULL;

    cr_assert_null(sy_qmp_new(fake_qmp_play(fake), SHORT_NS, &error));
    took = sy_now_ns() - start;
    check_error(error, SY_ERROR_TIMEOUT, "QMP greeting: no answer from QEMU within 0.1 s");
    cr_assert(took >= SHORT_NS && took < SHORT_NS + SY_NS_PER_S, "took %" G_GINT64_FORMAT, took);
    fake_qmp_end(fake);
}

Test(qmp_faults, greeting_that_is_not_qmp_is_refused)
{
    static const char *const greetings[] = {"220 mail ESMTP\r\n", "SSH-2.0", "{\"HMP\": {}}\n",
                                            "{\"event\": 1}\n", "{\"return\": {}, \"id\": 1}\n"};

    for (gsize i = 0; i < G_N_ELEMENTS(greetings); i++) {
        FakeQmp *fake = fake_qmp_new();
        GError *error = NULL;

        fake_qmp_say(fake, greetings[i]);
        cr_assert_null(sy_qmp_new(fake_qmp_play(fake), LIMIT_NS, &error));
        check_error(error, SY_ERROR_PROTOCOL, "QMP greeting: ");
        fake_qmp_end(fake);
    }
}

Test(qmp_faults, refused_negotiation_is_reported)
{
    FakeQmp *fake = fake_qmp_new();
    GError *error = NULL;

    fake_qmp_say(fake, FAKE_QMP_GREETING);
    fake_qmp_expect(fake, "qmp_capabilities");
    fake_qmp_say(fake, "{\"id\": @0@, \"error\": {\"class\": \"CommandNotFound\", \"desc\": "
                       "\"in use\"}}\n");
    cr_assert_null(sy_qmp_new(fake_qmp_play(fake), LIMIT_NS, &error));
    check_error(error, SY_ERROR_PEER, "QMP qmp_capabilities: CommandNotFound: in use");
    fake_qmp_end(fake);
}

Test(qmp_faults, no_reply_times_out_naming_command_and_limit)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "query-cpus-fast");
    fake_qmp_say(fake, FAKE_QMP_EVENT("STOP"));
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "query-cpus-fast", NULL, SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP query-cpus-fast: no answer from QEMU within 0.1 s");
    fake_qmp_end(fake);
}

Test(qmp_faults, late_reply_is_not_taken_for_that_of_the_next_command)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(JsonNode) result = NULL;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "slow");
    fake_qmp_expect(fake, "fast");
    fake_qmp_say(fake, "{\"return\": {\"a\": 1}, \"id\": @1@}\n{\"return\": {\"a\": 2}, \"id\": "
                       "@0@}\n");
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "slow", NULL, SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP slow");
    result = sy_qmp_execute(qmp, "fast", NULL, LIMIT_NS, &error);
    check_no_error(error);
    cr_assert_eq(fake_qmp_int_of(result, "a"), 2);
    fake_qmp_end(fake);
}

Test(qmp_faults, late_error_reply_is_not_taken_for_that_of_the_next_command)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "slow");
    fake_qmp_expect(fake, "fast");
    fake_qmp_say(fake,
                 "{\"error\": {\"class\": \"C\", \"desc\": \"d\"}, \"id\": @1@}\n" FAKE_QMP_OK);
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "slow", NULL, SHORT_NS, &error));
    g_clear_error(&error);
    cr_assert(sy_qmp_run(qmp, "fast", NULL, LIMIT_NS, &error), "%s", error->message);
    fake_qmp_end(fake);
}

Test(qmp_faults, endless_events_do_not_outrun_the_deadline)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(GString) flood = g_string_new(NULL);
    int64_t start;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    while (flood->len < 65536) {
        g_string_append(flood, FAKE_QMP_EVENT("RTC_CHANGE"));
    }
    fake_qmp_expect(fake, "stop");
    /* Much more than can be read within the limit, and never a pause. */
    for (int i = 0; i < 500; i++) {
        fake_qmp_say_raw(fake, flood->str, flood->len);
    }
    qmp = fake_qmp_connect(fake);
    start = sy_now_ns();
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP stop");
    cr_assert_lt(sy_now_ns() - start, SHORT_NS + SY_NS_PER_S);
    g_clear_pointer(&qmp, sy_qmp_free); /* lets the server's blocked send end */
    fake_qmp_end(fake);
}

Test(qmp_faults, fetching_events_reports_a_broken_connection_in_the_next_call)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_say(fake, FAKE_QMP_EVENT("STOP") "garbage\n");
    qmp = fake_qmp_connect(fake);
    fake_qmp_join(fake);
    fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, 0, NULL), "STOP");
    cr_assert_null(sy_qmp_wait_event(qmp, NULL, 0, NULL));
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_PROTOCOL, "\"garbage\"");
    fake_qmp_end(fake);
}

/* Larger than any socket buffer, so that send(2) takes it in parts. */
static JsonObject *large_arguments(void)
{
    JsonObject *arguments = json_object_new();
    g_autofree char *filler = g_strnfill(8 * 1024 * 1024, 'y');

    json_object_set_string_member(arguments, "filler", filler);
    return arguments;
}

Test(qmp_faults, large_command_is_sent_whole_through_partial_writes)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(JsonObject) arguments = large_arguments();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_pause_ms(fake, 50);
    fake_qmp_expect(fake, "large");
    fake_qmp_say(fake, FAKE_QMP_OK);
    qmp = fake_qmp_connect(fake);
    cr_assert(sy_qmp_run(qmp, "large", arguments, 20 * SY_NS_PER_S, &error), "%s", error->message);
    cr_assert_gt(strlen(fake_qmp_last_command(fake)), 8 * 1024 * 1024);
    fake_qmp_end(fake);
}

Test(qmp_faults, half_a_command_sent_makes_the_connection_unusable)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(JsonObject) arguments = large_arguments();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "large", arguments, SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP large");
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, SHORT_NS, &error));
    check_error(error, SY_ERROR_PROTOCOL, "only part of large");
    fake_qmp_end(fake);
}

Test(qmp_faults, cancelled_run_ends_the_wait_at_once_but_quit_can_still_be_posted)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    int64_t start;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "quit");
    qmp = fake_qmp_connect(fake);
    sy_cancel_install();
    raise(SIGTERM);
    start = sy_now_ns();
    cr_assert(sy_qmp_post(qmp, "quit", &error));
    cr_assert_null(sy_qmp_wait_event(qmp, "STOP", sy_now_ns() + 60 * SY_NS_PER_S, &error));
    check_error(error, SY_ERROR_CANCELLED, "SIGTERM");
    cr_assert_lt(sy_now_ns() - start, SY_NS_PER_S);
    fake_qmp_end(fake);
}
