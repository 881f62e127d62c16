/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/steal.h"

#include "tests/check.h"

TestSuite(steal, .timeout = 60);

Test(steal, is_the_eighth_number_of_the_line_for_all_cpus)
{
    uint64_t ticks;

    cr_assert(sy_steal_parse("cpu  1 2 3 4 5 6 7 88 9 10\ncpu0 1 2 3 4 5 6 7 44 9 10\n", &ticks));
    cr_assert_eq(ticks, 88);
}

Test(steal, is_none_where_the_kernel_does_not_tell)
{
    uint64_t ticks = 5;

    cr_assert(sy_steal_parse("cpu  1 2 3 4\ncpu0 5 6 7 8\n", &ticks));
    cr_assert_eq(ticks, 0);
}

Test(steal, other_texts_are_refused)
{
    static const char *const texts[] = {
        "", "cpu", "cpu  ", "cpu  1 2 3", "cpu0 1 2 3 4 5 6 7 8", "cpu  1 2 x 4 5 6 7 8"};
    uint64_t ticks;

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        cr_assert_not(sy_steal_parse(texts[i], &ticks), "%s", texts[i]);
    }
}

Test(steal, can_be_read_here_and_does_not_shrink)
{
    int64_t before, after;
    GError *error = NULL;

    cr_assert(sy_steal_read(&before, &error));
    check_no_error(error);
    cr_assert(sy_steal_read(&after, &error));
    cr_assert_leq(before, after);
}
