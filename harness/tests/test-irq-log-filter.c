/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "irq-log-filter.h"

TestSuite(irq_log_filter, .timeout = 60);

#define NS_PER_S INT64_C(1000000000)

static unsigned passes(IrqLogLimit *limit, uint32_t per_second, int64_t now_ns, unsigned tries)
{
    unsigned passed = 0;

    for (; tries > 0; tries--) {
        passed += irq_log_limit_pass(limit, per_second, now_ns);
    }
    return passed;
}

Test(irq_log_filter, the_limit_holds_in_each_second_and_counts_the_rest)
{
    IrqLogLimit limit = {0};

    cr_assert_eq(passes(&limit, 10, 5 * NS_PER_S, 25), 10);
    cr_assert_eq(limit.refused, 15);
    cr_assert_eq(passes(&limit, 10, 6 * NS_PER_S - 1, 5), 0);
    cr_assert_eq(passes(&limit, 10, 6 * NS_PER_S, 5), 5);
    cr_assert_eq(passes(&limit, 10, 9 * NS_PER_S, 50), 10);
    cr_assert_eq(limit.refused, 15 + 5 + 40);
    cr_assert_eq(passes(&limit, UINT32_MAX, 10 * NS_PER_S, 100), 100);
}

Test(irq_log_filter, kinds_follow_the_ranges_of_a_gic)
{
    cr_assert_str_eq(irq_log_kind(IRQ_LOG_NO_GIC, 4), "hardware");
    cr_assert_str_eq(irq_log_kind(224, 0), "hardware (SPI)");
    cr_assert_str_eq(irq_log_kind(224, 223), "hardware (SPI)");
    cr_assert_str_eq(irq_log_kind(224, 224), "software (SGI)");
    cr_assert_str_eq(irq_log_kind(224, 224 + 15), "software (SGI)");
    cr_assert_str_eq(irq_log_kind(224, 224 + 16), "percpu (PPI)");
    cr_assert_str_eq(irq_log_kind(224, 224 + 31), "percpu (PPI)");
    cr_assert_str_eq(irq_log_kind(224, 224 + 32), "software (SGI)", "of the next CPU");
    cr_assert_str_eq(irq_log_kind(0, 30), "percpu (PPI)");
}
