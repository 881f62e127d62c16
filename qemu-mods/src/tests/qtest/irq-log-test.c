/*
 * QTest testcase for the IRQ log: QMP, filters, ring, hot-plugged devices
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "irq-log-qtest.h"

static void test_no_log(void)
{
    QTestState *qts = start();

    pulse(qts);
    assert_error("there is no IRQ log", query(qts, "{}"));
    g_assert_cmpint(status(qts, "ring-entries"), ==, 0);
    qtest_quit(qts);
}

static void test_fields(void)
{
    QTestState *qts = start();
    int64_t before, last = 0, last_ns = 0;
    bool ioapic_seen = false;
    const QListEntry *e;
    QDict *resp;

    enable(qts, "\"sink\": \"ring\"");
    before = g_get_monotonic_time() * 1000;
    pulse(qts);
    resp = query(qts, "{}");
    QLIST_FOREACH_ENTRY(entries(resp), e) {
        QDict *r = entry(e);

        g_assert_cmpint(qdict_get_int(r, "sequence"), ==, ++last);
        g_assert_cmpint(qdict_get_int(r, "dropped"), ==, 0);
        g_assert_cmpint(qdict_get_int(r, "timestamp-ns"), >=, last_ns);
        last_ns = qdict_get_int(r, "timestamp-ns");
        if (!strcmp(qdict_get_str(r, "handler-symbol"), "pic_irq_request")) {
            g_assert_cmpint(qdict_get_int(r, "irq-line"), ==, 0);
            g_assert_cmpint(qdict_get_int(r, "level"), ==, 0);
        } else {
            g_assert_cmpint(qdict_get_int(r, "irq-line"), ==, UART_LINE);
            g_assert_cmpint(qdict_get_int(r, "level"), ==,
                            last <= PER_PULSE / 2);
        }
        g_assert_cmpstr(qdict_get_str(r, "kind"), ==, "hardware");
        g_assert_cmpint(qdict_get_int(r, "host-tid"), >, 0);
        g_assert_cmpint(qdict_get_int(r, "caller-addr"), !=, 0);
        g_assert_cmpint(qdict_get_int(r, "handler-addr"), !=, 0);
        if (!strcmp(qdict_get_str(r, "handler-symbol"), "ioapic_set_irq")) {
            ioapic_seen = true;
            g_assert_nonnull(strstr(qdict_get_str(r, "path"),
                                    "unnamed-gpio-in[4]"));
            g_assert_cmpstr(qdict_get_str(r, "caller-symbol"), ==,
                            "gsi_handler");
        }
    }
    g_assert_cmpint(last, ==, PER_PULSE);
    g_assert_cmpint(last_ns, >=, before);
    g_assert_true(ioapic_seen);
    qobject_unref(resp);
    qtest_quit(qts);
}

static void test_filters(void)
{
    QTestState *qts = start();

    enable(qts, "\"sink\": \"ring\"");
    pulses(qts, 2);
    g_assert_cmpint(count(qts, "{}"), ==, 16);
    g_assert_cmpint(count(qts, "{\"max-entries\": 5}"), ==, 5);
    g_assert_cmpint(count(qts, "{\"filter-line\": 4}"), ==, 12);
    g_assert_cmpint(count(qts, "{\"filter-line\": 5}"), ==, 0);
    g_assert_cmpint(count(qts, "{\"filter-tid\": 1}"), ==, 0);
    g_assert_cmpint(count(qts, "{\"filter-path\": \"*unnamed-gpio-in[4]\"}"),
                    ==, 8);
    g_assert_cmpint(count(qts, "{\"filter-path\": \"*non-qdev-gpio*\"}"), ==, 8);
    /* '*' goes on behind a slash, '?' is one character, '[' is itself */
    g_assert_cmpint(count(qts, "{\"filter-path\": \"/*gpio-in[?]\"}"), ==, 8);
    g_assert_cmpint(count(qts, "{\"filter-path\": \"/*gpio-in[??]\"}"), ==, 0);
    g_assert_cmpint(count(qts, "{\"filter-path\": \"*gpio-in[0-9]\"}"), ==, 0);
    g_assert_cmpint(count(qts, "{\"since\": 0}"), ==, 16);
    g_assert_cmpint(count(qts, "{\"since\": 7}"), ==, 9);
    g_assert_cmpint(count(qts, "{\"since\": 16}"), ==, 0);
    g_assert_cmpint(count(qts, "{\"since\": 4000000000000000000}"), ==, 0);

    /* The same filters while records are made */
    enable(qts, "\"sink\": \"ring\", \"filter-line\": 5");
    pulse(qts);
    g_assert_cmpint(status(qts, "last-sequence"), ==, 16);
    enable(qts, "\"sink\": \"ring\", \"filter-path\": \"*gpio-in[4]\"");
    pulse(qts);
    g_assert_cmpint(status(qts, "last-sequence"), ==, 20);
    enable(qts, "\"sink\": \"ring\", \"filter-path\": \"*non-qdev-gpio*\"");
    pulse(qts);
    g_assert_cmpint(status(qts, "last-sequence"), ==, 24);
    enable(qts, "\"sink\": \"ring\", \"rate-limit\": 1");
    pulses(qts, 10);
    g_assert_cmpint(status(qts, "last-sequence"), <=, 28);
    g_assert_cmpint(status(qts, "last-sequence") +
                    status(qts, "rate-limited"), ==, 24 + 80);
    qtest_quit(qts);
}

static void test_overwritten(void)
{
    QTestState *qts = start();
    QDict *resp, *first;

    enable(qts, "\"sink\": \"ring\", \"ring-entries\": 64");
    pulses(qts, 50);
    g_assert_cmpint(status(qts, "last-sequence"), ==, 400);
    g_assert_cmpint(status(qts, "oldest-sequence"), ==, 337);
    resp = query(qts, "{\"since\": 100}");
    first = entry(qlist_first(entries(resp)));
    g_assert_cmpint(qdict_get_int(first, "sequence"), ==, 337);
    g_assert_cmpint(qdict_get_int(first, "dropped"), ==, 236);
    qobject_unref(resp);
    g_assert_cmpint(count(qts, "{\"since\": 100}"), ==, 64);
    g_assert_cmpint(count(qts, "{}"), ==, 64);

    /*
     * A new ring goes on with the numbers; the old one's records are lost,
     * and counted.
     */
    enable(qts, "\"sink\": \"ring\", \"ring-entries\": 128");
    g_assert_cmpint(count(qts, "{}"), ==, 0);
    pulse(qts);
    resp = query(qts, "{\"since\": 250}");
    first = entry(qlist_first(entries(resp)));
    g_assert_cmpint(qdict_get_int(first, "sequence"), ==, 401);
    g_assert_cmpint(qdict_get_int(first, "dropped"), ==, 150);
    qobject_unref(resp);
    qtest_quit(qts);
}

static void test_off_and_on(void)
{
    QTestState *qts = start();

    disable(qts);
    enable(qts, "\"sink\": \"ring\"");
    enable(qts, "\"sink\": \"ring\"");
    pulse(qts);
    disable(qts);
    disable(qts);
    pulse(qts);
    g_assert_cmpint(status(qts, "last-sequence"), ==, 8);
    g_assert_cmpint(count(qts, "{}"), ==, 8);
    enable(qts, "\"sink\": \"ring\"");
    pulse(qts);
    g_assert_cmpint(count(qts, "{\"since\": 8}"), ==, 8);
    qtest_quit(qts);
}

static QDict *query_long_path(QTestState *qts)
{
    g_autofree char *glob = g_strnfill(1025, '*');
    g_autofree char *args = g_strdup_printf("{\"filter-path\": \"%s\"}", glob);

    return query(qts, args);
}

static void test_bad_input(void)
{
    QTestState *qts = start();
    static const struct {
        const char *args;
        const char *want;
    } bad[] = {
        { "\"sink\": \"syslog\"", "syslog" },
        { "\"sink\": \"file\"", "needs a 'path'" },
        { "\"path\": \"/tmp/x\"", "needs sink 'file'" },
        { "\"sink\": \"file\", \"path\": \"/nonexistent/x\"",
          "/nonexistent/x" },
        { "\"ring-entries\": 0", "power of two" },
        { "\"ring-entries\": 1000", "power of two" },
        { "\"ring-entries\": 4294967296", "power of two" },
        { "\"filter-line\": 4294967296", "filter-line" },
        { "\"rate-limit\": -1", "rate-limit" },
    };

    for (int i = 0; i < ARRAY_SIZE(bad); i++) {
        assert_error(bad[i].want, set(qts, true, bad[i].args));
    }
    assert_error("only 'enable': true", set(qts, false, "\"sink\": \"ring\""));
    enable(qts, "\"sink\": \"ring\"");
    for (int i = 0; i < ARRAY_SIZE(bad); i++) {
        assert_error(bad[i].want, set(qts, true, bad[i].args));
    }
    assert_error("max-entries", query(qts, "{\"max-entries\": 0}"));
    assert_error("max-entries", query(qts, "{\"max-entries\": 100001}"));
    assert_error("1024 bytes", query_long_path(qts));
    /* The settings have not changed. */
    pulse(qts);
    g_assert_cmpint(count(qts, "{}"), ==, 8);
    g_assert_cmpint(status(qts, "ring-entries"), ==, 65536);
    qtest_quit(qts);
}

/* Devices that come and go while their lines are logged keep their paths. */
static void test_hotplug(void)
{
    QTestState *qts = start();
    int64_t last = 0;

    enable(qts, "\"sink\": \"ring\"");
    for (int i = 0; i < 20; i++) {
        g_autofree char *id = g_strdup_printf("u%d", i);

        qtest_qmp_device_add(qts, "piix3-usb-uhci", id, "{}");
        pulse(qts);
        qtest_qmp_device_del_send(qts, id);
        qtest_system_reset(qts);
        qtest_qmp_eventwait(qts, "DEVICE_DELETED");
        pulse(qts);
    }
    last = status(qts, "last-sequence");
    g_assert_cmpint(last, >=, 40 * PER_PULSE);
    g_assert_cmpint(count_all(qts), ==, last);
    qtest_quit(qts);
}

/* A copy of an IRQ is another one: it has another path, here none. */
static void test_intercepted(void)
{
    QTestState *qts = start();
    bool caught = false, passed_on = false;
    const QListEntry *e;
    QDict *resp;

    enable(qts, "\"sink\": \"ring\"");
    qtest_irq_intercept_in(qts, "ioapic");
    pulse(qts);
    resp = query(qts, "{\"filter-line\": 4}");
    QLIST_FOREACH_ENTRY(entries(resp), e) {
        QDict *r = entry(e);
        bool has_path = strstr(qdict_get_str(r, "path"), "/ioapic/") != NULL;

        if (!strcmp(qdict_get_str(r, "handler-symbol"), "qtest_irq_handler")) {
            g_assert_true(has_path);
            caught = true;
        }
        if (!strcmp(qdict_get_str(r, "handler-symbol"), "ioapic_set_irq")) {
            g_assert_cmpstr(qdict_get_str(r, "path"), ==, "(anonymous)");
            passed_on = true;
        }
    }
    g_assert_true(caught);
    g_assert_true(passed_on);
    qobject_unref(resp);
    qtest_quit(qts);
}

/* One query looks at so many records at most, and the next one goes on. */
#define EXAMINED_MAX 16384
#define RETURNED_MAX 512

static void test_bounded(void)
{
    QTestState *qts = start();
    int64_t last, at = 0, found = 0;
    unsigned queries = 0;
    bool go_on = true;
    QDict *resp;

    enable(qts, "\"sink\": \"ring\"");
    pulse(qts);
    enable(qts, "\"sink\": \"ring\", \"filter-line\": 4");
    while (status(qts, "last-sequence") < 2 * EXAMINED_MAX + 100) {
        pulses(qts, 500);
    }
    last = status(qts, "last-sequence");

    /* Forward: the two records of line 0 are the oldest ones. */
    for (; go_on; queries++) {
        g_autofree char *args = g_strdup_printf(
            "{\"since\": %" PRId64 ", \"filter-line\": 0}", at);

        resp = query(qts, args);
        g_assert_cmpint(number(resp, "first-examined"), ==, at + 1);
        g_assert_cmpint(number(resp, "last-examined") - at, <=, EXAMINED_MAX);
        g_assert_cmpint(number(resp, "lost"), ==, 0);
        at = number(resp, "last-examined");
        found += qlist_size(entries(resp));
        go_on = more(resp);
        qobject_unref(resp);
    }
    g_assert_cmpint(at, ==, last);
    g_assert_cmpint(queries, ==, last / EXAMINED_MAX + 1);
    g_assert_cmpint(found, ==, 2);

    /* Back: the same. */
    at = last + 1;
    found = queries = 0;
    for (go_on = true; go_on; queries++) {
        g_autofree char *args = g_strdup_printf(
            "{\"before\": %" PRId64 ", \"filter-line\": 0}", at);

        resp = query(qts, args);
        g_assert_cmpint(number(resp, "last-examined"), ==, at - 1);
        at = number(resp, "first-examined");
        found += qlist_size(entries(resp));
        go_on = more(resp);
        qobject_unref(resp);
    }
    g_assert_cmpint(at, ==, 1);
    g_assert_cmpint(queries, ==, last / EXAMINED_MAX + 1);
    g_assert_cmpint(found, ==, 2);

    g_assert_cmpint(count(qts, "{\"max-entries\": 100000}"), ==, RETURNED_MAX);
    g_assert_cmpint(count(qts, "{\"max-entries\": 100000, \"since\": 0}"), ==,
                    RETURNED_MAX);
    g_assert_cmpint(count(qts, "{\"since\": 10, \"before\": 14}"), ==, 3);
    g_assert_cmpint(count(qts, "{\"before\": 0}"), ==, 0);
    g_assert_cmpint(count_all(qts), ==, last);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    make_bios();
    qtest_add_func("/irq-log/none", test_no_log);
    qtest_add_func("/irq-log/fields", test_fields);
    qtest_add_func("/irq-log/filters", test_filters);
    qtest_add_func("/irq-log/overwritten", test_overwritten);
    qtest_add_func("/irq-log/off-and-on", test_off_and_on);
    qtest_add_func("/irq-log/bad-input", test_bad_input);
    qtest_add_func("/irq-log/hotplug", test_hotplug);
    qtest_add_func("/irq-log/intercepted", test_intercepted);
    qtest_add_func("/irq-log/bounded", test_bounded);
    return run_tests();
}
