/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/steal.h"

#include "tests/check.h"

Test(steal, is_the_eighth_figure_of_all_cpus)
{
    uint64_t ticks = 0;

    cr_assert(sy_steal_parse("cpu  1 2 3 4 5 6 7 80 9 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n", &ticks));
    cr_assert_eq(ticks, 80);
    cr_assert(sy_steal_parse("cpu  1 2 3 4 5 6 7 8", &ticks));
    cr_assert_eq(ticks, 8);
}

Test(steal, of_a_kernel_that_does_not_tell_is_not_known)
{
    static const char *const texts[] = {"",
                                        "cpu",
                                        "cpu ",
                                        "cpu0 1 2 3 4 5 6 7 8",
                                        "cpu  1 2 3 4 5 6 7\ncpu0 1 2 3 4 5 6 7 8",
                                        "cpu  1 2 3 4 5 6 7 -8",
                                        "cpu  1 2 x 4 5 6 7 8"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        uint64_t ticks;

        cr_assert_not(sy_steal_parse(texts[i], &ticks), "%s", texts[i]);
    }
}
