/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

/* How long a supervisor keeps trying once steelyard is dead and cannot tell it to give up. */
#define LAST_PATIENCE_NS (30 * SY_NS_PER_S)

/* A program that takes longer to exec than this is on a file system that hangs. */
#define START_PATIENCE_NS (10 * SY_NS_PER_S)

/* Tells a supervisor to pass on the signal that comes as its value. */
#define PASS_ON SIGUSR1

struct SySupervisor {
    pid_t pid;
    pid_t program;
    bool reaped;
    bool succeeded;
};

/* What the supervisor says once, through the pipe: the program's id, or why there is none. */
typedef struct {
    pid_t program;
    int code; /* SyError, with program < 0 */
    char message[512];
} Greeting;

/* ---- in the supervisor ---- */

/* Reads the children's ids from the kernel's list block by block: it may be longer than any
 * buffer. */
static void kill_children(int list_fd)
{
    char block[4096];
    off_t at = 0;
    pid_t pid = 0;
    ssize_t n;

    while (list_fd >= 0 && (n = pread(list_fd, block, sizeof(block), at)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            if (block[i] >= '0' && block[i] <= '9') {
                pid = pid * 10 + (block[i] - '0');
            } else if (pid > 0) {
                kill(pid, SIGKILL);
                pid = 0;
            }
        }
        at += n;
    }
}

/*
 * A process that dies hands its children to the supervisor, so the tree ends level by level, and
 * "no children" means that nothing is left. A kernel without CONFIG_PROC_CHILDREN has no list: then
 * only the group is killed.
 */
static bool kill_all(pid_t program)
{
    int list_fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    int64_t deadline_ns = sy_now_ns() + LAST_PATIENCE_NS;
    bool reaped = false;

    while (sy_now_ns() < deadline_ns) {
        const struct timespec pause = {.tv_nsec = SY_NS_PER_MS};
        pid_t got;

        if (!reaped) {
            kill(-program, SIGKILL);
        }
        kill_children(list_fd);
        do {
            got = waitpid(-1, NULL, WNOHANG);
            /* From now on its id, and its group's, may be another process's. */
            reaped = reaped || got == program;
        } while (got > 0 || (got < 0 && errno == EINTR));
        if (got < 0 && errno == ECHILD) {
            return true;
        }
        nanosleep(&pause, NULL);
    }
    return false;
}

/* Reaps children that have ended, up to the program, which it leaves to kill_all(). True if the
 * program has ended; then *succeeded tells whether by itself with exit status 0. */
static bool reap_others(pid_t program, bool *succeeded)
{
    for (;;) {
        siginfo_t info = {0};

        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0) {
            return false;
        }
        if (info.si_pid == program) {
            *succeeded = info.si_code == CLD_EXITED && info.si_status == 0;
            return true;
        }
        waitpid(info.si_pid, NULL, WNOHANG);
    }
}

/*
 * Waits until the program ends or steelyard asks for the end (SIGTERM, which PR_SET_PDEATHSIG sends
 * too); passes on the signals of sy_supervisor_signal(). True if the program ended by itself with
 * exit status 0.
 */
static bool watch_program(pid_t program, const sigset_t *wanted)
{
    bool succeeded = false;

    while (!reap_others(program, &succeeded)) {
        siginfo_t info;
        int signo = sigwaitinfo(wanted, &info);

        if (signo == SIGTERM) {
            return false;
        }
        if (signo == PASS_ON) {
            kill(program, info.si_value.sival_int);
        }
    }
    return succeeded;
}

/*
 * Steelyard may have threads, and this is a fork without exec: only what glibc keeps usable in such
 * a child (memory allocation) may be called. Signals stay blocked: sigwaitinfo() fetches those that
 * matter, and ^C is for steelyard.
 */
static G_NORETURN void supervisor_main(const char *const *argv, const SyChildOptions *options,
                                       pid_t parent, int greeting_fd)
{
    Greeting greeting = {.program = -1};
    g_autoptr(GError) error = NULL;
    sigset_t wanted, all;
    SyChild *program;
    bool succeeded;
    int null_fd;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    setpgid(0, 0);
    prctl(PR_SET_NAME, "sy-supervisor");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) {
        _exit(127); /* the parent died before the line above could take hold */
    }
    /* Closes what steelyard has open: a peer must notice its end at once, not the supervisor's. */
    null_fd = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) {
        dup2(null_fd, fd);
    }
    if (greeting_fd != 3) {
        dup3(greeting_fd, 3, O_CLOEXEC);
    }
    closefrom(4);

    program = sy_child_spawn(argv, options, &error);
    if (program) {
        greeting.program = sy_child_pid(program);
    } else {
        greeting.code = error->code;
        g_strlcpy(greeting.message, error->message, sizeof(greeting.message));
    }
    (void)!write(3, &greeting, sizeof(greeting));
    close(3);
    if (!program) {
        _exit(127);
    }
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGCHLD);
    sigaddset(&wanted, PASS_ON);
    succeeded = watch_program(greeting.program, &wanted);
    _exit(kill_all(greeting.program) && succeeded ? 0 : 1);
}

/* ---- in steelyard ---- */

bool sy_supervisor_wait(SySupervisor *supervisor, int64_t deadline_ns)
{
    while (!supervisor->reaped) {
        const struct timespec pause = {.tv_nsec = SY_NS_PER_MS};
        int status = 0;
        pid_t got = waitpid(supervisor->pid, &status, WNOHANG);

        supervisor->reaped = got > 0 || (got < 0 && errno != EINTR);
        supervisor->succeeded = got > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (!supervisor->reaped && sy_now_ns() >= deadline_ns) {
            return false;
        }
        if (!supervisor->reaped) {
            nanosleep(&pause, NULL);
        }
    }
    return true;
}

/* The whole greeting, or false if the supervisor said nothing in time. */
static bool read_greeting(int fd, Greeting *greeting)
{
    int64_t deadline_ns = sy_now_ns() + START_PATIENCE_NS;
    ssize_t n;

    do {
        struct pollfd pfd = {.fd = fd, .events = POLLIN};
        int ready = poll(&pfd, 1, sy_poll_timeout_ms(deadline_ns));

        if (ready == 0) {
            return false;
        }
        /* Shorter than PIPE_BUF: it arrives in one piece. */
        n = ready > 0 ? read(fd, greeting, sizeof(*greeting)) : -1;
    } while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(*greeting);
}

SySupervisor *sy_supervisor_spawn(const char *const *argv, const SyChildOptions *options,
                                  GError **error)
{
    g_autoptr(SySupervisor) supervisor = NULL;
    Greeting greeting;
    pid_t parent = getpid();
    bool greeted;
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0) {
        sy_error_set_io(error, errno, "cannot make a pipe for", argv[0]);
        return NULL;
    }
    supervisor = g_new0(SySupervisor, 1);
    supervisor->pid = fork();
    if (supervisor->pid == 0) {
        supervisor_main(argv, options, parent, fds[1]);
    }
    close(fds[1]);
    if (supervisor->pid < 0) {
        sy_error_set_io(error, errno, "cannot fork for", argv[0]);
        supervisor->reaped = true;
        close(fds[0]);
        return NULL;
    }
    greeted = read_greeting(fds[0], &greeting);
    close(fds[0]);
    if (!greeted) {
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "%s did not start within %d s", argv[0],
                    (int)(START_PATIENCE_NS / SY_NS_PER_S));
        return NULL;
    }
    if (greeting.program < 0) {
        greeting.message[sizeof(greeting.message) - 1] = '\0';
        g_set_error_literal(error, SY_ERROR, greeting.code, greeting.message);
        return NULL;
    }
    supervisor->program = greeting.program;
    return g_steal_pointer(&supervisor);
}

pid_t sy_supervisor_pid(const SySupervisor *supervisor)
{
    return supervisor->pid;
}

pid_t sy_supervisor_program(const SySupervisor *supervisor)
{
    return supervisor->program;
}

bool sy_supervisor_alive(SySupervisor *supervisor)
{
    /* The supervisor ends right after its program. */
    return !sy_supervisor_wait(supervisor, 0);
}

bool sy_supervisor_signal(SySupervisor *supervisor, int signo)
{
    return sy_supervisor_alive(supervisor) &&
           sigqueue(supervisor->pid, PASS_ON, (union sigval){.sival_int = signo}) == 0;
}

bool sy_supervisor_succeeded(const SySupervisor *supervisor)
{
    return supervisor->succeeded;
}

bool sy_supervisor_end(SySupervisor *supervisor, int64_t patience_ns, GError **error)
{
    bool ended;

    if (!supervisor) {
        return true;
    }
    if (!supervisor->reaped) {
        kill(supervisor->pid, SIGTERM);
    }
    ended = sy_supervisor_wait(supervisor, sy_now_ns() + patience_ns);
    if (!ended) {
        /* Left running on purpose: it keeps trying, and SIGKILL would only orphan its processes. */
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT,
                    "process %d or one of its children did not die within %.1f s of SIGKILL "
                    "(see /proc/%d/stack: it is stuck in the kernel)",
                    supervisor->program, (double)patience_ns / (double)SY_NS_PER_S,
                    supervisor->program);
    }
    g_free(supervisor);
    return ended;
}

void sy_supervisor_free(SySupervisor *supervisor)
{
    sy_supervisor_end(supervisor, 5 * SY_NS_PER_S, NULL);
}
