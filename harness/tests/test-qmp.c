/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/qmp.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "tests/check.h"
#include "tests/fake-qmp.h"

#define LIMIT_NS (5 * SY_NS_PER_S)
#define SHORT_NS (100 * SY_NS_PER_MS)
#define OK_REPLY "{\"return\": {}, \"id\": @0@}\r\n"
#define EVENT(name)                                                                                \
    "{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"" name "\"}\r\n"

/* A wait without end must fail its test, not hang them all. */
TestSuite(qmp, .timeout = 30);

/* A client that has got through the greeting. */
static SyQmp *connect_to(FakeQmp *fake)
{
    g_autoptr(GError) error = NULL;
    SyQmp *qmp = sy_qmp_new(fake_qmp_play(fake), LIMIT_NS, &error);

    check_no_error(error);
    return qmp;
}

static FakeQmp *greeted(void)
{
    FakeQmp *fake = fake_qmp_new();

    fake_qmp_greet(fake);
    return fake;
}

static gint64 int_of(JsonNode *node, const char *name)
{
    return json_object_get_int_member(json_node_get_object(node), name);
}

static void check_event(JsonObject *event, const char *name)
{
    g_autoptr(JsonObject) owned = event;

    cr_assert_not_null(event, "no event %s", name);
    cr_assert_str_eq(json_object_get_string_member(event, "event"), name);
}

Test(qmp, sends_command_with_arguments_and_returns_the_return_member)
{
    FakeQmp *fake = greeted();
    g_autoptr(JsonObject) arguments = json_object_new();
    g_autoptr(JsonNode) result = NULL;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "kvm-throttle-set");
    fake_qmp_say(fake, OK_REPLY);
    fake_qmp_expect(fake, "kvm-throttle-set");
    fake_qmp_say(fake, "{\"return\": {\"a\": 42}, \"id\": @0@}\r\n");
    qmp = connect_to(fake);
    json_object_set_int_member(arguments, "quota-ns", 1234567);
    /* Twice, because the arguments stay the caller's. */
    cr_assert(sy_qmp_run(qmp, "kvm-throttle-set", arguments, LIMIT_NS, &error));
    result = sy_qmp_execute(qmp, "kvm-throttle-set", arguments, LIMIT_NS, &error);
    check_no_error(error);
    cr_assert_eq(int_of(result, "a"), 42);
    fake_qmp_join(fake);
    cr_assert_not_null(strstr(fake_qmp_last_command(fake), "\"arguments\":{\"quota-ns\":1234567}"),
                       "%s", fake_qmp_last_command(fake));
    fake_qmp_end(fake);
}

Test(qmp, reads_replies_that_come_byte_by_byte)
{
    FakeQmp *fake = fake_qmp_new();
    g_autoptr(JsonNode) result = NULL;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_say_bytewise(fake, FAKE_QMP_GREETING);
    fake_qmp_expect(fake, "qmp_capabilities");
    fake_qmp_say_bytewise(fake, OK_REPLY);
    fake_qmp_expect(fake, "query-status");
    fake_qmp_say_bytewise(fake, EVENT("STOP") "{\"return\": {\"a\": 7}, \"id\": @0@}\r\n");
    qmp = connect_to(fake);
    result = sy_qmp_execute(qmp, "query-status", NULL, LIMIT_NS, &error);
    check_no_error(error);
    cr_assert_eq(int_of(result, "a"), 7);
    check_event(sy_qmp_next_event(qmp), "STOP");
    fake_qmp_end(fake);
}

Test(qmp, puts_together_a_reply_that_began_in_the_same_read_as_an_event)
{
    FakeQmp *fake = greeted();
    g_autoptr(JsonNode) result = NULL;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "query-status");
    fake_qmp_say(fake, EVENT("STOP") EVENT("RESUME") "{\"return\": ");
    fake_qmp_pause_ms(fake, 50);
    fake_qmp_say(fake, "{\"a\": 3},");
    fake_qmp_pause_ms(fake, 50);
    fake_qmp_say(fake, " \"id\": @0@}\r\n");
    qmp = connect_to(fake);
    result = sy_qmp_execute(qmp, "query-status", NULL, LIMIT_NS, &error);
    check_no_error(error);
    cr_assert_eq(int_of(result, "a"), 3);
    fake_qmp_end(fake);
}

Test(qmp, keeps_events_that_come_before_the_reply_in_order)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "cont");
    fake_qmp_say(fake, EVENT("RESUME"));
    fake_qmp_say(fake, EVENT("RTC_CHANGE") OK_REPLY EVENT("STOP"));
    qmp = connect_to(fake);
    cr_assert(sy_qmp_run(qmp, "cont", NULL, LIMIT_NS, &error));
    fake_qmp_join(fake);
    check_event(sy_qmp_next_event(qmp), "RESUME");
    check_event(sy_qmp_next_event(qmp), "RTC_CHANGE");
    check_event(sy_qmp_next_event(qmp), "STOP");
    cr_assert_null(sy_qmp_next_event(qmp));
    fake_qmp_end(fake);
}

Test(qmp, takes_two_messages_out_of_one_read)
{
    FakeQmp *fake = fake_qmp_new();
    g_autoptr(SyQmp) qmp = NULL;

    fake_qmp_say(fake, FAKE_QMP_GREETING);
    fake_qmp_expect(fake, "qmp_capabilities");
    fake_qmp_say(fake, OK_REPLY EVENT("POWERDOWN"));
    qmp = connect_to(fake);
    fake_qmp_join(fake);
    check_event(sy_qmp_wait_event(qmp, "POWERDOWN", 0, NULL), "POWERDOWN");
    fake_qmp_end(fake);
}

Test(qmp, accepts_replies_without_carriage_return_and_blank_lines)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, "\r\n\n  \n {\"id\": @0@, \"return\": {}} \n");
    qmp = connect_to(fake);
    cr_assert(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error), "%s", error->message);
    fake_qmp_end(fake);
}

Test(qmp, error_reply_names_command_class_and_description_and_leaves_the_connection_usable)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "kvm-throttle-set");
    fake_qmp_say(fake, "{\"id\": @0@, \"error\": {\"class\": \"GenericError\", \"desc\": "
                       "\"quota is 0\"}}\r\n");
    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, OK_REPLY);
    qmp = connect_to(fake);
    cr_assert_not(sy_qmp_run(qmp, "kvm-throttle-set", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_PEER, "QMP kvm-throttle-set: GenericError: quota is 0");
    cr_assert(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    fake_qmp_end(fake);
}

Test(qmp, error_reply_without_id_belongs_to_the_command_in_flight)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"Invalid JSON\"}}\n");
    qmp = connect_to(fake);
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_PEER, "QMP stop: GenericError: Invalid JSON");
    fake_qmp_end(fake);
}

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
};

Test(qmp, garbage_is_a_protocol_error_that_quotes_it_and_ends_the_connection)
{
    for (gsize i = 0; i < G_N_ELEMENTS(garbage); i++) {
        FakeQmp *fake = greeted();
        g_autoptr(SyQmp) qmp = NULL;
        GError *error = NULL;

        fake_qmp_expect(fake, "stop");
        fake_qmp_say(fake, garbage[i].says);
        qmp = connect_to(fake);
        cr_assert_not(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error), "taken: %s",
                      garbage[i].says);
        check_error(error, SY_ERROR_PROTOCOL, garbage[i].message);
        cr_assert_not(sy_qmp_run(qmp, "cont", NULL, LIMIT_NS, &error));
        check_error(error, SY_ERROR_PROTOCOL, "QMP stop");
        fake_qmp_end(fake);
    }
}

Test(qmp, nul_bytes_in_a_message_are_garbage)
{
    static const char message[] = "{\"return\": {}, \"id\": 2}\0 more\n";
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "stop");
    fake_qmp_say_raw(fake, message, sizeof(message) - 1);
    qmp = connect_to(fake);
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_PROTOCOL, "\\x00 more");
    fake_qmp_end(fake);
}

Test(qmp, nesting_without_end_is_refused_and_does_not_overflow_the_stack)
{
    const gsize depth = 1000000;
    FakeQmp *fake = greeted();
    g_autofree char *brackets = g_strnfill(depth, '[');
    g_autofree char *closing = g_strnfill(depth, ']');
    g_autofree char *message =
        g_strconcat("{\"id\": @0@, \"return\": ", brackets, closing, "}\n", NULL);
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, message);
    qmp = connect_to(fake);
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_PROTOCOL, "QMP stop");
    fake_qmp_end(fake);
}

Test(qmp, reply_of_4_mib_arrives_whole)
{
    FakeQmp *fake = greeted();
    const gsize size = 4 * 1024 * 1024;
    g_autofree char *page = g_strnfill(size, 'x');
    g_autofree char *reply = g_strdup_printf("{\"id\": @0@, \"return\": \"%s\"}\r\n", page);
    g_autoptr(JsonNode) result = NULL;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "page-dump");
    fake_qmp_say(fake, reply);
    qmp = connect_to(fake);
    result = sy_qmp_execute(qmp, "page-dump", NULL, 20 * SY_NS_PER_S, &error);
    check_no_error(error);
    cr_assert(g_str_equal(json_node_get_string(result), page));
    fake_qmp_end(fake);
}

Test(qmp, line_over_the_limit_is_a_protocol_error, .timeout = 60)
{
    FakeQmp *fake = greeted();
    const gsize size = SY_QMP_LINE_LIMIT_BYTES + 1024 * 1024;
    g_autofree char *page = g_strnfill(size, 'x');
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "page-dump");
    fake_qmp_say(fake, "{\"return\": \"");
    fake_qmp_say_raw(fake, page, size);
    qmp = connect_to(fake);
    cr_assert_not(sy_qmp_run(qmp, "page-dump", NULL, 50 * SY_NS_PER_S, &error));
    check_error(error, SY_ERROR_PROTOCOL, "more than 64 MiB: \"{\"return\": \"xxx");
    g_clear_pointer(&qmp, sy_qmp_free); /* lets the server's blocked send end */
    fake_qmp_end(fake);
}

Test(qmp, close_before_the_greeting_is_a_death)
{
    FakeQmp *fake = fake_qmp_new();
    GError *error = NULL;

    fake_qmp_close(fake);
    cr_assert_null(sy_qmp_new(fake_qmp_play(fake), LIMIT_NS, &error));
    check_error(error, SY_ERROR_DIED, "QMP greeting: QEMU closed the connection");
    fake_qmp_end(fake);
}

Test(qmp, close_after_a_command_names_the_command)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "query-status");
    fake_qmp_close(fake);
    qmp = connect_to(fake);
    cr_assert_not(sy_qmp_run(qmp, "query-status", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_DIED, "QMP query-status: QEMU closed");
    fake_qmp_end(fake);
}

Test(qmp, close_in_the_middle_of_a_reply_is_a_death)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "query-status");
    fake_qmp_say(fake, EVENT("STOP") "{\"return\": {\"sta");
    fake_qmp_close(fake);
    qmp = connect_to(fake);
    cr_assert_not(sy_qmp_run(qmp, "query-status", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_DIED, "QMP query-status: QEMU closed");
    check_event(sy_qmp_next_event(qmp), "STOP");
    fake_qmp_end(fake);
}

Test(qmp, command_to_a_closed_connection_fails_without_sigpipe)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    signal(SIGPIPE, SIG_DFL);
    fake_qmp_close(fake);
    qmp = connect_to(fake);
    fake_qmp_join(fake);
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_DIED, "QMP stop: QEMU closed");
    cr_assert_not(sy_qmp_post(qmp, "quit", &error));
    check_error(error, SY_ERROR_DIED, "QMP");
    fake_qmp_end(fake);
}

Test(qmp, no_greeting_times_out_within_the_limit)
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

Test(qmp, greeting_that_is_not_qmp_is_refused)
{
    static const char *const greetings[] = {"220 mail ESMTP\r\n", "SSH-2.0", "{\"HMP\": {}}\n",
                                            EVENT("STOP"), "{\"return\": {}, \"id\": 1}\n"};

    for (gsize i = 0; i < G_N_ELEMENTS(greetings); i++) {
        FakeQmp *fake = fake_qmp_new();
        GError *error = NULL;

        fake_qmp_say(fake, greetings[i]);
        cr_assert_null(sy_qmp_new(fake_qmp_play(fake), LIMIT_NS, &error));
        check_error(error, SY_ERROR_PROTOCOL, "QMP greeting: ");
        fake_qmp_end(fake);
    }
}

Test(qmp, refused_negotiation_is_reported)
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

Test(qmp, no_reply_times_out_naming_command_and_limit)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "query-cpus-fast");
    fake_qmp_say(fake, EVENT("STOP"));
    qmp = connect_to(fake);
    cr_assert_not(sy_qmp_run(qmp, "query-cpus-fast", NULL, SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP query-cpus-fast: no answer from QEMU within 0.1 s");
    fake_qmp_end(fake);
}

Test(qmp, late_reply_is_not_taken_for_that_of_the_next_command)
{
    FakeQmp *fake = greeted();
    g_autoptr(JsonNode) result = NULL;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "slow");
    fake_qmp_expect(fake, "fast");
    fake_qmp_say(fake, "{\"return\": {\"a\": 1}, \"id\": @1@}\n{\"return\": {\"a\": 2}, \"id\": "
                       "@0@}\n");
    qmp = connect_to(fake);
    cr_assert_not(sy_qmp_run(qmp, "slow", NULL, SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP slow");
    result = sy_qmp_execute(qmp, "fast", NULL, LIMIT_NS, &error);
    check_no_error(error);
    cr_assert_eq(int_of(result, "a"), 2);
    fake_qmp_end(fake);
}

Test(qmp, late_error_reply_is_not_taken_for_that_of_the_next_command)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "slow");
    fake_qmp_expect(fake, "fast");
    fake_qmp_say(fake, "{\"error\": {\"class\": \"C\", \"desc\": \"d\"}, \"id\": @1@}\n" OK_REPLY);
    qmp = connect_to(fake);
    cr_assert_not(sy_qmp_run(qmp, "slow", NULL, SHORT_NS, &error));
    g_clear_error(&error);
    cr_assert(sy_qmp_run(qmp, "fast", NULL, LIMIT_NS, &error), "%s", error->message);
    fake_qmp_end(fake);
}

Test(qmp, posted_command_does_not_wait_and_its_reply_is_dropped)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "quit");
    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, "{\"return\": 9, \"id\": @1@}\n" OK_REPLY);
    qmp = connect_to(fake);
    cr_assert(sy_qmp_post(qmp, "quit", &error));
    cr_assert(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error), "%s", error->message);
    fake_qmp_end(fake);
}

Test(qmp, endless_events_do_not_outrun_the_deadline)
{
    FakeQmp *fake = greeted();
    g_autoptr(GString) flood = g_string_new(NULL);
    int64_t start;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    while (flood->len < 65536) {
        g_string_append(flood, EVENT("RTC_CHANGE"));
    }
    fake_qmp_expect(fake, "stop");
    /* Much more than can be read within the limit, and never a pause. */
    for (int i = 0; i < 500; i++) {
        fake_qmp_say_raw(fake, flood->str, flood->len);
    }
    qmp = connect_to(fake);
    start = sy_now_ns();
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP stop");
    cr_assert_lt(sy_now_ns() - start, SHORT_NS + SY_NS_PER_S);
    g_clear_pointer(&qmp, sy_qmp_free); /* lets the server's blocked send end */
    fake_qmp_end(fake);
}

Test(qmp, oldest_events_are_dropped_and_counted_when_nobody_fetches_them)
{
    FakeQmp *fake = greeted();
    GString *burst = g_string_new(EVENT("FIRST") EVENT("SECOND"));
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    for (int i = 0; i < SY_QMP_EVENTS_MAX - 1; i++) {
        g_string_append(burst, EVENT("LATER"));
    }
    g_string_append(burst, OK_REPLY);
    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, burst->str);
    qmp = connect_to(fake);
    cr_assert(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    cr_assert_eq(sy_qmp_events_dropped(qmp), 1);
    check_event(sy_qmp_next_event(qmp), "SECOND");
    for (int i = 0; i < SY_QMP_EVENTS_MAX - 1; i++) {
        check_event(sy_qmp_next_event(qmp), "LATER");
    }
    cr_assert_null(sy_qmp_next_event(qmp));
    g_string_free(burst, TRUE);
    fake_qmp_end(fake);
}

Test(qmp, waiting_for_an_event_leaves_the_others_queued)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_say(fake, EVENT("STOP"));
    fake_qmp_pause_ms(fake, 30);
    fake_qmp_say(fake, EVENT("SHUTDOWN") EVENT("RESUME"));
    qmp = connect_to(fake);
    check_event(sy_qmp_wait_event(qmp, "SHUTDOWN", sy_now_ns() + LIMIT_NS, &error), "SHUTDOWN");
    check_event(sy_qmp_wait_event(qmp, NULL, sy_now_ns() + LIMIT_NS, &error), "STOP");
    check_event(sy_qmp_wait_event(qmp, NULL, sy_now_ns() + LIMIT_NS, &error), "RESUME");
    cr_assert_null(sy_qmp_wait_event(qmp, "STOP", sy_now_ns() + SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP event STOP");
    fake_qmp_end(fake);
}

Test(qmp, fetching_events_reports_a_broken_connection_in_the_next_call)
{
    FakeQmp *fake = greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_say(fake, EVENT("STOP") "garbage\n");
    qmp = connect_to(fake);
    fake_qmp_join(fake);
    check_event(sy_qmp_next_event(qmp), "STOP");
    cr_assert_null(sy_qmp_next_event(qmp));
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

Test(qmp, large_command_is_sent_whole_through_partial_writes)
{
    FakeQmp *fake = greeted();
    g_autoptr(JsonObject) arguments = large_arguments();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_pause_ms(fake, 50);
    fake_qmp_expect(fake, "large");
    fake_qmp_say(fake, OK_REPLY);
    qmp = connect_to(fake);
    cr_assert(sy_qmp_run(qmp, "large", arguments, 20 * SY_NS_PER_S, &error), "%s", error->message);
    cr_assert_gt(strlen(fake_qmp_last_command(fake)), 8 * 1024 * 1024);
    fake_qmp_end(fake);
}

Test(qmp, half_a_command_sent_makes_the_connection_unusable)
{
    FakeQmp *fake = greeted();
    g_autoptr(JsonObject) arguments = large_arguments();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    qmp = connect_to(fake);
    cr_assert_not(sy_qmp_run(qmp, "large", arguments, SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP large");
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, SHORT_NS, &error));
    check_error(error, SY_ERROR_PROTOCOL, "only a part of large");
    fake_qmp_end(fake);
}

Test(qmp, cancelled_run_ends_the_wait_at_once_but_quit_can_still_be_posted)
{
    FakeQmp *fake = greeted();
    int64_t start;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "quit");
    qmp = connect_to(fake);
    sy_cancel_install();
    raise(SIGTERM);
    start = sy_now_ns();
    cr_assert(sy_qmp_post(qmp, "quit", &error));
    cr_assert_null(sy_qmp_wait_event(qmp, "STOP", sy_now_ns() + 60 * SY_NS_PER_S, &error));
    check_error(error, SY_ERROR_CANCELLED, "SIGTERM");
    cr_assert_lt(sy_now_ns() - start, SY_NS_PER_S);
    fake_qmp_end(fake);
}

Test(qmp, takes_over_the_descriptor_and_makes_it_close_on_exec)
{
    FakeQmp *fake = greeted();
    int fd = fake_qmp_play(fake);
    SyQmp *qmp = sy_qmp_new(fd, LIMIT_NS, NULL);

    cr_assert_not_null(qmp);
    cr_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    sy_qmp_free(qmp);
    cr_assert_eq(fcntl(fd, F_GETFD), -1);
    fake_qmp_end(fake);
}
