/*
 * QTest testcases for the IRQ log: what they share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef IRQ_LOG_QTEST_H
#define IRQ_LOG_QTEST_H

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

static inline void make_bios(void)
{
    g_autofree uint8_t *image = g_malloc0(BIOS_SIZE);
    int fd = g_file_open_tmp("irq-log-test-XXXXXX", &bios, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(qemu_write_full(fd, image, BIOS_SIZE), ==, BIOS_SIZE);
    close(fd);
}

static inline QTestState *start(void)
{
    QTestState *qts = qtest_initf("-machine pc -nodefaults -serial null "
                                  "-bios %s", bios);

    qtest_outb(qts, PIC_MASK, 0xff);
    return qts;
}

static inline void assert_ok(QDict *resp)
{
    g_assert_true(qdict_haskey(resp, "return"));
    qobject_unref(resp);
}

static inline void assert_error(const char *want, QDict *resp)
{
    QDict *error = qdict_get_qdict(resp, "error");

    g_assert_nonnull(error);
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), want));
    qobject_unref(resp);
}

/* irq-log-set with @more arguments, which are JSON without braces */
static inline QDict *set(QTestState *qts, bool enable, const char *more)
{
    g_autofree char *text = g_strdup_printf("{ \"enable\": %s%s%s }",
                                            enable ? "true" : "false",
                                            *more ? ", " : "", more);
    QDict *args = qobject_to(QDict, qobject_from_json(text, &error_abort));

    return qtest_qmp(qts, "{ 'execute': 'irq-log-set', 'arguments': %p }",
                     args);
}

static inline void enable(QTestState *qts, const char *more)
{
    assert_ok(set(qts, true, more));
}

static inline void disable(QTestState *qts)
{
    assert_ok(set(qts, false, ""));
}

/* The reply to query-irq-log; the caller unrefs it. */
static inline QDict *query(QTestState *qts, const char *args)
{
    QDict *dict = qobject_to(QDict, qobject_from_json(args, &error_abort));

    return qtest_qmp(qts, "{ 'execute': 'query-irq-log', 'arguments': %p }",
                     dict);
}

/* The records that query-irq-log returned */
static inline QList *entries(QDict *resp)
{
    return qdict_get_qlist(qdict_get_qdict(resp, "return"), "entries");
}

static inline int64_t number(QDict *resp, const char *name)
{
    return qdict_get_int(qdict_get_qdict(resp, "return"), name);
}

static inline bool more(QDict *resp)
{
    return qdict_get_bool(qdict_get_qdict(resp, "return"), "more");
}

static inline int64_t status(QTestState *qts, const char *name)
{
    QDict *resp = qtest_qmp(qts, "{ 'execute': 'query-irq-log-status' }");
    int64_t value = qdict_get_int(qdict_get_qdict(resp, "return"), name);

    qobject_unref(resp);
    return value;
}

/* irq-log-set does not wait for the sink. */
static inline void await_sink(QTestState *qts)
{
    while (status(qts, "unwritten") > 0) {
        g_usleep(1000);
    }
}

/* Raises and lowers the UART's line. */
static inline void pulse(QTestState *qts)
{
    qtest_outb(qts, UART_IER, UART_IER_THRI);
    qtest_outb(qts, UART_IER, 0);
}

static inline void pulses(QTestState *qts, int count)
{
    while (count-- > 0) {
        pulse(qts);
    }
}

static inline QDict *entry(const QListEntry *e)
{
    return qobject_to(QDict, qlist_entry_obj(e));
}

/* How many entries one query returns for @args. */
static inline unsigned count(QTestState *qts, const char *args)
{
    QDict *resp = query(qts, args);
    unsigned n = qlist_size(entries(resp));

    qobject_unref(resp);
    return n;
}

/* How many records are in the ring. */
static inline unsigned count_all(QTestState *qts)
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

/* Runs what was added, and removes the firmware. */
static inline int run_tests(void)
{
    int ret = g_test_run();

    unlink(bios);
    g_free(bios);
    return ret;
}

#endif
