/*
 * Limit the CPU time of KVM vCPUs: what the vCPU side and QMP side share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef KVM_THROTTLE_INT_H
#define KVM_THROTTLE_INT_H

#include <time.h>

#include "qapi/qapi-types-kvm-throttle.h"
#include "qemu/queue.h"
#include "qemu/seqlock.h"
#include "kvm-throttle.h"
#include "throttle-bucket.h"

/* What a vCPU shows to readers; times are CLOCK_MONOTONIC, in ns. */
typedef struct KvmThrottleView {
    KvmThrottleBucket bucket;
    int64_t clock_ns;       /* reading of the clock in use at last_ns */
    int64_t asleep_ns;      /* start of the sleep it is in, 0 if awake */
    uint64_t throttled_ns;  /* slept so far, without the sleep it is in */
    uint64_t kicks;         /* times the quota ran out */
    uint64_t enabled;       /* 0 or 1; off: all the above is frozen */
} KvmThrottleView;

#define KVM_THROTTLE_VIEW_WORDS (sizeof(KvmThrottleView) / sizeof(uint64_t))
QEMU_BUILD_BUG_ON(sizeof(KvmThrottleView) % sizeof(uint64_t));

struct KvmThrottle {
    CPUState *cpu;
    KvmThrottleClock clock; /* what this vCPU can be measured with */
    clockid_t cpu_clock;    /* the thread's CPU clock, for other threads */

    /* Protected by the BQL */
    QTAILQ_ENTRY(KvmThrottle) next;
    KvmThrottleConfig wanted;
    bool queued;            /* wanted is on its way to the vCPU thread */
    bool has_timer;
    timer_t timer;

    /* Belongs to the vCPU thread */
    KvmThrottleView v;
    int64_t deadline_ns;    /* next look at the bucket is due then */
    int64_t timer_ns;       /* when the timer fires; INT64_MAX if unarmed */
    bool out_of_quota;
    bool running;           /* the fallback clock counts */

    /* Copy of v for readers without a lock */
    QemuSeqLock seq;
    uint64_t view[KVM_THROTTLE_VIEW_WORDS];
};

typedef QTAILQ_HEAD(, KvmThrottle) KvmThrottleVcpus;

/* Every vCPU thread's state by age, and what new ones get.  Under the BQL. */
extern KvmThrottleVcpus kvm_throttle_vcpus;
extern KvmThrottleConfig kvm_throttle_default;

/* A quota of the whole period means: no limit. */
static inline bool kvm_throttle_is_limit(const KvmThrottleConfig *cfg)
{
    return cfg->quota_ns < cfg->period_ns;
}

/*
 * Make the timer that signals the vCPU's thread, unless it is there already.
 * Any thread, under the BQL.
 */
bool kvm_throttle_make_timer(KvmThrottle *t, Error **errp);

/*
 * Have the vCPU thread take over t->wanted, soon and without waiting for it;
 * t needs its timer if that is a limit.  Under the BQL.
 */
void kvm_throttle_queue(KvmThrottle *t);

/* A consistent copy of t->v, taken under the BQL; never makes t wait. */
void kvm_throttle_read(KvmThrottle *t, KvmThrottleView *view);

/* Reading of @clock in ns, -1 if it has none. */
int64_t kvm_throttle_clock_ns(clockid_t clock);

#endif /* KVM_THROTTLE_INT_H */
