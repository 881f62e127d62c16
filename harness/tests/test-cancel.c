/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that ask for the end, on processes of their own. */
#include "base/cancel.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/check.h"

#define CANCELLED 42 /* exit status of a process that ended because it was asked to */
#define DEAF 43      /* of one that was not asked */

/* What its parent sends to the process: after `after_ms`, `signo`. */
typedef struct {
    int signo, after_ms;
} Step;

/*
 * Starts a process that waits until it is asked to end and then takes `cleanup_ms` to do so; sends
 * it the signals, and returns how it ended, as from waitpid(). With `ignored`, that signal is
 * ignored when the process starts.
 */
static int end_of(const Step *steps, gsize n, int cleanup_ms, int ignored)
{
    int ready[2], status = 0;
    pid_t pid;
    char c;

    cr_assert_eq(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        signal(SIGHUP, SIG_DFL); /* whatever the tests were started with */
        if (ignored) {
            signal(ignored, SIG_IGN);
        }
        sy_cancel_install();
        (void)!write(ready[1], "r", 1);
        if (sy_sleep_until_ns(sy_now_ns() + 5 * SY_NS_PER_S, NULL)) {
            _exit(DEAF);
        }
        for (int64_t until = sy_now_ns() + cleanup_ms * SY_NS_PER_MS; sy_now_ns() < until;) {
            g_usleep(1000);
        }
        _exit(CANCELLED);
    }
    cr_assert_eq(read(ready[0], &c, 1), 1);
    for (gsize i = 0; i < n; i++) {
        g_usleep((gulong)steps[i].after_ms * 1000);
        kill(pid, steps[i].signo);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    close(ready[0]);
    close(ready[1]);
    return status;
}

static void check_orderly(const Step *steps, gsize n)
{
    int status = end_of(steps, n, 300, 0);

    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == CANCELLED, "status %#x after %zu signals",
              status, n);
}

Test(cancel, a_signal_asks_for_an_orderly_end)
{
    for (gsize i = 0; i < 3; i++) {
        check_orderly(&(Step){(const int[]){SIGINT, SIGTERM, SIGHUP}[i], 0}, 1);
    }
}

Test(cancel, more_signals_within_a_second_are_the_same_wish)
{
    /* timeout(1) signals its child, then its own group, which has the child in it. */
    static const Step twice[] = {{SIGTERM, 0}, {SIGTERM, 0}};
    static const Step apart[] = {{SIGTERM, 0}, {SIGTERM, 100}, {SIGINT, 0}, {SIGTERM, 0}};

    for (int i = 0; i < 6; i++) {
        check_orderly(twice, G_N_ELEMENTS(twice));
    }
    check_orderly(apart, G_N_ELEMENTS(apart));
}

Test(cancel, a_signal_a_second_later_ends_the_process_at_once)
{
    static const Step same[] = {{SIGTERM, 0}, {SIGTERM, 1100}};
    static const Step others[] = {{SIGTERM, 0}, {SIGTERM, 0}, {SIGINT, 1100}};
    int status = end_of(same, G_N_ELEMENTS(same), 5000, 0);

    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "status %#x", status);
    status = end_of(others, G_N_ELEMENTS(others), 5000, 0);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT, "status %#x", status);
}

Test(cancel, a_hangup_that_nohup_ignores_stays_ignored)
{
    static const Step hangup[] = {{SIGHUP, 0}, {SIGTERM, 300}};
    int status = end_of(hangup, 1, 0, SIGHUP);

    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == DEAF, "status %#x", status);
    status = end_of(hangup, 2, 0, SIGHUP);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == CANCELLED, "status %#x", status);
}
