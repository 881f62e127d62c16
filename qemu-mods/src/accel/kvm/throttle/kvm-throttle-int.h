/*
 * Limit the CPU time of KVM vCPUs: shared by the vCPU thread's part and QMP's
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef KVM_THROTTLE_INT_H
#define KVM_THROTTLE_INT_H

#include <time.h>

#include "qapi/qapi-types-kvm-throttle.h"
#include "qemu/queue.h"
#include "kvm-throttle.h"
#include "kvm-throttle-state.h"
#include "throttle-starvation.h"

/* What a vCPU shows to readers; times are CLOCK_MONOTONIC, in ns. */
typedef struct KvmThrottleView {
    KvmThrottleBucket bucket;
    KvmThrottleStarvation starvation;
    int64_t clock_ns;       /* reading of the clock in use at last_ns */

    /*
     * Who is to blame if it does not run; see kvm-throttle-books.c.  "Then" is
     * when it last saw a boundary passed, or woke from a sleep of the throttle.
     */
    int64_t unrun_ns;       /* time it has not run since then */
    int64_t slept_ns;       /* sleep seen then, the part after the boundary */
    int64_t switches;       /* voluntary context switches of its thread then */
    int64_t run_delay_ns;   /* run delay of its thread then; -1: unknown */

    int64_t asleep_ns;      /* start of the sleep it is in, 0 if awake */
    uint64_t throttled_ns;  /* slept so far, without the sleep it is in */
    uint64_t expiries;      /* times the quota ran out */
    uint64_t enabled;       /* 0 or 1; off: all the above is frozen */
} KvmThrottleView;

#define KVM_THROTTLE_VIEW_WORDS (sizeof(KvmThrottleView) / sizeof(uint64_t))
QEMU_BUILD_BUG_ON(sizeof(KvmThrottleView) % sizeof(uint64_t));

struct KvmThrottle {
    CPUState *cpu;
    KvmThrottleClock clock; /* how this vCPU's use is measured */
    clockid_t cpu_clock;    /* the thread's CPU clock, for other threads */

    /* Protected by the BQL */
    QTAILQ_ENTRY(KvmThrottle) next;
    KvmThrottleSettings wanted;
    bool queued;            /* wanted is on its way to the vCPU thread */
    bool has_timer;
    timer_t timer;
    int schedstat_fd;       /* the thread's; -1 before the first limit */

    /* Belongs to the vCPU thread */
    KvmThrottleView v;
    uint32_t starved_periods;
    int64_t deadline_ns;    /* when the bucket must be updated again */
    int64_t timer_ns;       /* when the timer fires; INT64_MAX if unarmed */
    bool out_of_quota;
    bool running;           /* the fallback clock is counting */

    /* Copies of v for readers without a lock; see kvm_throttle_publish() */
    unsigned view_seq;
    uint64_t views[2][KVM_THROTTLE_VIEW_WORDS];
};

/* --- kvm-throttle-settings.c --- */

/* Names and unit of the times, as the user gave them. */
typedef struct KvmThrottleParams {
    const char *quota;
    const char *period;
    const char *burst;
    const char *max_debt;
    int64_t unit_ns;
} KvmThrottleParams;

/*
 * Make settings from the user's values, in units of @params.  Without a burst
 * it is one quota; a @max_debt of 0 means no limit.  If a value is out of
 * range, returns false and sets an error that names the parameter and its
 * range; @s is then unchanged.
 */
bool kvm_throttle_make_settings(KvmThrottleSettings *s,
                                const KvmThrottleParams *params,
                                int64_t quota, int64_t period,
                                bool has_burst, int64_t burst,
                                int64_t max_debt, uint32_t starved_periods,
                                Error **errp);

/* starved_periods, unless the user says otherwise */
#define KVM_THROTTLE_STARVED_PERIODS 50

/* A quota of the whole period means: no limit. */
static inline bool kvm_throttle_is_limit(const KvmThrottleSettings *s)
{
    return s->bucket.quota_ns < s->bucket.period_ns;
}

/* --- kvm-throttle.c --- */

/* Make the timer that signals the vCPU's thread, once.  Under the BQL. */
bool kvm_throttle_make_timer(KvmThrottle *t, Error **errp);

/*
 * Make the vCPU thread apply t->wanted soon, without waiting for it.  If that
 * is a limit, t must have its timer.  Under the BQL.
 */
void kvm_throttle_queue(KvmThrottle *t);

/* --- kvm-throttle-books.c: the vCPU thread's part --- */

/* CLOCK_MONOTONIC or another clock, in ns; -1 if it cannot be read. */
int64_t kvm_throttle_clock_ns(clockid_t clock);

/* Start now with empty books and a full bucket.  Under the BQL. */
void kvm_throttle_books_open(KvmThrottle *t);

/* Bring the books up to date; returns the time they are now good for. */
int64_t kvm_throttle_account(KvmThrottle *t);

/* The same after a sleep that the throttle meant to last until @wake_ns. */
int64_t kvm_throttle_account_sleep(KvmThrottle *t, int64_t wake_ns);

/* Change the limit of a vCPU that has one, after accounting until @now_ns. */
void kvm_throttle_books_change(KvmThrottle *t, int64_t now_ns);

/* Show t->v, as it is now, to kvm_throttle_look(). */
void kvm_throttle_publish(KvmThrottle *t);

/* --- kvm-throttle-books.c: other threads' part, under the BQL --- */

/*
 * Copy the vCPU's books, brought up to date.  Neither holds the vCPU up nor
 * waits for it, even if it was preempted in the middle of publishing.  False,
 * with an error, if it published during each of a number of attempts.
 */
bool kvm_throttle_look(KvmThrottle *t, KvmThrottleView *view, Error **errp);

#endif /* KVM_THROTTLE_INT_H */
