/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the scheduler reports of one thread: the CPU time it got, the time it waited for a CPU, and
 * its state. */
#ifndef SY_HOST_SCHEDSTAT_H
#define SY_HOST_SCHEDSTAT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The fields of /proc/PID/task/TID/schedstat (Linux, Documentation/scheduler/sched-stats.rst). */
typedef struct {
    uint64_t run_ns;     /* time on a CPU; up to one tick old while the thread runs */
    uint64_t delay_ns;   /* run delay: time runnable on a run queue, without a CPU */
    uint64_t timeslices; /* how often it was given a CPU */
} SySchedstat;

/* Reads the kernel's three numbers from `text`; SY_ERROR_PROTOCOL quotes a text that holds anything
 * else. Pure. */
bool sy_schedstat_parse(const char *text, SySchedstat *out, GError **error);

/*
 * One reading of the thread `tid` of process `pid`. Cheap, does not block. SY_ERROR_UNAVAILABLE: a
 * kernel without schedstats (with remedy); SY_ERROR_DIED: no such thread; SY_ERROR_IO: it could not
 * be read.
 */
bool sy_schedstat_read(pid_t pid, pid_t tid, SySchedstat *out, GError **error);

/*
 * The pause between two looks at a thread that should be seen asleep: long compared with the few
 * microseconds in which a thread is already in state S but still on its CPU. A thread whose sleeps
 * are not several times as long needs a shorter pause.
 */
#define SY_SCHEDSTAT_POLL_NS 200000

/* The pause for a thread that sleeps for `sleep_ns` at a time: SY_SCHEDSTAT_POLL_NS or shorter, at
 * least 20 us. Pure. */
int64_t sy_schedstat_poll_ns(int64_t sleep_ns);

/*
 * A reading whose run_ns is exact. The kernel brings run_ns up to date only at a tick or when the
 * thread leaves its CPU, so a running thread's value lags by up to one tick (4 ms at
 * CONFIG_HZ=250). This polls every `poll_ns` until the thread is seen asleep (state S) before and
 * after the reading with unchanged timeslices: then *exact is true. If `deadline_ns`
 * (CLOCK_MONOTONIC) passes first, it returns true with one plain reading and *exact false.
 * *when_ns is CLOCK_MONOTONIC of the reading. Blocks until the deadline at most, and costs 2-4 % of
 * a CPU meanwhile, at SY_SCHEDSTAT_POLL_NS. Errors as sy_schedstat_read(), and
 * SY_ERROR_CANCELLED. None of the out parameters may be NULL.
 */
bool sy_schedstat_read_asleep(pid_t pid, pid_t tid, int64_t deadline_ns, int64_t poll_ns,
                              SySchedstat *out, int64_t *when_ns, bool *exact, GError **error);

/*
 * The state letter (proc(5): R running or runnable, S asleep, D, T, Z ...) from the text of a
 * `stat` file, whatever the thread's name is. False if the text is malformed.
 */
bool sy_thread_state_parse(const char *text, char *state);

/* The state letter of one thread. Does not block. Errors as sy_schedstat_read(). */
bool sy_thread_state(pid_t pid, pid_t tid, char *state, GError **error);

#endif
