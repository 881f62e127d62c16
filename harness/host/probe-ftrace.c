/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes of the kernel's event tracing: try everything that `trace-cmd record -B BUFFER -e kvm -e
 * sched` or observe/sched-trace.c must be allowed to do. */
#include "host/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/tracefs.h"

#define FTRACE_ENABLED "/proc/sys/kernel/ftrace_enabled"

/* How far the child came. */
typedef struct {
    bool met;
    bool mounted;    /* tracefs was mounted already; the child did not have to do it for itself */
    int errno_value; /* of the step that failed */
    char step[64];   /* "write PATH" */
} FtraceAnswer;

static bool failed(FtraceAnswer *answer, const char *what, const char *path)
{
    answer->errno_value = errno;
    snprintf(answer->step, sizeof(answer->step), "%s %s", what, path);
    return false;
}

/* `path`, which begins with SY_TRACEFS, as seen from there. */
static const char *in_tracefs(const char *path)
{
    return path + sizeof(SY_TRACEFS);
}

/* Writes to the switch `path`, open as `fd`, what it holds already: the most that changes
 * nothing. */
static bool rewrite_switch(int fd, const char *path, FtraceAnswer *answer)
{
    char value = 0;
    bool ok = fd >= 0 && pread(fd, &value, 1, 0) == 1 &&
              ((value != '0' && value != '1') || pwrite(fd, &value, 1, 0) == 1);

    if (!ok) {
        failed(answer, "write", path);
    }
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

/* Makes and removes a trace buffer. Its name lets observe/trace-buffer.c remove it, should this
 * process be killed in between. */
static bool make_buffer(int tracefs, FtraceAnswer *answer)
{
    char path[64];

    snprintf(path, sizeof(path), SY_TRACEFS "/instances/steelyard-%d", getpid());
    return (mkdirat(tracefs, in_tracefs(path), 0700) == 0 &&
            (unlinkat(tracefs, in_tracefs(path), AT_REMOVEDIR) == 0 || errno == ENOENT)) ||
           failed(answer, "make", path);
}

/* trace-cmd switches the function tracer on whatever it records, and gives up if that is
 * refused. */
static bool enable_functions(FtraceAnswer *answer)
{
    return access(FTRACE_ENABLED, F_OK) < 0 ||
           rewrite_switch(open(FTRACE_ENABLED, O_RDWR | O_CLOEXEC), FTRACE_ENABLED, answer);
}

typedef struct {
    const char *switches[2]; /* of the event systems */
    bool functions;          /* the switch of the function tracer, too */
} Needs;

static bool event_switch(int tracefs, const char *path, FtraceAnswer *answer)
{
    return rewrite_switch(openat(tracefs, in_tracefs(path), O_RDWR | O_CLOEXEC), path, answer);
}

/* Runs in a child, so that a mount ends with it. System calls only. */
static G_NORETURN void ftrace_child(const Needs *needs, int answer_fd)
{
    FtraceAnswer answer = {.mounted = sy_tracefs_mounted()};
    int tracefs =
        answer.mounted ? open(SY_TRACEFS, O_PATH | O_DIRECTORY | O_CLOEXEC) : sy_tracefs_mount();

    if (tracefs < 0) {
        failed(&answer, answer.mounted ? "open" : "mount tracefs for", SY_TRACEFS);
    } else {
        answer.met = event_switch(tracefs, needs->switches[0], &answer) &&
                     event_switch(tracefs, needs->switches[1], &answer) &&
                     (!needs->functions || enable_functions(&answer)) &&
                     make_buffer(tracefs, &answer);
    }
    (void)!write(answer_fd, &answer, sizeof(answer));
    _exit(0);
}

static bool ask_child(const Needs *needs, FtraceAnswer *answer)
{
    int fds[2];
    struct pollfd pfd;
    pid_t child;
    bool ok;

    if (pipe2(fds, O_CLOEXEC) < 0) {
        return false;
    }
    child = fork();
    if (child == 0) {
        ftrace_child(needs, fds[1]);
    }
    close(fds[1]);
    pfd = (struct pollfd){.fd = fds[0], .events = POLLIN};
    ok = child > 0 && poll(&pfd, 1, 1000) == 1 &&
         read(fds[0], answer, sizeof(*answer)) == (ssize_t)sizeof(*answer);
    close(fds[0]);
    if (child > 0) {
        kill(child, SIGKILL);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    return ok;
}

void sy_probe_ftrace(SyRequirementResult *result)
{
    g_autofree char *program = g_find_program_in_path("trace-cmd");
    const Needs needs = {{SY_TRACEFS "/events/kvm/enable", SY_TRACEFS "/events/sched/enable"},
                         true};
    FtraceAnswer answer = {0};

    if (!program) {
        sy_probe_unmet(result, "install it: make deps", "no trace-cmd in PATH");
    } else if (!ask_child(&needs, &answer)) {
        sy_probe_unmet(result, "look at dmesg, or use --host lab",
                       "tracefs did not answer within 1 s");
    } else if (answer.met) {
        sy_probe_met(result,
                     "%s can record: events kvm and sched, and buffers, in " SY_TRACEFS
                     " are writable%s",
                     program, answer.mounted ? "" : " (trace-cmd mounts it)");
    } else {
        sy_probe_unmet(result,
                       answer.errno_value == ENOENT
                           ? "use a kernel with CONFIG_FTRACE and load kvm, or use --host lab"
                           : "run as root on a host that allows tracing, or use --host lab",
                       "cannot %s: %s", answer.step, g_strerror(answer.errno_value));
    }
}

void sy_probe_sched_events(SyRequirementResult *result)
{
    const Needs needs = {{SY_TRACEFS "/events/sched/enable", SY_TRACEFS "/events/irq/enable"},
                         false};
    FtraceAnswer answer = {0};

    if (!ask_child(&needs, &answer)) {
        sy_probe_unmet(result, "look at dmesg", "tracefs did not answer within 1 s");
    } else if (answer.met) {
        sy_probe_met(result, "events sched and irq, and buffers, in tracefs are writable%s",
                     answer.mounted ? "" : " (steelyard mounts it for itself)");
    } else {
        sy_probe_unmet(result,
                       answer.errno_value == ENOENT ? "use a kernel with CONFIG_FTRACE"
                                                    : "run as root on a host that allows tracing",
                       "cannot %s: %s", answer.step, g_strerror(answer.errno_value));
    }
}
