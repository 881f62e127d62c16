/*
 * Limit the CPU time of KVM vCPUs: the vCPU thread's part
 *
 * Each vCPU has a token bucket (throttle-bucket.h) that is drained by the CPU
 * time of its thread, and a POSIX timer that signals the thread itself.  The
 * signal is SIG_IPI, whose handler sets kvm_run->immediate_exit: KVM_RUN
 * returns -EINTR however long the guest would have stayed in it, and neither
 * the main loop nor the BQL is involved.
 *
 * The timer runs on CLOCK_MONOTONIC, because timers on a CPU time clock have
 * the resolution of the kernel's tick.  CPU time never passes faster than
 * monotonic time, so the timer can only be early; it is then set again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/kvm.h>
#include <poll.h>
#include <sys/prctl.h>

#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "system/kvm_int.h"
#include "kvm-throttle-fault.h"
#include "kvm-throttle-int.h"
#include "trace.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

__thread KvmThrottle *kvm_throttle_active;

/* This thread's vCPU, with or without a limit */
static __thread KvmThrottle *kvm_throttle_self;

static int64_t now_ns(void)
{
    return kvm_throttle_clock_ns(CLOCK_MONOTONIC);
}

bool kvm_throttle_make_timer(KvmThrottle *t, Error **errp)
{
    struct sigevent ev = {
        .sigev_notify = SIGEV_THREAD_ID,
        .sigev_signo = SIG_IPI,
    };

    if (t->has_timer) {
        return true;
    }
    ev.sigev_notify_thread_id = t->cpu->thread_id;
    if (timer_create(CLOCK_MONOTONIC, &ev, &t->timer)) {
        error_setg_errno(errp, errno, "Cannot create the timer of vCPU %d",
                         t->cpu->cpu_index);
        return false;
    }
    t->has_timer = true;
    return true;
}

static void set_timer(KvmThrottle *t, int64_t when_ns)
{
    struct itimerspec its = { };

    if (when_ns != INT64_MAX) {
        its.it_value.tv_sec = when_ns / NANOSECONDS_PER_SECOND;
        its.it_value.tv_nsec = when_ns % NANOSECONDS_PER_SECOND;
    }
    timer_settime(t->timer, TIMER_ABSTIME, &its, NULL);
    t->timer_ns = when_ns;
}

/*
 * Sleep until @wake_ns, a kick, or another signal.  True if there was a kick:
 * then the guest must not be run before the thread has dealt with it.
 *
 * A kick is SIG_IPI, whose handler sets immediate_exit; only KVM_RUN's return
 * clears that.  The signal is blocked before immediate_exit is read, and only
 * ppoll(), which opens the mask atomically, lets it in, so that no kick can
 * get lost in between.
 */
static bool sleep_until(KvmThrottle *t, int64_t wake_ns)
{
    struct kvm_run *run = t->cpu->kvm_run;
    struct timespec ts;
    sigset_t ipi, open;
    int64_t wait_ns;
    bool kicked;

    sigemptyset(&ipi);
    sigaddset(&ipi, SIG_IPI);
    pthread_sigmask(SIG_BLOCK, &ipi, &open);
    if (!qatomic_read(&run->immediate_exit) &&
        !qatomic_read(&t->cpu->exit_request)) {
        wait_ns = wake_ns - now_ns();
        if (wait_ns > 0) {
            ts.tv_sec = wait_ns / NANOSECONDS_PER_SECOND;
            ts.tv_nsec = wait_ns % NANOSECONDS_PER_SECOND;
            ppoll(NULL, 0, &ts, &open);
        }
    }
    pthread_sigmask(SIG_SETMASK, &open, NULL);

    kicked = qatomic_read(&run->immediate_exit) ||
             qatomic_read(&t->cpu->exit_request);
    if (kicked) {
        qatomic_set(&run->immediate_exit, 1);
    }
    return kicked;
}

/*
 * Wait until the vCPU has budget, then set the timer for when that is used up.
 * False if a kick ended the wait: KVM_RUN will then return at once, and the
 * wait goes on when the vCPU is entered again.
 */
static bool wait_and_arm(KvmThrottle *t)
{
    int64_t now = kvm_throttle_account(t);
    bool kicked = false;

    while (kvm_throttle_bucket_exhausted(&t->v.bucket) && !kicked) {
        int64_t wake = kvm_throttle_bucket_wake_time(&t->v.bucket);
        int64_t start = now;

        t->running = false;
        if (!t->out_of_quota) {
            t->out_of_quota = true;
            t->v.expiries++;
            trace_kvm_throttle_kick(t->cpu->cpu_index, t->v.bucket.budget_ns,
                                    now - MIN(now, t->timer_ns));
        }
        if (t->timer_ns > now) {
            set_timer(t, INT64_MAX);
        }
        t->v.asleep_ns = start;
        kvm_throttle_publish(t);
        trace_kvm_throttle_sleep(t->cpu->cpu_index, t->v.bucket.budget_ns,
                                 wake - start);

        kicked = sleep_until(t, kvm_throttle_fault_wake_time(t, wake));

        now = kvm_throttle_account_sleep(t, wake);
        t->v.asleep_ns = 0;
        t->v.throttled_ns += now - start;
        trace_kvm_throttle_wake(t->cpu->cpu_index, t->v.bucket.budget_ns,
                                now - wake, kicked);
    }

    if (kvm_throttle_bucket_exhausted(&t->v.bucket)) {
        t->deadline_ns = INT64_MIN;
        kvm_throttle_publish(t);
        return false;
    }
    t->out_of_quota = false;
    t->deadline_ns = now + kvm_throttle_bucket_remaining(&t->v.bucket);
    set_timer(t, t->deadline_ns);
    kvm_throttle_publish(t);
    trace_kvm_throttle_arm(t->cpu->cpu_index,
                           kvm_throttle_bucket_remaining(&t->v.bucket));
    return !kicked;
}

static void start_counting(KvmThrottle *t)
{
    if (t->clock == KVM_THROTTLE_CLOCK_MONOTONIC && !t->running) {
        t->v.clock_ns = now_ns();
        t->running = true;
    }
}

void kvm_throttle_do_enter(KvmThrottle *t)
{
    if (now_ns() >= t->deadline_ns) {
        wait_and_arm(t);
    }
    start_counting(t);
}

bool kvm_throttle_do_interrupted(KvmThrottle *t)
{
    bool again;

    /*
     * A kick by another thread sets thread_kicked before it sends the signal,
     * and only qemu_wait_io_event() clears it.
     */
    if (now_ns() < t->deadline_ns || qatomic_read(&t->cpu->thread_kicked) ||
        qatomic_read(&t->cpu->exit_request)) {
        return false;
    }
    /* A thread that wants all vCPUs to stop must not wait for a sleeper. */
    cpu_exec_end(t->cpu);
    again = wait_and_arm(t);
    start_counting(t);
    cpu_exec_start(t->cpu);
    return again;
}

void kvm_throttle_do_leave(KvmThrottle *t)
{
    if (t->clock == KVM_THROTTLE_CLOCK_MONOTONIC) {
        kvm_throttle_account(t);
        t->running = false;
    }
}

static void switch_off(KvmThrottle *t)
{
    if (t->v.enabled) {
        kvm_throttle_account(t);
        t->v.enabled = 0;
        t->v.bucket.cfg = t->wanted.bucket;
        kvm_throttle_active = NULL;
        prctl(PR_SET_TIMERSLACK, 0);
    }
    if (t->has_timer) {
        timer_delete(t->timer);
        t->has_timer = false;
    }
}

static void switch_on(KvmThrottle *t)
{
    kvm_throttle_books_open(t);
    t->timer_ns = INT64_MAX;
    t->out_of_quota = false;
    t->running = false;
    kvm_throttle_active = t;
    /* By default the kernel may end a sleep 50 us late. */
    prctl(PR_SET_TIMERSLACK, 1);
}

/* In the vCPU thread, under the BQL */
static void apply(CPUState *cpu, run_on_cpu_data unused)
{
    KvmThrottle *t = kvm_throttle_self;

    if (!t) {
        return;
    }
    t->queued = false;
    t->starved_periods = t->wanted.starved_periods;
    if (!kvm_throttle_is_limit(&t->wanted)) {
        switch_off(t);
    } else if (t->v.enabled) {
        kvm_throttle_books_change(t, kvm_throttle_account(t));
    } else {
        switch_on(t);
    }
    t->deadline_ns = INT64_MIN;
    kvm_throttle_publish(t);
    trace_kvm_throttle_set(cpu->cpu_index, t->wanted.bucket.quota_ns,
                           t->wanted.bucket.period_ns,
                           t->wanted.bucket.burst_ns, t->v.bucket.budget_ns);
}

void kvm_throttle_queue(KvmThrottle *t)
{
    if (!t->queued) {
        t->queued = true;
        async_run_on_cpu(t->cpu, apply, RUN_ON_CPU_NULL);
    }
}

void kvm_throttle_vcpu_init(CPUState *cpu)
{
    KvmThrottleState *s = &cpu->kvm_state->throttle;
    KvmThrottle *t = g_new0(KvmThrottle, 1);
    Error *err = NULL;

    t->cpu = cpu;
    t->schedstat_fd = -1;
    t->wanted = s->initial;
    t->v.bucket.cfg = t->wanted.bucket;
    t->clock = KVM_THROTTLE_CLOCK_THREAD_CPU;
    if (pthread_getcpuclockid(pthread_self(), &t->cpu_clock) ||
        kvm_throttle_clock_ns(CLOCK_THREAD_CPUTIME_ID) < 0) {
        t->clock = KVM_THROTTLE_CLOCK_MONOTONIC;
    }
    kvm_throttle_publish(t);
    kvm_throttle_self = t;
    QTAILQ_INSERT_TAIL(&s->vcpus, t, next);

    if (kvm_throttle_is_limit(&t->wanted)) {
        if (kvm_throttle_make_timer(t, &err)) {
            apply(cpu, RUN_ON_CPU_NULL);
        } else {
            warn_reportf_err(err, "This vCPU will run without a limit: ");
            t->wanted.bucket.quota_ns = t->wanted.bucket.period_ns;
        }
    }
}

void kvm_throttle_vcpu_destroy(CPUState *cpu)
{
    KvmThrottle *t = kvm_throttle_self;

    switch_off(t);
    kvm_throttle_self = NULL;
    QTAILQ_REMOVE(&cpu->kvm_state->throttle.vcpus, t, next);
    if (t->schedstat_fd >= 0) {
        close(t->schedstat_fd);
    }
    g_free(t);
}
