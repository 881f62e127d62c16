/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/busy.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
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

/* Uses this much CPU time in another process, and waits for its end. */
static void let_another_use(int64_t cpu_ns)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (sy_clock_ns(CLOCK_PROCESS_CPUTIME_ID) < cpu_ns) {
        }
        _exit(0);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0);
}

Test(busy, the_others_use_what_one_of_them_used_and_no_more_than_all_cpus)
{
    g_autoptr(GError) error = NULL;
    const int64_t start_ns = sy_now_ns(), cpu_ns = 300 * SY_NS_PER_MS;
    int64_t before_ns, after_ns, most_ns;

    cr_assert(sy_busy_others_ns(getppid(), &before_ns, &error));
    let_another_use(cpu_ns);
    cr_assert(sy_busy_others_ns(getppid(), &after_ns, &error));
    /* The kernel may count in ticks. */
    cr_assert_geq(after_ns - before_ns, cpu_ns / 2);
    /* a tick more for each CPU, and for each kind of time */
    most_ns = sysconf(_SC_NPROCESSORS_CONF) * (sy_now_ns() - start_ns + 50 * SY_NS_PER_MS);
    cr_assert_leq(after_ns - before_ns, most_ns);
}

Test(busy, a_missing_process_is_named)
{
    g_autoptr(GError) error = NULL;
    int64_t ns;

    cr_assert_not(sy_busy_others_ns(0x7ffffffe, &ns, &error));
    check_error(error, SY_ERROR_DIED, "2147483646");
}
