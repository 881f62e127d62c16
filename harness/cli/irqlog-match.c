/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard irqlog match: matches a log file with a trace.dat. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/exit-code.h"
#include "cli/irqlog.h"
#include "observe/irq-log.h"
#include "observe/kvm-events.h"
#include "workloads/irq/accounts.h"

#define FINDINGS_SHOWN 50

static const SyIrqRecord *record_at(const IrqEvidence *e, guint i)
{
    return &g_array_index(e->log, SyIrqRecord, i);
}

static const SyKvmEvent *event_at(const IrqEvidence *e, guint i)
{
    return &g_array_index(e->kvm, SyKvmEvent, i);
}

/*
 * The span in which log and trace were both on; empty if there is none. Neither tells exactly when
 * it began. Whoever sets an IRQ holds QEMU's big lock until KVM has been told, so the effects of a
 * record are over before the next record. So the span begins at the first record for which the
 * trace was on, and ends just before the last one.
 */
static void common_span(IrqEvidence *e)
{
    guint from = 0, to = e->log->len;

    if (e->log->len == 0 || e->kvm->len == 0) {
        e->from_ns = 1; /* an empty span */
        return;
    }
    while (from < to && record_at(e, from)->time_ns < event_at(e, 0)->time_ns) {
        from++;
    }
    while (to > from && record_at(e, to - 1)->time_ns > event_at(e, e->kvm->len - 1)->time_ns) {
        to--;
    }
    e->from_ns = from < to ? record_at(e, from)->time_ns : 1;
    e->to_ns = from < to ? record_at(e, to - 1)->time_ns - 1 : 0;
}

/* Says why there is nothing to compare. */
static void append_spans(GString *out, const IrqEvidence *e)
{
    if (e->log->len == 0) {
        g_string_append(out, "the log has no record of an input of an interrupt controller\n");
    } else {
        g_string_append_printf(out, "the log goes from %.6f s to %.6f s\n",
                               (double)record_at(e, 0)->time_ns / 1e9,
                               (double)record_at(e, e->log->len - 1)->time_ns / 1e9);
    }
    if (e->kvm->len == 0) {
        g_string_append(out, "the trace has no interrupt events of KVM\n");
    } else {
        g_string_append_printf(out, "the trace goes from %.6f s to %.6f s\n",
                               (double)event_at(e, 0)->time_ns / 1e9,
                               (double)event_at(e, e->kvm->len - 1)->time_ns / 1e9);
    }
    g_string_append(out, "is the trace of this QEMU, and taken with the clock mono?\n");
}

/* How many records the log itself reports as dropped. */
static guint64 dropped_by_log(const IrqEvidence *e)
{
    return e->log->len ? record_at(e, e->log->len - 1)->dropped - record_at(e, 0)->dropped : 0;
}

static char *account_text(const IrqEvidence *e, const IrqAccounts *a)
{
    GString *out = g_string_new(NULL);
    guint n = a->lines->findings->len;

    g_string_append_printf(out,
                           "%.6f s in common: matched %u, missing %u, spurious %u, out of order "
                           "%u\n",
                           (double)MAX(e->to_ns - e->from_ns, 0) / 1e9, a->lines->pairs->len,
                           a->lines->missing + a->chips_unpaired, a->lines->spurious,
                           a->lines->out_of_order);
    if (a->chips_unpaired) {
        g_string_append_printf(out,
                               "%u events of KVM's PIC and IOAPIC do not match a "
                               "kvm_set_irq\n",
                               a->chips_unpaired);
    }
    if (a->in_kernel) {
        g_string_append_printf(out,
                               "devices in the kernel raised a line %u times; by design these are "
                               "not in the log\n",
                               a->in_kernel);
    }
    if (dropped_by_log(e)) {
        g_string_append_printf(out,
                               "the log itself reports %" G_GUINT64_FORMAT
                               " dropped records, overwritten before they were written out\n",
                               dropped_by_log(e));
    }
    if (n == 0 && a->chips_unpaired == 0 && a->lines->pairs->len == 0) {
        append_spans(out, e);
    }
    for (guint i = 0; i < MIN(n, FINDINGS_SHOWN); i++) {
        g_autofree char *line = irq_finding_text(&g_array_index(a->lines->findings, IrqFinding, i));

        g_string_append_printf(out, "%s\n", line);
    }
    if (n > FINDINGS_SHOWN) {
        g_string_append_printf(out, "and %u more\n", n - FINDINGS_SHOWN);
    }
    return g_string_free(out, FALSE);
}

static bool parse_irqchip(const char *name, Irqchip *irqchip, GError **error)
{
    if (strcmp(name, "on") == 0 || strcmp(name, "split") == 0) {
        *irqchip = strcmp(name, "on") == 0 ? IRQCHIP_ON : IRQCHIP_SPLIT;
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                "--irqchip %s: give on or split, as in QEMU's -accel kvm,kernel-irqchip=...", name);
    return false;
}

/* Returns PASS if they agree, FAIL if not, INCONCLUSIVE if there is nothing to compare. */
static int match(const char *log_path, const char *trace_path, Irqchip irqchip, GError **error)
{
    g_autoptr(GArray) log = sy_irq_log_read(log_path, NULL, error);
    g_autoptr(GArray) kvm = log ? sy_kvm_events_read(trace_path, error) : NULL;
    IrqEvidence evidence = {.irqchip = irqchip, .log = log, .kvm = kvm};
    g_autoptr(IrqAccounts) a = NULL;
    g_autofree char *text = NULL;
    int code;

    if (!kvm) {
        return SY_EXIT_COULD_NOT_RUN;
    }
    common_span(&evidence);
    a = irq_accounts_take(&evidence);
    text = account_text(&evidence, a);
    code = sy_cli_print(text);
    if (code != SY_EXIT_PASS) {
        return code;
    }
    return a->lines->findings->len || a->chips_unpaired ? SY_EXIT_FAIL
           : a->lines->pairs->len                       ? SY_EXIT_PASS
                                                        : SY_EXIT_INCONCLUSIVE;
}

int sy_cmd_irqlog_match(int argc, char **argv)
{
    g_autofree char *irqchip_name = NULL;
    Irqchip irqchip = IRQCHIP_ON;
    const GOptionEntry entries[] = {
        {"irqchip", 0, 0, G_OPTION_ARG_STRING, &irqchip_name,
         "QEMU's kernel-irqchip=: on (default) or split", "WHERE"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GError) error = NULL;
    int code;

    if (!sy_cli_parse(
            &argc, &argv, entries, "LOG TRACE.dat",
            "Matches a log file of irq-log-set with KVM's events, one to one.\nExit status: "
            "0 they agree, 1 they differ, 4 nothing in common.")) {
        return SY_EXIT_USAGE;
    }
    if (argc != 3) {
        fprintf(stderr, "steelyard irqlog match: give a log file and a trace.dat\n");
        return SY_EXIT_USAGE;
    }
    if (!parse_irqchip(irqchip_name ? irqchip_name : "on", &irqchip, &error)) {
        return sy_cli_fail(error);
    }
    code = match(argv[1], argv[2], irqchip, &error);
    return error ? sy_cli_fail(error) : code;
}
