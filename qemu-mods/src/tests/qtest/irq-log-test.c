/*
 * QTest testcase for the IRQ log: QMP, filters, sinks, hot-plugged devices
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "libqtest.h"
#include "qapi/error.h"
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "qobject/qlist.h"

/* The UART's interrupt enable register, and the bit that raises its line. */
#define UART_IER 0x3f9
#define UART_IER_THRI 2
#define UART_LINE 4

#define PIC_MASK 0x21

/*
 * Each time the line is set: the GSI, the PIC's input, its output (line 0,
 * low because the input is masked), the IOAPIC's input.  Up and down.
 */
#define PER_PULSE 8

/* Nothing runs, but the machine needs firmware. */
#define BIOS_SIZE (64 * 1024)
static char *bios;

static void make_bios(void)
{
    g_autofree uint8_t *image = g_malloc0(BIOS_SIZE);
    int fd = g_file_open_tmp("irq-log-test-XXXXXX", &bios, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(qemu_write_full(fd, image, BIOS_SIZE), ==, BIOS_SIZE);
    close(fd);
}

static QTestState *start(void)
{
    QTestState *qts = qtest_initf("-machine pc -nodefaults -serial null "
                                  "-bios %s", bios);

    qtest_outb(qts, PIC_MASK, 0xff);
    return qts;
}

static void assert_ok(QDict *resp)
{
    g_assert_true(qdict_haskey(resp, "return"));
    qobject_unref(resp);
}

static void assert_error(const char *want, QDict *resp)
{
    QDict *error = qdict_get_qdict(resp, "error");

    g_assert_nonnull(error);
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), want));
    qobject_unref(resp);
}

/* irq-log-set with @more arguments, which are JSON without braces */
static QDict *set(QTestState *qts, bool enable, const char *more)
{
    g_autofree char *text = g_strdup_printf("{ \"enable\": %s%s%s }",
                                            enable ? "true" : "false",
                                            *more ? ", " : "", more);
    QDict *args = qobject_to(QDict, qobject_from_json(text, &error_abort));

    return qtest_qmp(qts, "{ 'execute': 'irq-log-set', 'arguments': %p }",
                     args);
}

static void enable(QTestState *qts, const char *more)
{
    assert_ok(set(qts, true, more));
}

static void disable(QTestState *qts)
{
    assert_ok(set(qts, false, ""));
}

/* The reply to query-irq-log; the caller unrefs it. */
static QDict *query(QTestState *qts, const char *args)
{
    QDict *dict = qobject_to(QDict, qobject_from_json(args, &error_abort));

    return qtest_qmp(qts, "{ 'execute': 'query-irq-log', 'arguments': %p }",
                     dict);
}

/* The records that query-irq-log returned */
static QList *entries(QDict *resp)
{
    return qdict_get_qlist(qdict_get_qdict(resp, "return"), "entries");
}

static int64_t number(QDict *resp, const char *name)
{
    return qdict_get_int(qdict_get_qdict(resp, "return"), name);
}

static bool more(QDict *resp)
{
    return qdict_get_bool(qdict_get_qdict(resp, "return"), "more");
}

static int64_t status(QTestState *qts, const char *name)
{
    QDict *resp = qtest_qmp(qts, "{ 'execute': 'query-irq-log-status' }");
    int64_t value = qdict_get_int(qdict_get_qdict(resp, "return"), name);

    qobject_unref(resp);
    return value;
}

/* irq-log-set does not wait for the sink. */
static void await_sink(QTestState *qts)
{
    while (status(qts, "unwritten") > 0) {
        g_usleep(1000);
    }
}

/* Raises and lowers the UART's line. */
static void pulse(QTestState *qts)
{
    qtest_outb(qts, UART_IER, UART_IER_THRI);
    qtest_outb(qts, UART_IER, 0);
}

static void pulses(QTestState *qts, int count)
{
    while (count-- > 0) {
        pulse(qts);
    }
}

static QDict *entry(const QListEntry *e)
{
    return qobject_to(QDict, qlist_entry_obj(e));
}

/* How many entries one query returns for @args. */
static unsigned count(QTestState *qts, const char *args)
{
    QDict *resp = query(qts, args);
    unsigned n = qlist_size(entries(resp));

    qobject_unref(resp);
    return n;
}

/* How many records are in the ring. */
static unsigned count_all(QTestState *qts)
{
    int64_t at = 0;
    unsigned n = 0;
    bool go_on = true;

    while (go_on) {
        g_autofree char *args = g_strdup_printf("{\"since\": %" PRId64 "}", at);
        QDict *resp = query(qts, args);

        at = number(resp, "last-examined");
        n += qlist_size(entries(resp));
        go_on = more(resp);
        qobject_unref(resp);
    }
    return n;
}

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
    int ret;

    g_test_init(&argc, &argv, NULL);
    make_bios();
    qtest_add_func("/irq-log/none", test_no_log);
    qtest_add_func("/irq-log/fields", test_fields);
    qtest_add_func("/irq-log/filters", test_filters);
    qtest_add_func("/irq-log/overwritten", test_overwritten);
    qtest_add_func("/irq-log/off-and-on", test_off_and_on);
    qtest_add_func("/irq-log/bad-input", test_bad_input);
    qtest_add_func("/irq-log/file", test_file);
    qtest_add_func("/irq-log/full-disk", test_full_disk);
    qtest_add_func("/irq-log/stderr", test_stderr);
    qtest_add_func("/irq-log/hotplug", test_hotplug);
    qtest_add_func("/irq-log/intercepted", test_intercepted);
    qtest_add_func("/irq-log/bounded", test_bounded);
    qtest_add_func("/irq-log/goes-on", test_goes_on);
    qtest_add_func("/irq-log/fifo", test_fifo);
    ret = g_test_run();
    unlink(bios);
    g_free(bios);
    return ret;
}
