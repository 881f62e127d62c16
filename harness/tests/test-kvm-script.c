/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines as perf script 6.1 prints them of Linux 6.12, and lines that it does not print. */
#include "observe/kvm-script.h"

#include <sys/stat.h>

#include "base/error.h"
#include "tests/check.h"

TestSuite(kvm_script, .timeout = 60);

#define AT "  137 [001]    12.345678901: "

Test(kvm_script, each_kind_of_event_is_read)
{
    static const struct {
        const char *line;
        SyKvmEvent event;
    } cases[] = {
        {AT "            kvm:kvm_set_irq: gsi 4 level 1 source 0",
         {.kind = SY_KVM_SET_IRQ, .number = 4, .level = 1}},
        {AT "kvm:kvm_set_irq: gsi 0 level 0 source 2", {.kind = SY_KVM_SET_IRQ, .source = 2}},
        {AT "kvm:kvm_pic_set_irq: chip 1 pin 3 (edge)", {.kind = SY_KVM_PIC_SET, .number = 11}},
        {AT "kvm:kvm_ioapic_set_irq: pin 10 dst 1 vec 48 (Fixed|physical|edge|masked)",
         {.kind = SY_KVM_IOAPIC_SET, .number = 10}},
        {AT "kvm:kvm_msi_set_irq: dst fee00000 vec 65 (Fixed|physical|edge)",
         {.kind = SY_KVM_MSI_SET, .number = 65}},
        {AT "kvm:kvm_inj_virq: IRQ 0x30", {.kind = SY_KVM_INJECT, .number = 48}},
        {AT "kvm:kvm_inj_virq: IRQ 0x30 [reinjected]",
         {.kind = SY_KVM_INJECT, .number = 48, .source = 1}},
        {AT "kvm:kvm_inj_virq: irq 48", {.kind = SY_KVM_INJECT, .number = 48}},
        {AT "kvm:kvm_pio: pio_write at 0x80 size 1 count 1 val 0x2a ",
         {.kind = SY_KVM_PORT_WRITE, .number = 0x80, .level = 0x2a}},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        SyKvmEvent e;
        uint64_t lost;

        cr_assert_eq(sy_kvm_script_line(cases[i].line, &e, &lost), SY_KVM_SCRIPT_EVENT, "%s",
                     cases[i].line);
        cr_assert_eq(e.time_ns, 12345678901, "%s", cases[i].line);
        cr_assert(e.tid == 137 && e.cpu == 1, "%s", cases[i].line);
        cr_assert_eq(e.kind, cases[i].event.kind, "%s", cases[i].line);
        cr_assert_eq(e.number, cases[i].event.number, "%s", cases[i].line);
        cr_assert_eq(e.level, cases[i].event.level, "%s", cases[i].line);
        cr_assert_eq(e.source, cases[i].event.source, "%s", cases[i].line);
    }
}

static SyKvmScriptLine kind_of(const char *line)
{
    SyKvmEvent e;
    uint64_t lost;

    return sy_kvm_script_line(line, &e, &lost);
}

Test(kvm_script, what_does_not_count_is_passed_over)
{
    cr_assert_eq(kind_of(""), SY_KVM_SCRIPT_OTHER);
    cr_assert_eq(kind_of(AT "kvm:kvm_pio: pio_read at 0x80 size 1 count 1 val 0x2a"),
                 SY_KVM_SCRIPT_OTHER);
    cr_assert_eq(kind_of(AT "kvm:kvm_inj_virq: Soft/INTn 0x80"), SY_KVM_SCRIPT_OTHER);
    cr_assert_eq(kind_of(AT "kvm:kvm_set_irq_other: gsi"), SY_KVM_SCRIPT_OTHER);
}

Test(kvm_script, what_was_lost_is_counted)
{
    SyKvmEvent e;
    uint64_t lost;

    cr_assert_eq(
        sy_kvm_script_line("    0 [000]     0.000000000: PERF_RECORD_LOST lost 17", &e, &lost),
        SY_KVM_SCRIPT_LOST);
    cr_assert_eq(lost, 17);
    cr_assert_eq(kind_of("PERF_RECORD_LOST"), SY_KVM_SCRIPT_BAD);
}

Test(kvm_script, a_line_that_perf_does_not_print_is_bad)
{
    static const char *const lines[] = {
        "x",
        "137 [001] 12.345678901",
        "137 [001] 12.3456789: kvm:kvm_set_irq: gsi 4 level 1 source 0",
        "137 [001] 12.34567890123: kvm:kvm_set_irq: gsi 4 level 1 source 0",
        "137 [001] -12.345678901: kvm:kvm_set_irq: gsi 4 level 1 source 0",
        "137 [001] 9223372036854775807.345678901: kvm:kvm_set_irq: gsi 4 level 1 source 0",
        AT "kvm:kvm_set_irq: gsi 4 level",
        AT "kvm:kvm_pic_set_irq: chip 1",
        AT "kvm:kvm_pio: pio_write at 80",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        cr_assert_eq(kind_of(lines[i]), SY_KVM_SCRIPT_BAD, "%s", lines[i]);
    }
}

/* ---- a perf made of shell ---- */

static char *dir;

static void set_up(void)
{
    dir = check_folder();
}

static void tear_down(void)
{
    check_folder_remove(dir);
}

TestSuite(kvm_script_file, .init = set_up, .fini = tear_down, .timeout = 60);

static GArray *read_by(const char *script, uint64_t *lost, GError **error)
{
    g_autofree char *perf = g_build_filename(dir, "perf", NULL);
    g_autofree char *path = g_build_filename(dir, "kvm.perf", NULL);
    g_autofree char *search = g_strconcat(dir, ":", g_getenv("PATH"), NULL);

    cr_assert(g_file_set_contents_full(perf, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    g_setenv("PATH", search, TRUE);
    return sy_kvm_script_read(path, lost, error);
}

Test(kvm_script_file, events_come_in_the_order_of_time_and_warnings_are_no_events)
{
    uint64_t lost = 0;
    g_autoptr(GArray) events =
        read_by("#!/bin/sh\necho 'a warning' >&2\ncat <<X\n"
                " 7 [000] 2.000000000: kvm:kvm_set_irq: gsi 5 level 1 source 0\n"
                " 7 [001] 1.000000000: kvm:kvm_set_irq: gsi 4 level 1 source 0\n"
                " 0 [000] 0.000000000: PERF_RECORD_LOST lost 3\nX\n",
                &lost, NULL);

    cr_assert(events && events->len == 2);
    cr_assert_eq(g_array_index(events, SyKvmEvent, 0).number, 4);
    cr_assert_eq(g_array_index(events, SyKvmEvent, 1).number, 5);
    cr_assert_eq(lost, 3);
}

Test(kvm_script_file, a_bad_line_is_named)
{
    g_autoptr(GError) error = NULL;
    uint64_t lost;

    cr_assert_null(read_by("#!/bin/sh\necho\necho nonsense\n", &lost, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_PROTOCOL));
    cr_assert(strstr(error->message, "line 2") && strstr(error->message, "nonsense"), "%s",
              error->message);
}

Test(kvm_script_file, a_perf_that_fails_is_told)
{
    g_autoptr(GError) error = NULL;
    uint64_t lost;

    cr_assert_null(read_by("#!/bin/sh\nexit 5\n", &lost, &error));
    cr_assert(strstr(error->message, "exit status 5"), "%s", error->message);
}
