/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/irq-log.h"

#include "tests/check.h"

TestSuite(irq_log, .timeout = 60);

#define RECORD(sequence, level, handler)                                                           \
    "{\"sequence\": " #sequence ", \"dropped\": 0, \"timestamp-ns\": 5000, \"level\": " #level     \
    ", \"irq-line\": 4, \"kind\": \"hardware\", \"path\": \"(anonymous)\", \"host-tid\": 77, "     \
    "\"thread-name\": \"x\", \"caller-addr\": 1, \"caller-symbol\": \"\", \"handler-addr\": 2, "   \
    "\"handler-symbol\": \"" handler "\"}\n"

static GArray *read_text(const char *text, guint64 *others, GError **error)
{
    g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_data(text, -1, NULL);

    return sy_irq_log_read_stream(stream, "log", others, error);
}

Test(irq_log, records_are_told_apart_by_who_takes_the_irq)
{
    g_autoptr(GError) error = NULL;
    guint64 others = 0;
    g_autoptr(GArray) records =
        read_text(RECORD(1, 1, "pic_irq_request") RECORD(2, 1, "kvm_pic_set_irq")
                      RECORD(3, 0, "kvm_ioapic_set_irq") RECORD(9, 1, "ioapic_set_irq"),
                  &others, &error);
    const SyIrqRecord *r;

    check_no_error(error);
    cr_assert_eq(records->len, 3);
    cr_assert_eq(others, 1);
    r = &g_array_index(records, SyIrqRecord, 0);
    cr_assert(r->sequence == 2 && r->level == 1 && r->line == 4 && r->tid == 77 &&
              r->time_ns == 5000 && r->handler == SY_IRQ_KVM_PIC);
    cr_assert_eq(g_array_index(records, SyIrqRecord, 1).handler, SY_IRQ_KVM_IOAPIC);
    cr_assert_eq(g_array_index(records, SyIrqRecord, 2).handler, SY_IRQ_IOAPIC);
}

Test(irq_log, what_is_no_log_is_named_by_its_line)
{
    static const struct {
        const char *text, *want;
    } bad[] = {
        {"hello\n", "log:1: not a record"},
        {RECORD(1, 1, "x") "{\"sequence\": 2", "log:2: not a record"},
        {RECORD(1, 1, "x") "[]\n", "log:2: not a record"},
        {RECORD(1, 1, "x") "\n", "log:2: not a record"},
        {RECORD(0, 1, "x"), "log:1: not a record"},
        {RECORD(1, true, "x"), "log:1: not a record"},
        {RECORD(2, 1, "x") RECORD(2, 1, "x"), "log:2: the sequence number"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;

        cr_assert_null(read_text(bad[i].text, NULL, &error));
        check_error(error, SY_ERROR_PROTOCOL, bad[i].want);
    }
}

Test(irq_log, an_empty_log_has_no_records_and_a_missing_one_is_an_error)
{
    GError *error = NULL;
    g_autoptr(GArray) records = read_text("", NULL, &error);

    check_no_error(error);
    cr_assert_eq(records->len, 0);
    cr_assert_null(sy_irq_log_read("/nonexistent/log", NULL, &error));
    check_error(error, SY_ERROR_IO, "/nonexistent/log");
}
