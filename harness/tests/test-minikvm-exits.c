/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "tests/check.h"
#include "workloads/minikvm/exit-answer.h"
#include "workloads/minikvm/exit-kinds.h"

/* 1 GHz: a tick is a nanosecond. */
#define KHZ 1000000

Test(minikvm_exit_answer, is_read_with_its_batches)
{
    GError *error = NULL;
    ExitAnswer answer;

    cr_assert(exit_answer_parse("exits: did vcpu=0 ticks=900 alone=10,11,12 exits=110,210,310",
                                &answer, &error));
    check_no_error(error);
    cr_expect_eq(answer.vcpu, 0);
    cr_expect_eq(answer.ticks, 900);
    cr_expect_eq(answer.batches, 3);
    cr_expect_eq(answer.alone[2], 12);
    cr_expect_eq(answer.exits[2], 310);
    cr_expect_eq(answer.count, 0);
}

Test(minikvm_exit_answer, is_read_with_its_count)
{
    GError *error = NULL;
    ExitAnswer answer;

    cr_assert(exit_answer_parse("exits: did vcpu=7 ticks=1000 count=25", &answer, &error));
    check_no_error(error);
    cr_expect_eq(answer.vcpu, 7);
    cr_expect_eq(answer.count, 25);
    cr_expect_eq(answer.batches, 0);
}

Test(minikvm_exit_answer, is_refused_if_anything_is_missing_or_wrong)
{
    static const char *const lines[] = {
        "",
        "exits: set",
        "exits: did ",
        "exits: did vcpu=0 ticks=900",
        "exits: did vcpu=0 ticks=900 alone=1,2 exits=3",
        "exits: did vcpu=0 ticks=900 alone=1 exits=",
        "exits: did vcpu=0 ticks=900 alone=1 exits=2,",
        "exits: did vcpu=0 ticks=900 alone=1 exits=-2",
        "exits: did vcpu=0 ticks=0 alone=1 exits=2",
        "exits: did vcpu=0 ticks=900 alone=1 exits=2 count=3",
        "exits: did vcpu=0 ticks=900 count=0",
        "exits: did ticks=900 count=3",
        "exits: did vcpu=99999999999 ticks=900 count=3",
        "exits: did vcpu=0 ticks=99999999999999999999 count=3",
        "exits: did vcpu=0 ticks=900 count=3 more=1",
        "exits: did vcpu=0 ticks=900 count",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        GError *error = NULL;
        ExitAnswer answer;

        cr_expect_not(exit_answer_parse(lines[i], &answer, &error), "%s", lines[i]);
        check_error(error, SY_ERROR_PROTOCOL, "the guest exits said");
    }
}

Test(minikvm_exit_answer, has_at_most_as_many_batches_as_the_guest_makes)
{
    g_autoptr(GString) list = g_string_new("1");
    GError *error = NULL;
    ExitAnswer answer;

    for (guint i = 1; i < EXITS_MAX_BATCHES + 1; i++) {
        g_autofree char *line =
            g_strdup_printf("exits: did vcpu=0 ticks=1 alone=%s exits=%s", list->str, list->str);

        cr_expect(exit_answer_parse(line, &answer, &error), "%u batches", i);
        g_string_append(list, ",1");
    }
    {
        g_autofree char *line =
            g_strdup_printf("exits: did vcpu=0 ticks=1 alone=%s exits=%s", list->str, list->str);

        cr_expect_not(exit_answer_parse(line, &answer, &error));
        g_clear_error(&error);
    }
}

/* 20 instructions in batches of 1000, 2000 and 90000 ticks, where the loop takes 500. */
static const ExitAnswer disturbed = {
    .ticks = 100000, .batches = 3, .alone = {500, 500, 700}, .exits = {1000, 2000, 90000}};

Test(minikvm_exit_cost, is_that_of_the_median_batch_less_the_loop)
{
    ExitCost cost = exit_answer_cost(&disturbed, 20, 1, KHZ);

    cr_expect_float_eq(cost.ns, (2000.0 - 500) / 20, 1e-9);
    cr_expect_float_eq(cost.gross_ns, 2000.0 / 20, 1e-9);
}

Test(minikvm_exit_cost, follows_the_clock_and_the_units)
{
    cr_expect_float_eq(exit_answer_cost(&disturbed, 20, 1, 2 * KHZ).ns, 37.5, 1e-9);
    cr_expect_float_eq(exit_answer_cost(&disturbed, 20, 64, KHZ).ns, 75.0 / 64, 1e-9);
}

Test(minikvm_exit_cost, is_negative_where_the_loop_alone_took_longer)
{
    const ExitAnswer answer = {.ticks = 1, .batches = 1, .alone = {600}, .exits = {500}};

    cr_expect_lt(exit_answer_cost(&answer, 10, 1, KHZ).ns, 0);
}

Test(minikvm_exit_clock, that_runs_faster_than_time_is_refused)
{
    const ExitAnswer answer = {.ticks = 10000000}; /* 10 ms */
    GError *error = NULL;

    cr_expect(exit_answer_check(&answer, 10000000, KHZ, &error));
    cr_expect(exit_answer_check(&answer, 30000000, KHZ, &error), "the answer took its time");
    check_no_error(error);
    cr_expect_not(exit_answer_check(&answer, 9000000, KHZ, &error));
    check_error(error, SY_ERROR_PROTOCOL, "no measure of time");
    cr_expect_not(exit_answer_check(&answer, 10000000, KHZ / 2, &error));
    check_error(error, SY_ERROR_PROTOCOL, "no measure of time");
}

Test(minikvm_exit_count, is_the_sum_of_all_vcpus)
{
    GError *error = NULL;
    guint64 exits;

    cr_assert(exit_count_parse("vCPU 0: 184 exits, end exit: out 184\n", &exits, &error));
    cr_expect_eq(exits, 184);
    cr_assert(exit_count_parse("vCPU 0: 122 exits, end exit: out 122\n"
                               "vCPU 1: 50 exits, end exit: out 50\nall: 172 exits\n",
                               &exits, &error));
    cr_expect_eq(exits, 172);
    cr_expect_not(exit_count_parse("mini-kvm: no image is given\n", &exits, &error));
    check_error(error, SY_ERROR_PROTOCOL, "mini-kvm --exits");
    cr_expect_not(
        exit_count_parse("vCPU 0: 99999999999999999999 exits, end exit:\n", &exits, &error));
    check_error(error, SY_ERROR_PROTOCOL, "mini-kvm --exits");
}

Test(minikvm_exit_interval, decides_only_if_the_limit_is_outside)
{
    const double below[] = {0.90, 0.95}, around[] = {0.98, 1.02}, above[] = {1.01, 1.10};
    const double touching[] = {0.9, 1.0};

    cr_expect_not(exit_interval_straddles(below, 1));
    cr_expect(exit_interval_straddles(around, 1));
    cr_expect_not(exit_interval_straddles(above, 1), "it certainly fails");
    cr_expect_not(exit_interval_straddles(touching, 1), "at most 1 is within the gate");
}

Test(minikvm_exit_kinds, are_all_known_by_the_names_of_the_parameter)
{
    g_auto(GStrv) names = g_strsplit(EXIT_KIND_NAMES, ",", -1);

    for (guint i = 0; names[i]; i++) {
        const ExitKind *kind = exit_kind_find(names[i]);

        cr_assert(kind, "%s", names[i]);
        cr_expect_str_eq(kind->name, names[i]);
        cr_expect_geq(kind->units, 1);
    }
    cr_expect_null(exit_kind_find("none"));
}

Test(minikvm_exit_kinds, say_why_a_vmm_cannot_make_them)
{
    const ExitKind *out8 = exit_kind_find("out8"), *hypercall = exit_kind_find("hypercall");
    const ExitKind *kernel = exit_kind_find("outl_to_kernel");

    cr_expect_null(exit_kind_unfit(out8, EXIT_VMM_MINI_KVM, false));
    cr_expect_null(exit_kind_unfit(out8, EXIT_VMM_TCG, true));
    cr_expect_null(exit_kind_unfit(hypercall, EXIT_VMM_MINI_KVM, true));
    cr_expect_not_null(exit_kind_unfit(hypercall, EXIT_VMM_KVM, true));
    cr_expect_null(exit_kind_unfit(kernel, EXIT_VMM_KVM, true));
    cr_expect_not_null(exit_kind_unfit(kernel, EXIT_VMM_KVM, false));
    cr_expect_not_null(exit_kind_unfit(kernel, EXIT_VMM_TCG, true));
}
