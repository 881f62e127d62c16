/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/busy.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "base/clock.h"
#include "check.h"

TestSuite(busy, .timeout = 60);

Test(busy, is_all_but_idle_iowait_and_steal_and_counts_guests_once)
{
    uint64_t ticks;

    cr_assert(sy_busy_parse("cpu  1 20 300 4000 50000 600000 7000000 8 9 10\ncpu0 1 2\n", &ticks));
    cr_assert_eq(ticks, 7600321);
    cr_assert(sy_busy_parse("cpu  1 2 3 4\n", &ticks));
    cr_assert_eq(ticks, 6);
}

Test(busy, other_texts_are_refused)
{
    static const char *const texts[] = {"", "cpu", "cpu0 1 2 3 4", "cpu  1 2 3", "cpu  a b c d"};
    uint64_t ticks;

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        cr_assert_not(sy_busy_parse(texts[i], &ticks), "%s", texts[i]);
    }
}

Test(busy, the_others_use_no_more_than_all_cpus_and_a_missing_process_is_named)
{
    g_autoptr(GError) error = NULL;
    const int64_t start_ns = sy_now_ns();
    int64_t before_ns, after_ns, most_ns;

    cr_assert(sy_busy_others_ns(getppid(), &before_ns, &error));
    cr_assert(sy_sleep_until_ns(start_ns + 200 * SY_NS_PER_MS, &error));
    cr_assert(sy_busy_others_ns(getppid(), &after_ns, &error));
    /* a tick more for each CPU, and for each kind of time */
    most_ns = sysconf(_SC_NPROCESSORS_CONF) * (sy_now_ns() - start_ns + 50 * SY_NS_PER_MS);
    cr_assert(after_ns - before_ns <= most_ns);
    cr_assert_not(sy_busy_others_ns(0x7ffffffe, &after_ns, &error));
    check_error(error, SY_ERROR_DIED, "2147483646");
}
