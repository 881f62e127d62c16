/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/cpulimit.h"
#include "host/proctree.h"
#include "host/requirement.h"
#include "host/schedstat.h"
#include "tests/check.h"
#include "tests/spinner.h"

static void need_cpulimit(void)
{
    const SyRequirementResult *result = sy_requirement_check("cpulimit", NULL);

    if (!result->met) {
        cr_skip_test("%s", result->evidence);
    }
}

/* Waits up to 10 s for the state; true once it was seen. */
static bool wait_state(pid_t pid, char wanted)
{
    char state = 0;

    for (int i = 0; i < 100000 && state != wanted; i++) {
        usleep(100);
        cr_assert(sy_thread_state(pid, pid, &state, NULL));
    }
    return state == wanted;
}

/* Where the program cpulimit is, below us; 0: not there. */
static pid_t find_program(void)
{
    g_autoptr(GArray) tree = sy_proctree_below(getpid());

    for (guint i = 0; i < tree->len; i++) {
        if (strcmp(g_array_index(tree, SyProc, i).name, "cpulimit") == 0) {
            return g_array_index(tree, SyProc, i).pid;
        }
    }
    return 0;
}

Test(cpulimit, the_limit_is_whole_percents_and_at_least_one)
{
    cr_assert_eq(sy_cpulimit_round(10), 10);
    cr_assert_eq(sy_cpulimit_round(12.4), 12);
    cr_assert_eq(sy_cpulimit_round(12.5), 13);
    cr_assert_eq(sy_cpulimit_round(0.2), 1);
}

Test(cpulimit, stops_and_continues_its_process_and_leaves_it_running, .timeout = 60)
{
    g_autofree char *dir = check_folder();
    g_autoptr(GError) error = NULL;
    SyCpulimit *cpulimit;
    pid_t pid;

    need_cpulimit();
    pid = spinner_start();
    cpulimit = sy_cpulimit_start(pid, 10, dir, &error);
    check_no_error(error);
    cr_assert(wait_state(pid, 'T'));
    cr_assert(wait_state(pid, 'R'));
    cr_assert(sy_cpulimit_alive(cpulimit));
    sy_cpulimit_stop(cpulimit);
    cr_assert_eq(find_program(), 0);
    cr_assert(wait_state(pid, 'R'));
    spinner_end(pid);
    sy_fs_remove_tree(dir);
}

/* Killed in the middle of a stop it could not continue its process by itself. */
Test(cpulimit, a_killed_one_leaves_no_stopped_process, .timeout = 60)
{
    g_autofree char *dir = check_folder();
    g_autoptr(GError) error = NULL;
    SyCpulimit *cpulimit;
    pid_t pid, program;

    need_cpulimit();
    pid = spinner_start();
    cpulimit = sy_cpulimit_start(pid, 5, dir, &error);
    check_no_error(error);
    cr_assert(wait_state(pid, 'T'));
    program = find_program();
    cr_assert_gt(program, 0);
    kill(program, SIGSTOP); /* holds it while its process is stopped */
    kill(pid, SIGSTOP);
    kill(program, SIGKILL);
    for (int i = 0; i < 10000 && sy_cpulimit_alive(cpulimit); i++) {
        usleep(1000);
    }
    cr_assert_not(sy_cpulimit_alive(cpulimit));
    cr_assert(wait_state(pid, 'T'));
    sy_cpulimit_stop(cpulimit);
    cr_assert(wait_state(pid, 'R'));
    spinner_end(pid);
    sy_fs_remove_tree(dir);
}

Test(cpulimit, a_missing_program_is_unavailable_with_the_remedy, .timeout = 60)
{
    g_autofree char *dir = check_folder();
    g_autoptr(GError) error = NULL;

    setenv("PATH", "/nonexistent", 1);
    cr_assert_null(sy_cpulimit_start(getpid(), 10, dir, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "make deps");
    sy_fs_remove_tree(dir);
}
