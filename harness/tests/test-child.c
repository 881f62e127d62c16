/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/child.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "tests/check.h"

#define LIMIT_NS (10 * SY_NS_PER_S)
#define SHORT_NS (200 * SY_NS_PER_MS)

static char *folder; /* of this test */
static char *output; /* a file in it */

static void set_up(void)
{
    folder = check_folder();
    output = g_build_filename(folder, "output", NULL);
    /* Orphans become ours, so that their end can be seen. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void tear_down(void)
{
    int64_t deadline_ns = sy_now_ns() + LIMIT_NS;

    /* What was killed is buried here: not every init of a container does that. */
    while (waitpid(-1, NULL, WNOHANG) >= 0 && sy_now_ns() < deadline_ns) {
        g_usleep(2000);
    }
    check_folder_remove(folder);
    g_free(output);
}

TestSuite(child, .init = set_up, .fini = tear_down, .timeout = 60);

static SyChild *shell_with(const char *script, const SyChildOptions *options)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    GError *error = NULL;
    SyChild *child = sy_child_spawn(argv, options, &error);

    check_no_error(error);
    return child;
}

/* A shell in the test's folder, its output in the file `output`. */
static SyChild *shell(const char *script)
{
    return shell_with(script, &(SyChildOptions){.cwd = folder, .output_path = output});
}

static bool wait_long(SyChild *child)
{
    return sy_child_wait(child, sy_now_ns() + LIMIT_NS);
}

static char *read_output(void)
{
    char *text = NULL;

    cr_assert(g_file_get_contents(output, &text, NULL, NULL));
    return text;
}

/* Waits until the shell has written its first line. */
static void await_output(void)
{
    int64_t deadline_ns = sy_now_ns() + LIMIT_NS;

    for (;;) {
        g_autofree char *text = NULL;

        if (g_file_get_contents(output, &text, NULL, NULL) && strchr(text, '\n')) {
            return;
        }
        cr_assert_lt(sy_now_ns(), deadline_ns, "the shell wrote nothing");
        g_usleep(2000);
    }
}

/* How process `pid`, which is not a SyChild, ended, within `limit_ns`: its wait status, or -1 if it
 * lives on. */
static int status_within(pid_t pid, int64_t limit_ns)
{
    int64_t deadline_ns = sy_now_ns() + limit_ns;
    int status;

    do {
        pid_t got = waitpid(pid, &status, WNOHANG);

        if (got == pid) {
            return status;
        }
        g_usleep(2000);
    } while (sy_now_ns() < deadline_ns);
    return -1;
}

static void check_killed(pid_t pid)
{
    int status = status_within(pid, 2 * SY_NS_PER_S);

    cr_assert_neq(status, -1, "process %d lives on", (int)pid);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "status %x", (guint)status);
}

/* The same for a process whose dying parent may have waited for it: it is gone. */
static void check_gone(pid_t pid)
{
    int64_t deadline_ns = sy_now_ns() + 2 * SY_NS_PER_S;

    for (;;) {
        waitpid(pid, NULL, WNOHANG);
        if (kill(pid, 0) < 0 && errno == ESRCH) {
            return;
        }
        cr_assert_lt(sy_now_ns(), deadline_ns, "process %d lives on", (int)pid);
        g_usleep(2000);
    }
}

Test(child, dies_within_2_s_when_its_parent_is_killed)
{
    int report[2];
    pid_t middle, grandchild = 0;

    cr_assert_eq(pipe(report), 0);
    middle = fork();
    if (middle == 0) {
        /* Ignores SIGTERM: only the kernel's SIGKILL ends it. */
        SyChild *child = shell("trap '' TERM; while :; do sleep 1; done");
        pid_t pid = sy_child_pid(child);

        (void)!write(report[1], &pid, sizeof(pid));
        for (;;) {
            pause();
        }
    }
    cr_assert_eq(read(report[0], &grandchild, sizeof(grandchild)), (ssize_t)sizeof(grandchild));
    cr_assert_eq(kill(grandchild, 0), 0);
    kill(middle, SIGKILL);
    check_killed(middle);
    check_killed(grandchild);
    kill(-grandchild, SIGKILL); /* the sleep of the shell */
}

Test(child, that_cannot_be_executed_is_unavailable_and_named)
{
    const char *const argv[] = {"/nowhere/qemu", NULL};
    GError *error = NULL;

    cr_assert_null(sy_child_spawn(argv, NULL, &error));
    check_error(error, SY_ERROR_UNAVAILABLE,
                "cannot start /nowhere/qemu: it could not execute: No such file or directory");
    cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1, "a process was left");
}

Test(child, failure_before_exec_names_the_step)
{
    const char *const argv[] = {"true", NULL};
    GError *error = NULL;

    cr_assert_null(sy_child_spawn(argv, &(SyChildOptions){.cwd = "/nowhere"}, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "could not enter its folder: No such file");
    cr_assert_null(sy_child_spawn(argv, &(SyChildOptions){.output_path = "/nowhere/x"}, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "could not open its output: No such file");
    cr_assert_null(sy_child_spawn(argv, &(SyChildOptions){.cpus = "zero"}, &error));
    check_error(error, SY_ERROR_USAGE, "'zero'");
    cr_assert_null(sy_child_spawn(argv, &(SyChildOptions){.cpus = "1023"}, &error));
    check_error(error, SY_ERROR_USAGE, "cannot run on CPUs 1023: this process may use ");
}

Test(child, is_looked_up_in_path_and_runs_where_it_was_told)
{
    g_autoptr(SyChild) child = shell("pwd -P");
    g_autofree char *expected = g_strdup_printf("%s\n", folder);
    g_autofree char *text = NULL;

    cr_assert(wait_long(child));
    text = read_output();
    cr_assert_str_eq(text, expected);
}

Test(child, output_and_errors_are_appended_to_a_private_file)
{
    g_autofree char *text = NULL;
    struct stat st;

    umask(0);
    for (int i = 0; i < 2; i++) {
        g_autoptr(SyChild) child = shell("echo out; echo err >&2");

        cr_assert(wait_long(child));
    }
    text = read_output();
    cr_assert_str_eq(text, "out\nerr\nout\nerr\n");
    cr_assert_eq(stat(output, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0600);
}

Test(child, reads_nothing_from_stdin)
{
    g_autoptr(SyChild) child = shell("cat; echo end");
    g_autofree char *text = NULL;

    cr_assert(wait_long(child));
    text = read_output();
    cr_assert_str_eq(text, "end\n");
}

Test(child, runs_on_the_cpus_it_was_given)
{
    cpu_set_t mine, one;
    g_autofree char *cpu = NULL, *expected = NULL, *text = NULL;
    g_autoptr(SyChild) child = NULL;

    CPU_ZERO(&one);
    cr_assert_eq(sched_getaffinity(0, sizeof(mine), &mine), 0);
    for (size_t i = 0; i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(i, &mine)) {
            CPU_ZERO(&one);
            CPU_SET(i, &one); /* the last one, so that a pin to CPU 0 by accident shows */
        }
    }
    cpu = sy_cpulist_format(&one);
    child = shell_with("grep Cpus_allowed_list /proc/self/status",
                       &(SyChildOptions){.output_path = output, .cpus = cpu});
    cr_assert(wait_long(child));
    expected = g_strdup_printf("Cpus_allowed_list:\t%s\n", cpu);
    text = read_output();
    cr_assert_str_eq(text, expected);
}

Test(child, starts_with_no_signal_blocked_and_sigpipe_not_ignored)
{
    /* No shell: dash unblocks all signals itself. */
    const char *const argv[] = {"grep", "-E", "SigBlk|SigIgn", "/proc/self/status", NULL};
    g_autoptr(SyChild) child = NULL;
    g_autofree char *text = NULL;
    sigset_t all;

    signal(SIGPIPE, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    child = sy_child_spawn(argv, &(SyChildOptions){.output_path = output}, NULL);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    cr_assert_not_null(child);
    cr_assert(wait_long(child));
    text = read_output();
    cr_assert_not_null(strstr(text, "SigBlk:\t0000000000000000"), "%s", text);
    cr_assert_eq(g_ascii_strtoull(strstr(text, "SigIgn:") + 8, NULL, 16) & (1 << (SIGPIPE - 1)), 0,
                 "%s", text);
}

Test(child, does_not_inherit_ignored_signals)
{
    static const char *const argv[] = {"grep", "SigIgn:", "/proc/self/status", NULL};

    g_autoptr(SyChild) child = NULL;
    g_autofree char *text = NULL;

    signal(SIGINT, SIG_IGN); /* as after nohup, or in the background of a script */
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    child = sy_child_spawn(argv, &(SyChildOptions){.output_path = output}, NULL);
    cr_assert_not_null(child);
    cr_assert(wait_long(child));
    text = read_output();
    /* All but 32 and 33, which libc keeps for itself: its posix_spawn(), by which make starts this,
     * leaves them ignored, and its sigaction() does not change them. */
    cr_assert_eq(g_ascii_strtoull(text + strlen("SigIgn:"), NULL, 16) & ~(3ULL << 31), 0, "%s",
                 text);
}

Test(child, has_a_process_group_of_its_own)
{
    g_autoptr(SyChild) child = shell("sleep 60");

    cr_assert_eq(getpgid(sy_child_pid(child)), sy_child_pid(child));
}

static bool autogroups_count(void)
{
    g_autofree char *text = NULL;

    return g_file_get_contents("/proc/sys/kernel/sched_autogroup_enabled", &text, NULL, NULL) &&
           text[0] == '1';
}

/* A child may always have what its parent could take itself; nothing more can be asked. */
Test(child, ahead_has_a_session_of_its_own_and_all_the_priority_there_is)
{
    static const char command[] = "cat /proc/self/autogroup 2>/dev/null; sleep 60";
    SyChild *child = shell_with(command, &(SyChildOptions){.output_path = output, .ahead = true});
    pid_t pid = sy_child_pid(child);
    bool may = setpriority(PRIO_PROCESS, 0, -20) == 0;

    cr_assert_eq(getsid(pid), pid);
    cr_assert_eq(getpgid(pid), pid);
    cr_assert_eq(getpriority(PRIO_PROCESS, (id_t)pid), may ? -20 : 0);
    if (may && autogroups_count()) {
        g_autofree char *text = NULL;

        await_output();
        text = read_output();
        cr_assert_not_null(strstr(text, "nice -20"), "%s", text);
    }
    sy_child_end(child, 0);
    cr_assert_eq(kill(pid, 0), -1);
}

Test(child, on_the_terminal_keeps_stdin_stdout_and_the_process_group)
{
    static const SyChildOptions options = {.terminal = true};
    g_autoptr(SyChild) child = NULL;
    SyChildOptions with_log = options;
    g_autofree char *text = NULL;
    char echoed[8] = {0};
    int in[2], out[2];

    cr_assert(pipe(in) == 0 && pipe(out) == 0);
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    with_log.output_path = output;
    child = shell_with("echo err >&2; read word; echo $word; exec sleep 60", &with_log);
    cr_assert_eq(write(in[1], "word\n", 5), 5);
    cr_assert_eq(read(out[0], echoed, sizeof(echoed)), 5);
    cr_assert_str_eq(echoed, "word\n");
    cr_assert_eq(getpgid(sy_child_pid(child)), getpgrp());
    text = read_output();
    cr_assert_str_eq(text, "err\n");
}

Test(child, on_the_terminal_ends_alone)
{
    SyChild *child =
        shell_with("trap '' TERM; while :; do sleep 1; done", &(SyChildOptions){.terminal = true});
    pid_t pid = sy_child_pid(child), other = fork();

    if (other == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
        for (;;) {
            pause();
        }
    }
    sy_child_end(child, SHORT_NS);
    check_gone(pid);
    cr_assert_eq(waitpid(other, NULL, WNOHANG), 0, "one of the same group was killed, too");
    kill(other, SIGKILL);
}

Test(child, tells_how_it_ended)
{
    static const struct {
        const char *script, *description;
        bool succeeded;
    } ends[] = {
        {"exit 0", "exit status 0", true},
        {"exit 3", "exit status 3", false},
        {"kill -KILL $$", "killed by SIGKILL", false},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autoptr(SyChild) child = shell(ends[i].script);
        g_autofree char *description = NULL;

        cr_assert(wait_long(child));
        cr_assert_not(sy_child_alive(child));
        description = sy_child_describe_exit(child);
        cr_assert_str_eq(description, ends[i].description);
        cr_assert_eq(sy_child_succeeded(child), ends[i].succeeded);
    }
}

Test(child, wait_keeps_its_deadline_while_the_child_runs)
{
    g_autoptr(SyChild) child = shell("sleep 60");
    g_autofree char *description = NULL;
    int64_t begin = sy_now_ns(), took;

    cr_assert_not(sy_child_wait(child, begin + SHORT_NS));
    took = sy_now_ns() - begin;
    cr_assert(took >= SHORT_NS && took < SHORT_NS + SY_NS_PER_S);
    cr_assert(sy_child_alive(child));
    description = sy_child_describe_exit(child);
    cr_assert_str_eq(description, "running");
    cr_assert_not(sy_child_succeeded(child));
}

Test(child, wait_returns_soon_after_the_end)
{
    g_autoptr(SyChild) child = shell("sleep 0.1");
    int64_t begin = sy_now_ns();

    cr_assert(sy_child_wait(child, begin + 30 * SY_NS_PER_S));
    cr_assert_lt(sy_now_ns() - begin, 5 * SY_NS_PER_S);
}

Test(child, end_gives_it_the_chance_to_end_in_order)
{
    SyChild *child = shell("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done");
    g_autofree char *text = NULL;

    await_output();
    sy_child_end(child, LIMIT_NS);
    text = read_output();
    /* The sleep may have got the group's SIGTERM too; only the shell's own words count. */
    cr_assert(g_str_has_prefix(text, "up\n") && strstr(text, "bye\n"), "%s", text);
}

Test(child, end_kills_what_ignores_sigterm_after_the_grace)
{
    SyChild *child = shell("trap '' TERM; echo up; while :; do sleep 60; done");
    int64_t begin, took;

    await_output();
    begin = sy_now_ns();
    sy_child_end(child, SHORT_NS);
    took = sy_now_ns() - begin;
    cr_assert(took >= SHORT_NS && took < SHORT_NS + 2 * SY_NS_PER_S, "took %" G_GINT64_FORMAT,
              took);
}

/* The pid of a process that a shell left in its group and wrote as its first line. */
static pid_t other_member(void)
{
    g_autofree char *text = NULL;

    await_output();
    text = read_output();
    return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

Test(child, end_kills_the_whole_group)
{
    SyChild *child =
        shell("trap '' TERM; (while :; do sleep 60; done) & echo $!; while :; do sleep 60; done");
    pid_t other = other_member();

    cr_assert_eq(kill(other, 0), 0);
    sy_child_end(child, SHORT_NS);
    check_gone(other);
}

Test(child, end_kills_the_group_though_its_leader_is_gone)
{
    SyChild *child = shell("trap '' TERM; (while :; do sleep 60; done) & echo $!");
    pid_t other = other_member();

    cr_assert(wait_long(child));
    cr_assert_eq(kill(other, 0), 0);
    sy_child_end(child, SHORT_NS);
    check_gone(other);
}

/* A process id that is reaped may be another group's when sy_child_end() signals it. */
Test(child, keeps_its_pid_from_others_until_its_group_was_signalled)
{
    SyChild *child = shell("trap '' TERM; (while :; do sleep 60; done) & echo $!; exit 3");
    pid_t pid = sy_child_pid(child), other = other_member();
    g_autofree char *description = NULL;
    siginfo_t info = {0};

    cr_assert(wait_long(child));
    cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0,
                 "process %d was reaped while its group lives", (int)pid);
    cr_assert_eq(info.si_pid, pid);
    description = sy_child_describe_exit(child);
    cr_assert_str_eq(description, "exit status 3");
    sy_child_end(child, 0);
    check_gone(other);
    cr_assert_eq(waitpid(pid, NULL, WNOHANG), -1, "process %d was not reaped", (int)pid);
}

/* The kernel reaps the children of such a process itself. */
Test(child, of_a_process_that_ignores_sigchld_ends_with_an_unknown_status)
{
    SyChild *child = (signal(SIGCHLD, SIG_IGN), shell("exit 0"));
    g_autofree char *description = wait_long(child) ? sy_child_describe_exit(child) : NULL;

    cr_assert_not(sy_child_succeeded(child));
    cr_assert_str_eq(description ? description : "runs on", "exit status unknown");
    sy_child_end(child, SHORT_NS);
}

Test(child, end_and_free_take_null)
{
    sy_child_end(NULL, 0);
    sy_child_free(NULL);
}
