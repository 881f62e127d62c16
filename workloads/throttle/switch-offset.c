/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/switch-offset.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "stats/sample.h"

/* The offset is estimated from this many cycles, more if it is still uncertain; at most this many
 * are used, and at most this many are run. */
#define CYCLES_ENOUGH 20
#define CYCLES_USED_MAX 100
#define CYCLES_MAX 120
/* It is estimated after this time at the latest. */
#define PATIENCE_NS (SY_NS_PER_S)

/* Longer ones would cost time, shorter ones would consist mostly of switches. */
#define SLEEP_MIN_NS (1 * SY_NS_PER_MS)
#define SLEEP_MAX_NS (20 * SY_NS_PER_MS)
#define RUN_MIN_NS (50 * SY_NS_PER_US)
#define RUN_MAX_NS (1 * SY_NS_PER_MS)

typedef struct {
    pid_t pid;
    _Atomic int64_t *wakeup_ns; /* shared with the process: how late its last wake-up was */
} Twin;

/* The twin. A fork of a program with threads may make async-signal-safe calls only. */
static void G_GNUC_NORETURN live(int64_t sleep_ns, int64_t run_ns, _Atomic int64_t *wakeup_ns)
{
    for (;;) {
        int64_t until_ns = sy_clock_ns(CLOCK_MONOTONIC) + sleep_ns, began_ns;
        struct timespec until = {.tv_sec = until_ns / SY_NS_PER_S,
                                 .tv_nsec = until_ns % SY_NS_PER_S};

        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        atomic_store(wakeup_ns, sy_clock_ns(CLOCK_MONOTONIC) - until_ns);
        began_ns = sy_clock_ns(CLOCK_THREAD_CPUTIME_ID);
        while (sy_clock_ns(CLOCK_THREAD_CPUTIME_ID) - began_ns < run_ns) {
        }
    }
}

static void twin_stop(Twin *twin)
{
    if (twin->pid > 0) {
        kill(twin->pid, SIGKILL);
        waitpid(twin->pid, NULL, 0);
    }
    if (twin->wakeup_ns) {
        munmap(twin->wakeup_ns, sizeof(*twin->wakeup_ns));
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Twin, twin_stop)

static bool twin_start(Twin *twin, pid_t like, int64_t sleep_ns, int64_t run_ns, GError **error)
{
    pid_t parent = getpid();
    cpu_set_t cpus;
    void *page = mmap(NULL, sizeof(*twin->wakeup_ns), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    twin->wakeup_ns = page != MAP_FAILED ? page : NULL;
    if (twin->wakeup_ns && sched_getaffinity(like, sizeof(cpus), &cpus) == 0) {
        twin->pid = fork();
    } else {
        twin->pid = -1;
    }
    if (twin->pid < 0) {
        sy_error_set_io(error, errno, "cannot start", "the vCPU's twin");
        return false;
    }
    if (twin->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_TIMERSLACK, 1); /* as a throttled vCPU's thread */
        if (getppid() != parent || sched_setaffinity(0, sizeof(cpus), &cpus) < 0) {
            _exit(1);
        }
        live(sleep_ns, run_ns, twin->wakeup_ns);
    }
    return true;
}

typedef struct {
    double excess_ns[CYCLES_USED_MAX], wakeup_ns[CYCLES_USED_MAX];
    size_t n;
} Cycles;

static SwitchOffset estimate(const Cycles *cycles)
{
    return switch_offset_estimate(cycles->excess_ns, cycles->n,
                                  sy_sample_median(cycles->wakeup_ns, cycles->n));
}

/*
 * Few cycles are enough for long time slices. Short slices need more, but the time is limited: long
 * cycles have long slices.
 */
static bool enough(const Cycles *cycles, int64_t began_ns, double doubt_ns)
{
    return cycles->n == CYCLES_USED_MAX ||
           (cycles->n >= CYCLES_ENOUGH &&
            (sy_now_ns() - began_ns >= PATIENCE_NS || estimate(cycles).doubt_ns <= doubt_ns));
}

/*
 * Reads the twin once per cycle. Only cycles with one time slice count: in the others something
 * else took its CPU, which is another kind of switch.
 */
static bool watch(const Twin *twin, SyPerf *perf, int64_t cycle_ns, double doubt_ns,
                  SwitchOffset *out, GError **error)
{
    WitnessReading former = {0}, now;
    int64_t began_ns = sy_now_ns();
    Cycles cycles = {0};

    for (int i = 0; i < CYCLES_MAX && !enough(&cycles, began_ns, doubt_ns); i++) {
        int64_t begin_ns = sy_now_ns();

        if (!sy_sleep_until_ns(begin_ns + cycle_ns, error) ||
            !witness_read(twin->pid, twin->pid, perf, begin_ns + 2 * cycle_ns, SY_SCHEDSTAT_POLL_NS,
                          &now, error)) {
            return false;
        }
        if (now.exact && former.exact && now.sched.timeslices == former.sched.timeslices + 1) {
            cycles.excess_ns[cycles.n] = (double)(now.sched.run_ns - former.sched.run_ns) -
                                         (double)witness_task_clock_ns(&former, &now);
            cycles.wakeup_ns[cycles.n++] = (double)atomic_load(twin->wakeup_ns);
        }
        former = now;
    }
    *out = estimate(&cycles);
    return true;
}

static bool measure(pid_t like, int64_t sleep_ns, int64_t run_ns, double doubt_ns,
                    SwitchOffset *out, GError **error)
{
    g_auto(Twin) twin = {0};
    g_autoptr(SyPerf) perf = NULL;

    if (!twin_start(&twin, like, sleep_ns, run_ns, error)) {
        return false;
    }
    perf = sy_perf_open(twin.pid, error);
    return perf && watch(&twin, perf, sleep_ns + run_ns, doubt_ns, out, error);
}

bool switch_offset_measure_throttled(pid_t like, int64_t quota_ns, int64_t period_ns,
                                     SwitchOffset *out, GError **error)
{
    return measure(like, CLAMP(period_ns - quota_ns, SLEEP_MIN_NS, SLEEP_MAX_NS),
                   CLAMP(quota_ns / 10, RUN_MIN_NS, RUN_MAX_NS),
                   witness_doubt_max_ns(quota_ns, WITNESS_LIMIT_PCT), out, error);
}
