/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/supervisor.h"
#include "host/contention.h"
#include "host/priority.h"
#include "host/proctree.h"
#include "host/requirement.h"

static char *dir;

/* Orphans come to this process instead of init: none can escape its eye. */
static void set_up(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    dir = g_dir_make_tmp("sy-contention-XXXXXX", NULL);
    cr_assert_not_null(dir);
}

static void tear_down(void)
{
    sy_fs_remove_tree(dir);
    g_free(dir);
}

static void need_stress_ng(void)
{
    const SyRequirementResult *result = sy_requirement_check("stress-ng", NULL);

    if (!result->met) {
        cr_skip_test("%s", result->evidence);
    }
}

/* Descendants of this process that are not dead; reaps the orphans that are. */
static guint living(void)
{
    g_autoptr(GArray) tree = NULL;
    guint count = 0;

    tree = sy_proctree_below(getpid());
    for (guint i = 0; i < tree->len; i++) {
        const SyProc *proc = &g_array_index(tree, SyProc, i);

        count += proc->state != 'Z' && proc->state != 'X';
    }
    return count;
}

/* Waits until no descendant lives; the time that took in ns, or -1 after 2 s. */
static int64_t time_until_gone(void)
{
    int64_t start = sy_now_ns();

    while (living() > 0) {
        if (sy_now_ns() - start > 2 * SY_NS_PER_S) {
            return -1;
        }
        usleep(2000);
    }
    return sy_now_ns() - start;
}

static SyContentionConfig config_of(const char *stressor, guint workers, const char *cpus)
{
    return (SyContentionConfig){.stressor = stressor, .workers = workers, .cpus = cpus, .dir = dir};
}

static const char *const all_stressors[] = {"cpu", "fork", "io", "timer", "vm"};

Test(contention, every_stressor_starts_works_and_is_gone, .init = set_up, .fini = tear_down)
{
    need_stress_ng();
    for (gsize i = 0; i < G_N_ELEMENTS(all_stressors); i++) {
        SyContentionConfig config = config_of(all_stressors[i], 2, NULL);
        g_autofree char *scratch = g_build_filename(dir, "stress-ng.tmp", NULL);
        GError *error = NULL;
        SyContention *contention = sy_contention_start(&config, &error);
        guint64 used;

        cr_assert(contention, "%s: %s", all_stressors[i], error ? error->message : "");
        cr_assert(sy_contention_alive(contention));
        cr_assert_geq(living(), 4); /* supervisor, stress-ng, two workers */
        used = sy_contention_cpu_ns(contention);
        sy_sleep_until_ns(sy_now_ns() + 300 * SY_NS_PER_MS, NULL);
        cr_assert_gt(sy_contention_cpu_ns(contention), used, "%s", all_stressors[i]);
        cr_assert(sy_contention_stop(contention, &error), "%s: %s", all_stressors[i],
                  error ? error->message : "");
        cr_assert_eq(living(), 0, "%s", all_stressors[i]);
        cr_assert_not(g_file_test(scratch, G_FILE_TEST_EXISTS));
    }
}

Test(contention, cpu_workers_stay_on_their_cpu, .init = set_up, .fini = tear_down)
{
    SyContentionConfig config = config_of("cpu", 2, NULL);
    g_autofree char *cpus = NULL, *description = NULL;
    g_autoptr(GArray) tree = NULL;
    SyContention *contention;
    cpu_set_t set, mine;
    int64_t start;
    double share;

    need_stress_ng();
    cr_assert_eq(sched_getaffinity(0, sizeof(mine), &mine), 0);
    CPU_ZERO(&set);
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && CPU_COUNT(&set) == 0; cpu--) {
        if (CPU_ISSET(cpu, &mine)) {
            CPU_SET(cpu, &set);
        }
    }
    config.cpus = cpus = sy_cpulist_format(&set);
    contention = sy_contention_start(&config, NULL);
    cr_assert_not_null(contention);
    description = g_strconcat("2 x stress-ng cpu on CPUs ", cpus, NULL);
    cr_assert_not_null(strstr(sy_contention_describe(contention), description), "%s",
                       sy_contention_describe(contention));
    tree = sy_proctree_below(getpid());
    for (guint i = 0; i < tree->len; i++) {
        const SyProc *proc = &g_array_index(tree, SyProc, i);

        if (g_str_has_prefix(proc->name, "stress-ng")) {
            CPU_ZERO(&mine);
            cr_assert_eq(sched_getaffinity(proc->pid, sizeof(mine), &mine), 0);
            cr_assert(CPU_EQUAL(&mine, &set), "%s may run elsewhere", proc->name);
        }
    }
    start = sy_now_ns();
    guint64 used = sy_contention_cpu_ns(contention);
    sy_sleep_until_ns(start + SY_NS_PER_S, NULL);
    share = (double)(sy_contention_cpu_ns(contention) - used) / (double)(sy_now_ns() - start);
    /* How much they get depends on what else runs on that CPU; more than all of it they cannot get.
     */
    cr_assert(share > 0 && share < 1.1, "share %.2f", share);
    cr_assert(sy_contention_stop(contention, NULL));
}

Test(contention, bad_configs_are_usage_errors, .init = set_up, .fini = tear_down)
{
    const SyContentionConfig bad[] = {
        config_of("gpu", 1, NULL),       config_of("--help", 1, NULL), config_of("cpu", 0, NULL),
        config_of("cpu", 5000000, NULL), config_of("cpu", 1, "x"),     {.workers = 1},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        cr_assert_null(sy_contention_start(&bad[i], &error), "config %zu", i);
        cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_USAGE), "config %zu: %s", i,
                  error->message);
    }
}

Test(contention, missing_stress_ng_is_unavailable_with_remedy, .init = set_up, .fini = tear_down)
{
    SyContentionConfig config = config_of("cpu", 1, NULL);
    g_autoptr(GError) error = NULL;

    setenv("PATH", "/nonexistent", 1);
    cr_assert_null(sy_contention_start(&config, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_UNAVAILABLE));
    cr_assert(strstr(error->message, "make deps"), "%s", error->message);
    cr_assert_eq(living(), 0);
}

/* A stand-in stress-ng: what steelyard does when the real one misbehaves. */
static void install_fake(const char *script)
{
    g_autofree char *path = g_build_filename(dir, "stress-ng", NULL);
    g_autofree char *search = g_strdup_printf("%s:/usr/bin:/bin", dir);

    cr_assert(g_file_set_contents_full(path, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    setenv("PATH", search, 1);
}

Test(contention, stress_ng_that_gives_up_is_reported_with_its_words, .init = set_up,
     .fini = tear_down)
{
    SyContentionConfig config = config_of("cpu", 1, NULL);
    g_autoptr(GError) error = NULL;

    install_fake("#!/bin/sh\necho 'stress-ng: error: out of beans'\nexit 3\n");
    cr_assert_null(sy_contention_start(&config, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_DIED), "%s", error->message);
    cr_assert(strstr(error->message, "out of beans"), "%s", error->message);
    cr_assert_eq(living(), 0);
}

Test(contention, workers_that_idle_are_not_called_running, .init = set_up, .fini = tear_down)
{
    SyContentionConfig config = config_of("cpu", 1, NULL);
    int64_t start = sy_now_ns();
    g_autoptr(GError) error = NULL;

    install_fake("#!/bin/sh\nsleep 60 &\nwait\n");
    cr_assert_null(sy_contention_start(&config, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_TIMEOUT), "%s", error->message);
    cr_assert(strstr(error->message, "0 of 1 workers"), "%s", error->message);
    cr_assert_leq(sy_now_ns() - start, 8 * SY_NS_PER_S);
    cr_assert_eq(living(), 0);
}

Test(contention, end_of_stress_ng_in_between_is_noticed, .init = set_up, .fini = tear_down)
{
    SyContentionConfig config = config_of("cpu", 1, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) tree = NULL;
    SyContention *contention;

    need_stress_ng();
    contention = sy_contention_start(&config, NULL);
    cr_assert_not_null(contention);
    tree = sy_proctree_below(getpid());
    for (guint i = 0; i < tree->len; i++) {
        if (strcmp(g_array_index(tree, SyProc, i).name, "stress-ng") == 0) {
            kill(g_array_index(tree, SyProc, i).pid, SIGKILL);
        }
    }
    for (int i = 0; i < 1000 && sy_contention_alive(contention); i++) {
        usleep(1000);
    }
    cr_assert_not(sy_contention_alive(contention));
    cr_assert_not(sy_contention_stop(contention, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_DIED));
    cr_assert_geq(time_until_gone(), 0);
}

/* kill -9 of a "steelyard" at moments from before stress-ng has started to well into its work. */
Test(contention, kill_9_leaves_no_process_within_2_s, .init = set_up, .fini = tear_down)
{
    need_stress_ng();
    for (gsize i = 0; i < G_N_ELEMENTS(all_stressors); i++) {
        for (useconds_t delay_us = 1000; delay_us < 200000; delay_us = delay_us * 3 / 2) {
            SyContentionConfig config = config_of(all_stressors[i], 4, NULL);
            pid_t steelyard = fork();
            int64_t took;

            if (steelyard == 0) {
                g_autofree char *raised = sy_priority_raise();

                sy_contention_start(&config, NULL);
                pause();
                _exit(0);
            }
            usleep(delay_us);
            kill(steelyard, SIGKILL);
            waitpid(steelyard, NULL, 0);
            took = time_until_gone();
            cr_assert_geq(took, 0, "%s: %u alive 2 s after the kill at %u us", all_stressors[i],
                          living(), delay_us);
            while (waitpid(-1, NULL, WNOHANG) > 0) {
            }
        }
    }
}

/* Sessions of their own, grandchildren, a parent that has gone: nothing a signal to the group would
 * reach. */
static const char *const escape_script[] = {"/bin/sh", "-c",
                                            "setsid sleep 60 & (setsid sh -c 'sleep 60 & sleep 60 "
                                            "& wait' &) ; trap '' TERM HUP; sleep 60 & wait",
                                            NULL};

static void wait_for_sleepers(guint wanted)
{
    guint seen = 0;

    for (int tries = 0; tries < 2000 && seen < wanted; tries++) {
        g_autoptr(GArray) tree = sy_proctree_below(getpid());

        seen = 0;
        for (guint i = 0; i < tree->len; i++) {
            seen += strcmp(g_array_index(tree, SyProc, i).name, "sleep") == 0;
        }
        usleep(1000);
    }
    cr_assert_eq(seen, wanted);
}

Test(supervisor, end_reaches_processes_outside_the_group, .init = set_up, .fini = tear_down)
{
    GError *error = NULL;
    SySupervisor *supervisor = sy_supervisor_spawn(escape_script, NULL, &error);

    cr_assert(supervisor, "%s", error ? error->message : "");
    wait_for_sleepers(4);
    cr_assert(sy_supervisor_alive(supervisor));
    cr_assert(sy_supervisor_end(supervisor, 2 * SY_NS_PER_S, &error), "%s",
              error ? error->message : "");
    cr_assert_eq(living(), 0);
}

Test(supervisor, death_of_the_caller_reaches_processes_outside_the_group, .init = set_up,
     .fini = tear_down)
{
    pid_t steelyard = fork();

    if (steelyard == 0) {
        sy_supervisor_spawn(escape_script, NULL, NULL);
        pause();
        _exit(0);
    }
    wait_for_sleepers(4);
    kill(steelyard, SIGKILL);
    waitpid(steelyard, NULL, 0);
    cr_assert_geq(time_until_gone(), 0);
}

Test(supervisor, end_of_the_program_ends_what_it_left, .init = set_up, .fini = tear_down)
{
    static const char *const argv[] = {"/bin/sh", "-c", "setsid sleep 60 & exit 0", NULL};
    SySupervisor *supervisor = sy_supervisor_spawn(argv, NULL, NULL);

    cr_assert_not_null(supervisor);
    cr_assert_geq(time_until_gone(), 0);
    cr_assert_not(sy_supervisor_alive(supervisor));
    cr_assert(sy_supervisor_end(supervisor, SY_NS_PER_S, NULL));
}

Test(supervisor, tells_whether_its_program_ended_well, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *script;
        bool succeeded;
    } ends[] = {{"exit 0", true}, {"exit 3", false}, {"kill -KILL $$", false}};

    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        const char *const argv[] = {"/bin/sh", "-c", ends[i].script, NULL};
        g_autoptr(SySupervisor) supervisor = sy_supervisor_spawn(argv, NULL, NULL);

        cr_assert_not_null(supervisor);
        cr_assert(sy_supervisor_wait(supervisor, sy_now_ns() + 10 * SY_NS_PER_S));
        cr_assert_eq(sy_supervisor_succeeded(supervisor), ends[i].succeeded, "%s", ends[i].script);
    }
}

Test(supervisor, wait_keeps_its_deadline, .init = set_up, .fini = tear_down)
{
    static const char *const argv[] = {"/bin/sleep", "60", NULL};
    g_autoptr(SySupervisor) supervisor = sy_supervisor_spawn(argv, NULL, NULL);
    int64_t start = sy_now_ns();

    cr_assert_not_null(supervisor);
    cr_assert_not(sy_supervisor_wait(supervisor, start + 50 * SY_NS_PER_MS));
    cr_assert_geq(sy_now_ns() - start, 50 * SY_NS_PER_MS);
    cr_assert_not(sy_supervisor_succeeded(supervisor));
}

Test(supervisor, program_that_cannot_start_is_an_error_and_leaves_nothing, .init = set_up,
     .fini = tear_down)
{
    static const char *const argv[] = {"/nonexistent/program", NULL};
    g_autoptr(GError) error = NULL;

    cr_assert_null(sy_supervisor_spawn(argv, NULL, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_UNAVAILABLE));
    cr_assert(strstr(error->message, "/nonexistent/program"));
    cr_assert_eq(living(), 0);
}

Test(supervisor, holds_none_of_the_callers_files_open, .init = set_up, .fini = tear_down)
{
    static const char *const argv[] = {"/bin/sleep", "60", NULL};
    int fds[2];
    char byte;
    SySupervisor *supervisor;

    cr_assert_eq(pipe(fds),
                 0); /* without O_CLOEXEC for the program's sake: exec closes nothing of it */
    fcntl(fds[1], F_SETFD, FD_CLOEXEC);
    supervisor = sy_supervisor_spawn(argv, NULL, NULL);
    cr_assert_not_null(supervisor);
    close(fds[1]);
    cr_assert_eq(read(fds[0], &byte, 1), 0); /* end of file: nobody else can write */
    cr_assert(sy_supervisor_end(supervisor, SY_NS_PER_S, NULL));
}

Test(proctree, parse_takes_any_name_and_adds_up_the_times)
{
    SyProc proc = {0};

    cr_assert(sy_proc_parse("12 (a) (b ) S 7 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1", &proc));
    cr_assert_eq(proc.pid, 12);
    cr_assert_eq(proc.parent, 7);
    cr_assert_eq(proc.state, 'S');
    cr_assert_str_eq(proc.name, "a) (b ");
    cr_assert_eq(proc.cpu_ns, 11 * (guint64)(SY_NS_PER_S / sysconf(_SC_CLK_TCK)));
    cr_assert_eq(proc.reaped_ns, 15 * (guint64)(SY_NS_PER_S / sysconf(_SC_CLK_TCK)));
    cr_assert_not(sy_proc_parse("", &proc));
    cr_assert_not(sy_proc_parse("x (a) S 1", &proc));
    cr_assert_not(sy_proc_parse("12 a S 1", &proc));
    cr_assert_not(sy_proc_parse("12 )a( S 1", &proc));
    cr_assert_not(sy_proc_parse("12 (a) S 7 1 1 0 -1 0 1 2 3 4 5 6 7", &proc));
}

Test(proctree, sums_only_what_is_below)
{
    const SyProc procs[] = {{.pid = 2, .parent = 1, .cpu_ns = 1},
                            {.pid = 3, .parent = 1, .cpu_ns = 10, .reaped_ns = 1000},
                            {.pid = 4, .parent = 2, .cpu_ns = 100},
                            {.pid = 5, .parent = 3, .cpu_ns = 7}};
    g_autoptr(GArray) tree = g_array_new(FALSE, FALSE, sizeof(SyProc));

    g_array_append_vals(tree, procs, G_N_ELEMENTS(procs));
    cr_assert_eq(sy_proctree_cpu_ns(tree, 2), 101);
    cr_assert_eq(sy_proctree_cpu_ns(tree, 3), 1017);
    cr_assert_eq(sy_proctree_cpu_ns(tree, 4), 100);
    cr_assert_eq(sy_proctree_cpu_ns(tree, 9), 0);
}

/* Children must be measured at the ordinary rank, whatever this thread was raised to. */
Test(priority, what_a_raised_thread_starts_is_ordinary)
{
    g_autofree char *raised = sy_priority_raise();
    int status, policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
    pid_t child;

    cr_assert(raised && raised[0]);
    cr_assert_eq(policy == SCHED_FIFO, strcmp(raised, "SCHED_FIFO 1") == 0, "%s", raised);
    child = fork();
    if (child == 0) {
        errno = 0;
        _exit(sched_getscheduler(0) == SCHED_OTHER && nice(0) == 0 && errno == 0 ? 0 : 1);
    }
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
