/*
 * Token bucket that limits one vCPU to quota_ns of CPU time per period_ns
 *
 * Pure arithmetic: no QEMU header, no clock, no lock, no allocation.  Time
 * comes in as arguments, so the same file runs inside QEMU, in unit tests
 * and in simulations.  Every operation is O(1).  A bucket belongs to one
 * thread; to look at it from elsewhere, copy it and work on the copy.
 *
 * Windows start at window_start_ns + k * period_ns.  The grid is fixed when
 * the settings are made: a late call never moves it.  At each boundary the
 * bucket is given quota_ns; CPU time drains it.  Below zero it is in debt,
 * which is carried over, so that a late stop is paid back from the next
 * windows; debt beyond max_debt_ns, if that is set, is forgiven.  Above zero it
 * is in credit.  A boundary keeps only as much credit as the host withheld in
 * the window that ends, up to burst_ns: a vCPU that was preempted makes it up,
 * one that was idle neither owes nor hoards.
 *
 * Invariants, all tested:
 *  - budget == granted - forfeited - used + forgiven, to the nanosecond;
 *  - budget <= quota + burst, and if nothing was withheld before a boundary,
 *    budget <= quota + grain after it;
 *  - starved <= forfeited, and starved does not grow if nothing is withheld;
 *  - a caller that stops when the bucket is exhausted uses at most
 *    quota + burst + (its own lateness) within one window;
 *  - with a cap, debt <= max_debt after every call, so a vCPU that uses nothing
 *    is exhausted for at most max_debt / quota + 1 windows;
 *  - over n windows of a load that always wants to run,
 *    |used - forgiven + forfeited - n * quota| <= quota + burst + lateness,
 *    where forfeited is 0 unless the host withholds more than it can make up:
 *    the error of the long-run share falls as 1/n, however late each stop is;
 *  - the same across changes of the settings, because a window cut short
 *    by a change is granted only the part of its quota that has elapsed.
 *
 * Unit of every number: nanoseconds, unless its name says otherwise.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef KVM_THROTTLE_BUCKET_H
#define KVM_THROTTLE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

typedef struct KvmThrottleConfig {
    int64_t quota_ns;   /* CPU time granted per window; 0 < quota <= period */
    int64_t period_ns;  /* length of a window */
    int64_t burst_ns;   /* most credit kept across a boundary */
    /*
     * A budget of this much or less is not worth entering the guest for:
     * it counts as exhausted and is carried over.  0 <= grain < quota, and
     * grain <= burst so that what is carried is not lost.
     */
    int64_t grain_ns;
    int64_t max_debt_ns;    /* most debt kept; 0: no limit */
} KvmThrottleConfig;

typedef struct KvmThrottleBucket {
    KvmThrottleConfig cfg;
    int64_t window_start_ns;  /* start of the current window */
    int64_t last_ns;          /* time of the last call */
    int64_t budget_ns;        /* > 0: may run this long; < 0: debt */
    int64_t withheld_ns;      /* in the current window; INT64_MAX: all */
    /* Totals since kvm_throttle_bucket_init() */
    uint64_t periods;         /* boundaries passed */
    uint64_t granted_ns;      /* quota given; a window cut short gives less */
    uint64_t forfeited_ns;    /* credit dropped at boundaries */
    uint64_t starved_ns;      /* part of forfeited_ns that the host withheld */
    uint64_t forgiven_ns;     /* debt dropped because it exceeded max_debt_ns */
    uint64_t used_ns;         /* CPU time drained */
} KvmThrottleBucket;

/*
 * True if the other functions accept @cfg: signs and order as noted at each
 * field, period_ns at most 3 s, burst_ns and max_debt_ns at most one hour.
 */
bool kvm_throttle_config_valid(const KvmThrottleConfig *cfg);

/* Start at @now_ns with a first window, its quota, and empty books. */
void kvm_throttle_bucket_init(KvmThrottleBucket *b,
                              const KvmThrottleConfig *cfg, int64_t now_ns);

/*
 * Bring the bucket to @now_ns.  Since the previous call the vCPU has spent
 * @used_ns of CPU time, and the host has withheld at most @withheld_ns: unused
 * CPU time for which the host, not the vCPU, is to blame (INT64_MAX: all that
 * was not used).  Grants the quota of each boundary passed.  A clock that went
 * backwards counts as no time elapsed, a negative @used_ns as none used, a
 * negative @withheld_ns as none withheld.
 *
 * When in the interval the time was spent is not known.  It is assumed to be
 * as late as possible, because time spent after a boundary must not make room
 * for credit at that boundary.  Withheld time adds up within a window and
 * counts at the boundary that ends it.
 */
void kvm_throttle_bucket_account(KvmThrottleBucket *b, int64_t now_ns,
                                 int64_t used_ns, int64_t withheld_ns);

/*
 * The budget left at the last boundary that kvm_throttle_bucket_account() would
 * pass with these arguments, which is the most that can have been withheld; 0
 * if it would pass none.
 */
int64_t kvm_throttle_bucket_unused(const KvmThrottleBucket *b, int64_t now_ns,
                                   int64_t used_ns);

/*
 * Change the settings at @now_ns and start a new grid of windows there.  First
 * account for the time used until then.  Debt stays, up to the new max_debt_ns;
 * credit is cut to the new burst_ns; the part of the quota that had not elapsed
 * in the window that ends early is taken back.  So neither a series of quick
 * changes nor a well timed one gains or loses CPU time.
 */
void kvm_throttle_bucket_reconfigure(KvmThrottleBucket *b,
                                     const KvmThrottleConfig *cfg,
                                     int64_t now_ns);

/* True if there is too little budget to run (see grain_ns). */
bool kvm_throttle_bucket_exhausted(const KvmThrottleBucket *b);

/* CPU time that may be spent before the next stop; 0 if exhausted. */
int64_t kvm_throttle_bucket_remaining(const KvmThrottleBucket *b);

/*
 * The boundary at which the bucket will no longer be exhausted if nothing is
 * used until then; the start of the current window if it is not exhausted
 * now; INT64_MAX if that lies beyond the clock's range.
 */
int64_t kvm_throttle_bucket_wake_time(const KvmThrottleBucket *b);

#endif /* KVM_THROTTLE_BUCKET_H */
