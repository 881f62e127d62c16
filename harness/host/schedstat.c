/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/schedstat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"

#define SCHEDSTAT_REMEDY                                                                           \
    "this kernel does not count run time per thread (CONFIG_SCHED_INFO); use a kernel that "       \
    "does (Debian's do), and check that it was not booted with schedstats off"

/* Enough looks per sleep to see the thread asleep twice in a row. */
#define LOOKS_PER_SLEEP 8
#define POLL_MIN_NS 20000

bool sy_schedstat_parse(const char *text, SySchedstat *out, GError **error)
{
    uint64_t *const fields[] = {&out->run_ns, &out->delay_ns, &out->timeslices};
    const char *at = text;

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        char *end;

        errno = 0;
        /* strtoull would take a sign or leading white space. */
        *fields[i] = g_ascii_isdigit(*at) ? g_ascii_strtoull(at, &end, 10) : (end = NULL, 0);
        if (!end || errno == ERANGE || (i < 2 && *end != ' ')) {
            goto wrong;
        }
        at = end + (i < 2);
    }
    if (*at == '\0' || strcmp(at, "\n") == 0) {
        return true;
    }
wrong:
    g_set_error(
        error, SY_ERROR, SY_ERROR_PROTOCOL,
        "schedstat: expected three numbers (run time, run delay, timeslices), found \"%.80s\"",
        text);
    return false;
}

bool sy_thread_state_parse(const char *text, char *state)
{
    /* The name in field 2 may itself hold ')' and blanks; no later field can hold a ')'. */
    const char *end = strrchr(text, ')');

    if (!end || end[1] != ' ' || !g_ascii_isalpha(end[2]) || end[3] != ' ') {
        return false;
    }
    *state = end[2];
    return true;
}

/* Opens /proc/PID/task/TID/FILE, or says whether the thread or the file is missing. */
static int thread_open(pid_t pid, pid_t tid, const char *file, GError **error)
{
    char path[80];
    int fd;

    g_snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        return fd;
    }
    if (errno != ENOENT && errno != ESRCH) {
        sy_error_set_io(error, errno, "cannot open", path);
        return -1;
    }
    g_snprintf(path, sizeof(path), "/proc/%d/task/%d", pid, tid);
    if (access(path, F_OK) == 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "no %s/%s: " SCHEDSTAT_REMEDY, path,
                    file);
    } else {
        g_set_error(error, SY_ERROR, SY_ERROR_DIED,
                    "thread %d of process %d does not exist (any more)", tid, pid);
    }
    return -1;
}

/* The current text of an open proc file: each pread from 0 makes the kernel write it afresh. */
static bool proc_text(int fd, char *buffer, size_t size, GError **error)
{
    ssize_t n = pread(fd, buffer, size - 1, 0);

    if (n > 0) {
        buffer[n] = '\0';
        return true;
    }
    if (n == 0 || errno == ESRCH) {
        g_set_error(error, SY_ERROR, SY_ERROR_DIED, "the observed thread has ended");
    } else {
        sy_error_set_io(error, errno, "cannot read", "the thread's file in /proc");
    }
    return false;
}

static bool read_schedstat(int fd, SySchedstat *out, GError **error)
{
    char text[128];

    return proc_text(fd, text, sizeof(text), error) && sy_schedstat_parse(text, out, error);
}

static bool read_state(int fd, char *state, GError **error)
{
    char text[1024];

    if (!proc_text(fd, text, sizeof(text), error)) {
        return false;
    }
    if (!sy_thread_state_parse(text, state)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "/proc/PID/task/TID/stat: no state after the name in \"%.80s\"", text);
        return false;
    }
    return true;
}

/* With schedstats off the kernel writes "0 0 0" for every thread, also for this one, which runs. */
static bool kernel_counts(GError **error)
{
    static int counts = -1;

    if (counts < 0) {
        g_autoptr(GError) own_error = NULL;
        SySchedstat own = {0};
        int fd = thread_open(getpid(), gettid(), "schedstat", &own_error);

        counts = fd >= 0 && read_schedstat(fd, &own, &own_error) && own.timeslices > 0;
        if (fd >= 0) {
            close(fd);
        }
    }
    if (!counts) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "schedstat reads 0 0 0 for a thread that runs: " SCHEDSTAT_REMEDY);
    }
    return counts;
}

bool sy_schedstat_read(pid_t pid, pid_t tid, SySchedstat *out, GError **error)
{
    int fd = thread_open(pid, tid, "schedstat", error);
    bool ok;

    if (fd < 0) {
        return false;
    }
    ok = read_schedstat(fd, out, error);
    close(fd);
    return ok && (out->timeslices > 0 || kernel_counts(error));
}

bool sy_thread_state(pid_t pid, pid_t tid, char *state, GError **error)
{
    int fd = thread_open(pid, tid, "stat", error);
    bool ok;

    if (fd < 0) {
        return false;
    }
    ok = read_state(fd, state, error);
    close(fd);
    return ok;
}

static bool schedstat_equal(const SySchedstat *a, const SySchedstat *b)
{
    return a->run_ns == b->run_ns && a->timeslices == b->timeslices;
}

static void pause_until(int64_t when_ns)
{
    struct timespec ts = {.tv_sec = when_ns / SY_NS_PER_S, .tv_nsec = when_ns % SY_NS_PER_S};

    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

int64_t sy_schedstat_poll_ns(int64_t sleep_ns)
{
    return CLAMP(sleep_ns / LOOKS_PER_SLEEP, POLL_MIN_NS, SY_SCHEDSTAT_POLL_NS);
}

/*
 * Why two looks: a thread on its way to sleep shows S while its run_ns is still old. The value only
 * grows, and is right while the thread is off its CPU. So if both looks find the thread asleep and
 * the value unchanged, the second value is right.
 */
static bool poll_asleep(int stat_fd, int schedstat_fd, int64_t deadline_ns, int64_t poll_ns,
                        SySchedstat *out, int64_t *when_ns, bool *exact, GError **error)
{
    SySchedstat former = {0};
    bool former_asleep = false;
    char state;

    for (;;) {
        if (!read_state(stat_fd, &state, error)) {
            return false;
        }
        *when_ns = sy_now_ns();
        if (state == 'S' || *when_ns >= deadline_ns) {
            if (!read_schedstat(schedstat_fd, out, error)) {
                return false;
            }
            *exact = state == 'S' && former_asleep && schedstat_equal(out, &former);
            former = *out;
        }
        if (*exact || *when_ns >= deadline_ns) {
            return true;
        }
        if (sy_cancelled(error)) {
            return false;
        }
        former_asleep = state == 'S';
        pause_until(MIN(*when_ns + poll_ns, deadline_ns));
    }
}

bool sy_schedstat_read_asleep(pid_t pid, pid_t tid, int64_t deadline_ns, int64_t poll_ns,
                              SySchedstat *out, int64_t *when_ns, bool *exact, GError **error)
{
    int schedstat_fd = thread_open(pid, tid, "schedstat", error);
    int stat_fd = schedstat_fd >= 0 ? thread_open(pid, tid, "stat", error) : -1;
    bool ok = false;

    *exact = false;
    if (stat_fd >= 0) {
        ok = poll_asleep(stat_fd, schedstat_fd, deadline_ns, poll_ns, out, when_ns, exact, error);
        close(stat_fd);
    }
    if (schedstat_fd >= 0) {
        close(schedstat_fd);
    }
    return ok && (out->timeslices > 0 || kernel_counts(error));
}
