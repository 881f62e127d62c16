/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QMP client with a server that behaves. */
#include "vm/qmp.h"

#include <fcntl.h>

#include "base/clock.h"
#include "tests/check.h"
#include "tests/fake-qmp.h"

#define LIMIT_NS (5 * SY_NS_PER_S)
#define SHORT_NS (100 * SY_NS_PER_MS)

/* A wait without end must fail its test, not hang them all. */
TestSuite(qmp, .timeout = 60);

Test(qmp, sends_command_with_arguments_and_returns_the_return_member)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(JsonObject) arguments = json_object_new();
    g_autoptr(JsonNode) result = NULL;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "kvm-throttle-set");
    fake_qmp_say(fake, FAKE_QMP_OK);
    fake_qmp_expect(fake, "kvm-throttle-set");
    fake_qmp_say(fake, "{\"return\": {\"a\": 42}, \"id\": @0@}\r\n");
    qmp = fake_qmp_connect(fake);
    json_object_set_int_member(arguments, "quota-ns", 1234567);
    /* Twice, because the arguments stay the caller's. */
    cr_assert(sy_qmp_run(qmp, "kvm-throttle-set", arguments, LIMIT_NS, &error));
    result = sy_qmp_execute(qmp, "kvm-throttle-set", arguments, LIMIT_NS, &error);
    check_no_error(error);
    cr_assert_eq(fake_qmp_int_of(result, "a"), 42);
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
    fake_qmp_say_bytewise(fake, FAKE_QMP_OK);
    fake_qmp_expect(fake, "query-status");
    fake_qmp_say_bytewise(fake, FAKE_QMP_EVENT("STOP") "{\"return\": {\"a\": 7}, \"id\": @0@}\r\n");
    qmp = fake_qmp_connect(fake);
    result = sy_qmp_execute(qmp, "query-status", NULL, LIMIT_NS, &error);
    check_no_error(error);
    cr_assert_eq(fake_qmp_int_of(result, "a"), 7);
    fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, 0, NULL), "STOP");
    fake_qmp_end(fake);
}

Test(qmp, an_event_before_the_greeting_was_for_the_client_before)
{
    FakeQmp *fake = fake_qmp_new();
    g_autoptr(SyQmp) qmp = NULL;

    fake_qmp_say(fake, FAKE_QMP_EVENT("STOP") FAKE_QMP_GREETING);
    fake_qmp_expect(fake, "qmp_capabilities");
    fake_qmp_say(fake, FAKE_QMP_OK);
    qmp = fake_qmp_connect(fake);
    cr_assert_null(sy_qmp_wait_event(qmp, NULL, 0, NULL));
    fake_qmp_end(fake);
}

Test(qmp, puts_together_a_reply_that_began_in_the_same_read_as_an_event)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(JsonNode) result = NULL;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "query-status");
    fake_qmp_say(fake, FAKE_QMP_EVENT("STOP") FAKE_QMP_EVENT("RESUME") "{\"return\": ");
    fake_qmp_pause_ms(fake, 50);
    fake_qmp_say(fake, "{\"a\": 3},");
    fake_qmp_pause_ms(fake, 50);
    fake_qmp_say(fake, " \"id\": @0@}\r\n");
    qmp = fake_qmp_connect(fake);
    result = sy_qmp_execute(qmp, "query-status", NULL, LIMIT_NS, &error);
    check_no_error(error);
    cr_assert_eq(fake_qmp_int_of(result, "a"), 3);
    fake_qmp_end(fake);
}

Test(qmp, keeps_events_that_come_before_the_reply_in_order)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "cont");
    fake_qmp_say(fake, FAKE_QMP_EVENT("RESUME"));
    fake_qmp_say(fake, FAKE_QMP_EVENT("RTC_CHANGE") FAKE_QMP_OK FAKE_QMP_EVENT("STOP"));
    qmp = fake_qmp_connect(fake);
    cr_assert(sy_qmp_run(qmp, "cont", NULL, LIMIT_NS, &error));
    fake_qmp_join(fake);
    fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, 0, NULL), "RESUME");
    fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, 0, NULL), "RTC_CHANGE");
    fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, 0, NULL), "STOP");
    cr_assert_null(sy_qmp_wait_event(qmp, NULL, 0, NULL));
    fake_qmp_end(fake);
}

Test(qmp, takes_two_messages_out_of_one_read)
{
    FakeQmp *fake = fake_qmp_new();
    g_autoptr(SyQmp) qmp = NULL;

    fake_qmp_say(fake, FAKE_QMP_GREETING);
    fake_qmp_expect(fake, "qmp_capabilities");
    fake_qmp_say(fake, FAKE_QMP_OK FAKE_QMP_EVENT("POWERDOWN"));
    qmp = fake_qmp_connect(fake);
    fake_qmp_join(fake);
    fake_qmp_check_event(sy_qmp_wait_event(qmp, "POWERDOWN", 0, NULL), "POWERDOWN");
    fake_qmp_end(fake);
}

Test(qmp, accepts_replies_without_carriage_return_and_blank_lines)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, "\r\n\n  \n {\"id\": @0@, \"return\": {}} \n");
    qmp = fake_qmp_connect(fake);
    cr_assert(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error), "%s", error->message);
    fake_qmp_end(fake);
}

Test(qmp, error_reply_names_command_class_and_description_and_leaves_the_connection_usable)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "kvm-throttle-set");
    fake_qmp_say(fake, "{\"id\": @0@, \"error\": {\"class\": \"GenericError\", \"desc\": "
                       "\"quota is 0\"}}\r\n");
    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, FAKE_QMP_OK);
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "kvm-throttle-set", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_PEER, "QMP kvm-throttle-set: GenericError: quota is 0");
    cr_assert(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    fake_qmp_end(fake);
}

Test(qmp, error_reply_without_id_belongs_to_the_command_in_flight)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"Invalid JSON\"}}\n");
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    check_error(error, SY_ERROR_PEER, "QMP stop: GenericError: Invalid JSON");
    fake_qmp_end(fake);
}

Test(qmp, reply_of_4_mib_arrives_whole)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    const gsize size = 4 * 1024 * 1024;
    g_autofree char *page = g_strnfill(size, 'x');
    g_autofree char *reply = g_strdup_printf("{\"id\": @0@, \"return\": \"%s\"}\r\n", page);
    g_autoptr(JsonNode) result = NULL;
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "page-dump");
    fake_qmp_say(fake, reply);
    qmp = fake_qmp_connect(fake);
    result = sy_qmp_execute(qmp, "page-dump", NULL, 20 * SY_NS_PER_S, &error);
    check_no_error(error);
    cr_assert(g_str_equal(json_node_get_string(result), page));
    fake_qmp_end(fake);
}

Test(qmp, posted_command_does_not_wait_and_its_reply_is_dropped)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "quit");
    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, "{\"return\": 9, \"id\": @1@}\n" FAKE_QMP_OK);
    qmp = fake_qmp_connect(fake);
    cr_assert(sy_qmp_post(qmp, "quit", &error));
    cr_assert(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error), "%s", error->message);
    fake_qmp_end(fake);
}

Test(qmp, oldest_events_are_dropped_when_nobody_fetches_them_and_who_waits_for_one_is_told)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    GString *burst = g_string_new(FAKE_QMP_EVENT("FIRST") FAKE_QMP_EVENT("SECOND"));
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    for (int i = 0; i < SY_QMP_EVENTS_MAX - 1; i++) {
        g_string_append(burst, FAKE_QMP_EVENT("LATER"));
    }
    g_string_append(burst, FAKE_QMP_OK);
    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, burst->str);
    qmp = fake_qmp_connect(fake);
    cr_assert(sy_qmp_run(qmp, "stop", NULL, LIMIT_NS, &error));
    cr_assert_eq(sy_qmp_events_dropped(qmp), 1);
    fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, 0, NULL), "SECOND");
    for (int i = 0; i < SY_QMP_EVENTS_MAX - 1; i++) {
        fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, 0, NULL), "LATER");
    }
    cr_assert_null(sy_qmp_wait_event(qmp, "FIRST", 0, &error));
    check_error(error, SY_ERROR_TIMEOUT, "(events dropped unread before: 1) QMP event FIRST: no");
    g_string_free(burst, TRUE);
    fake_qmp_end(fake);
}

Test(qmp, waiting_for_an_event_leaves_the_others_queued)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_say(fake, FAKE_QMP_EVENT("STOP"));
    fake_qmp_pause_ms(fake, 30);
    fake_qmp_say(fake, FAKE_QMP_EVENT("SHUTDOWN") FAKE_QMP_EVENT("RESUME"));
    qmp = fake_qmp_connect(fake);
    fake_qmp_check_event(sy_qmp_wait_event(qmp, "SHUTDOWN", sy_now_ns() + LIMIT_NS, &error),
                         "SHUTDOWN");
    fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, sy_now_ns() + LIMIT_NS, &error), "STOP");
    fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, sy_now_ns() + LIMIT_NS, &error), "RESUME");
    cr_assert_null(sy_qmp_wait_event(qmp, "STOP", sy_now_ns() + SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP event STOP");
    fake_qmp_end(fake);
}

Test(qmp, takes_over_the_descriptor_and_makes_it_close_on_exec)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    int fd = fake_qmp_play(fake);
    SyQmp *qmp = sy_qmp_new(fd, LIMIT_NS, NULL);

    cr_assert_not_null(qmp);
    cr_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    sy_qmp_free(qmp);
    cr_assert_eq(fcntl(fd, F_GETFD), -1);
    fake_qmp_end(fake);
}

Test(qmp, a_raw_reply_is_the_text_of_its_return_member_whoever_wrote_it)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autofree char *as_sent = NULL, *as_read = NULL;
    GError *error = NULL;
    g_autoptr(SyQmp) qmp = NULL;

    fake_qmp_expect(fake, "query-irq-log");
    fake_qmp_say(fake, FAKE_QMP_EVENT("STOP") "{\"return\": [ 1,  2], \"id\": @0@}\r\n");
    fake_qmp_expect(fake, "query-irq-log");
    fake_qmp_say(fake, "{\"id\": @0@, \"return\": [ 3 ]}\r\n");
    qmp = fake_qmp_connect(fake);
    as_sent = sy_qmp_execute_raw(qmp, "query-irq-log", NULL, LIMIT_NS, &error);
    check_no_error(error);
    cr_assert_str_eq(as_sent, "[ 1,  2]");
    cr_assert_eq(sy_qmp_last_reply(qmp).bytes, strlen("{\"return\": [ 1,  2], \"id\": 2}"));
    as_read = sy_qmp_execute_raw(qmp, "query-irq-log", NULL, LIMIT_NS, &error);
    check_no_error(error);
    cr_assert_str_eq(as_read, "[3]");
    fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, 0, NULL), "STOP");
    fake_qmp_end(fake);
}

Test(qmp, a_raw_reply_that_is_an_error_is_one)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(GError) error = NULL;
    g_autoptr(SyQmp) qmp = NULL;

    fake_qmp_expect(fake, "query-irq-log");
    fake_qmp_say(fake, "{\"id\": @0@, \"error\": {\"class\": \"GenericError\", "
                       "\"desc\": \"there is no IRQ log\"}}\r\n");
    qmp = fake_qmp_connect(fake);
    cr_assert_null(sy_qmp_execute_raw(qmp, "query-irq-log", NULL, LIMIT_NS, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_PEER));
    cr_assert(strstr(error->message, "there is no IRQ log"), "%s", error->message);
    fake_qmp_end(fake);
}

/* -qmp-pretty and -mon pretty=on: a message takes many lines. */
#define PRETTY_GREETING                                                                            \
    "{\r\n    \"QMP\": {\r\n        \"version\": {\r\n        },\r\n        "                      \
    "\"capabilities\": [\r\n        ]\r\n    }\r\n}\r\n"
#define PRETTY_OK "{\r\n    \"return\": {\r\n    },\r\n    \"id\": @0@\r\n}\r\n"
#define PRETTY_EVENT "{\r\n    \"event\": \"STOP\",\r\n    \"data\": {\r\n    }\r\n}\r\n"
#define PRETTY_REPLY                                                                               \
    "{\r\n    \"return\": {\r\n        \"a\": 42,\r\n        \"b\": \"} \\\" {\"\r\n    },\r\n"    \
    "    \"id\": @0@\r\n}\r\n"

Test(qmp, understands_a_qemu_that_writes_its_messages_in_many_lines)
{
    for (guint bytewise = 0; bytewise < 2; bytewise++) {
        void (*say)(FakeQmp *, const char *) = bytewise ? fake_qmp_say_bytewise : fake_qmp_say;
        FakeQmp *fake = fake_qmp_new();
        g_autoptr(JsonNode) result = NULL;
        g_autofree char *raw = NULL;
        g_autoptr(SyQmp) qmp = NULL;
        GError *error = NULL;

        say(fake, PRETTY_GREETING);
        fake_qmp_expect(fake, "qmp_capabilities");
        say(fake, PRETTY_OK);
        fake_qmp_expect(fake, "query-status");
        say(fake, PRETTY_EVENT PRETTY_REPLY);
        fake_qmp_expect(fake, "query-irq-log");
        say(fake, PRETTY_REPLY);
        qmp = fake_qmp_connect(fake);
        result = sy_qmp_execute(qmp, "query-status", NULL, LIMIT_NS, &error);
        check_no_error(error);
        cr_assert_eq(fake_qmp_int_of(result, "a"), 42);
        fake_qmp_check_event(sy_qmp_wait_event(qmp, NULL, 0, NULL), "STOP");
        raw = sy_qmp_execute_raw(qmp, "query-irq-log", NULL, LIMIT_NS, &error);
        check_no_error(error);
        cr_assert_str_eq(raw, "{\"a\":42,\"b\":\"} \\\" {\"}");
        fake_qmp_end(fake);
    }
}

Test(qmp, a_message_of_many_lines_may_end_after_the_wait_for_it)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "stop");
    fake_qmp_say(fake, "{\r\n    \"return\": {\r\n");
    fake_qmp_pause_ms(fake, 300);
    fake_qmp_say(fake, "    },\r\n    \"id\": @0@\r\n}\r\n");
    fake_qmp_expect(fake, "cont");
    fake_qmp_say(fake, PRETTY_OK);
    qmp = fake_qmp_connect(fake);
    cr_assert_not(sy_qmp_run(qmp, "stop", NULL, SHORT_NS, &error));
    check_error(error, SY_ERROR_TIMEOUT, "QMP stop");
    cr_assert(sy_qmp_run(qmp, "cont", NULL, LIMIT_NS, &error), "%s", error->message);
    fake_qmp_end(fake);
}
