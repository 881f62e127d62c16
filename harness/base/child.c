/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/error.h"

struct SyChild {
    pid_t pid;
    int pidfd;
    pid_t target; /* for kill(2): the process group, or the process alone */
    bool ended;
    bool lost;   /* somebody else reaped it: its pid may be another process's, its end is unknown */
    int si_code; /* how it ended: CLD_EXITED or CLD_KILLED ... */
    int status;  /* ... and the exit status or signal, as in siginfo_t */
};

#define SET_CPUS "set its CPUs" /* a step */

/* What the child did last before it failed; sent through the pipe that exec closes. */
typedef struct {
    int errno_value;
    char step[32];
} ChildFailure;

static G_NORETURN void child_fail(int report_fd, const char *step)
{
    ChildFailure failure = {.errno_value = errno};

    g_strlcpy(failure.step, step, sizeof(failure.step));
    (void)!write(report_fd, &failure, sizeof(failure));
    _exit(127);
}

/* Runs between fork and exec, like everything up to child_main(): async-signal-safe calls only. */
static void child_set_output(const SyChildOptions *options, int report_fd)
{
    int out = options->output_path ? open(options->output_path, O_WRONLY | O_CREAT | O_APPEND, 0600)
                                   : open("/dev/null", O_WRONLY);

    if (out < 0 ||
        (!options->terminal && dup2(options->socket ? options->socket : out, STDOUT_FILENO) < 0) ||
        dup2(out, STDERR_FILENO) < 0) {
        child_fail(report_fd, "open its output");
    }
}

static void child_set_input(const SyChildOptions *options, int report_fd)
{
    int in = options->terminal ? STDIN_FILENO
             : options->socket ? options->socket
                               : open("/dev/null", O_RDONLY);

    if (in < 0 || dup2(in, STDIN_FILENO) < 0) {
        child_fail(report_fd, "open /dev/null");
    }
}

/* The nice value counts within the session's autogroup, and the autogroup's own nice value between
 * autogroups. Without autogroups, or without the right to do so, the writes fail: harmless. */
static void child_get_ahead(void)
{
    int fd;

    setsid();
    setpriority(PRIO_PROCESS, 0, -20);
    fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
    (void)!write(fd, "-20", 3);
    close(fd);
}

static void child_leave_group(const SyChildOptions *options)
{
    if (options->ahead) {
        child_get_ahead();
    } else if (!options->terminal) {
        setpgid(0, 0);
    }
}

static G_NORETURN void child_main(const char *const *argv, const SyChildOptions *options,
                                  const cpu_set_t *cpus, pid_t parent, int report_fd)
{
    sigset_t none;

    child_set_input(options, report_fd);
    child_set_output(options, report_fd);
    if (options->cwd && chdir(options->cwd) < 0) {
        child_fail(report_fd, "enter its folder");
    }
    if (cpus && sched_setaffinity(0, sizeof(*cpus), cpus) < 0) {
        child_fail(report_fd, SET_CPUS);
    }
    child_leave_group(options);
    /* Ignored signals are inherited: nohup, or `&` in a script, would make a child deaf to them. */
    for (int number = 1; number < NSIG; number++) {
        signal(number, SIG_DFL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(127); /* the parent died before the line above could take hold */
    }
    execvp(argv[0], (char *const *)argv);
    child_fail(report_fd, "execute");
}

static SyChild *child_adopt(pid_t pid, const SyChildOptions *options)
{
    SyChild *child = g_new0(SyChild, 1);

    if (!options->terminal && !options->ahead) { /* a group leader cannot begin a session */
        setpgid(pid, pid); /* also here, so that the group exists whichever side runs first */
    }
    child->pid = pid;
    child->target = options->terminal ? pid : -pid;
    child->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    return child;
}

SyChild *sy_child_spawn(const char *const *argv, const SyChildOptions *options, GError **error)
{
    static const SyChildOptions defaults;
    g_autoptr(SyChild) child = NULL;
    ChildFailure failure;
    cpu_set_t cpus;
    int report[2];
    pid_t parent = getpid(), pid;
    ssize_t n;

    if (!options) {
        options = &defaults;
    }
    if (options->cpus && !sy_cpulist_parse(options->cpus, &cpus, error)) {
        return NULL;
    }
    if (pipe2(report, O_CLOEXEC) < 0) {
        sy_error_set_io(error, errno, "cannot make a pipe for", argv[0]);
        return NULL;
    }
    pid = fork();
    if (pid == 0) {
        close(report[0]);
        child_main(argv, options, options->cpus ? &cpus : NULL, parent, report[1]);
    }
    close(report[1]);
    if (pid < 0) {
        sy_error_set_io(error, errno, "cannot fork for", argv[0]);
        close(report[0]);
        return NULL;
    }
    child = child_adopt(pid, options);
    do {
        n = read(report[0], &failure, sizeof(failure));
    } while (n < 0 && errno == EINTR);
    close(report[0]);
    if (n == (ssize_t)sizeof(failure) && strcmp(failure.step, SET_CPUS) == 0) {
        sy_cpulist_set_refused(error, failure.errno_value, argv[0], options->cpus);
        return NULL;
    }
    if (n == (ssize_t)sizeof(failure)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "cannot start %s: it could not %s: %s",
                    argv[0], failure.step, g_strerror(failure.errno_value));
        return NULL;
    }
    return g_steal_pointer(&child);
}

pid_t sy_child_pid(const SyChild *child)
{
    return child->pid;
}

/*
 * Asks how the child is without reaping it: a pid that was reaped may be another process's at once,
 * and with it the process group that sy_child_end() has yet to signal.
 */
bool sy_child_alive(SyChild *child)
{
    siginfo_t info = {0};
    int got;

    if (child->ended) {
        return false;
    }
    do {
        got = waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT);
    } while (got < 0 && errno == EINTR);
    child->lost = got < 0;
    child->ended = child->lost || info.si_pid == child->pid;
    child->si_code = info.si_code;
    child->status = info.si_status;
    return !child->ended;
}

bool sy_child_wait(SyChild *child, int64_t deadline_ns)
{
    while (sy_child_alive(child)) {
        struct pollfd pfd = {.fd = child->pidfd, .events = POLLIN};
        int timeout_ms = sy_poll_timeout_ms(deadline_ns);

        if (timeout_ms == 0) {
            return false;
        }
        /* Without pidfds (before Linux 5.3) poll ignores the negative fd and merely waits: then in
         * short steps. */
        poll(&pfd, 1, child->pidfd < 0 ? MIN(timeout_ms, 5) : timeout_ms);
    }
    return true;
}

char *sy_child_describe_exit(const SyChild *child)
{
    if (!child->ended) {
        return g_strdup("running");
    }
    if (child->lost) {
        return g_strdup("exit status unknown");
    }
    if (child->si_code == CLD_EXITED) {
        return g_strdup_printf("exit status %d", child->status);
    }
    return g_strdup_printf("killed by SIG%s", sigabbrev_np(child->status));
}

bool sy_child_succeeded(const SyChild *child)
{
    return child->ended && !child->lost && child->si_code == CLD_EXITED && child->status == 0;
}

static void child_reap(const SyChild *child)
{
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

void sy_child_end(SyChild *child, int64_t grace_ns)
{
    if (!child) {
        return;
    }
    if (sy_child_alive(child) && grace_ns > 0) {
        kill(child->target, SIGTERM);
        sy_child_wait(child, sy_now_ns() + grace_ns);
    }
    /* Also if the leader has ended: members of its group may live on. */
    if (!child->lost) {
        kill(child->target, SIGKILL);
        child_reap(child);
    }
    if (child->pidfd >= 0) {
        close(child->pidfd);
    }
    g_free(child);
}

void sy_child_free(SyChild *child)
{
    sy_child_end(child, 0);
}
