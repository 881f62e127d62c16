/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the throttle's token bucket share. */
#ifndef SY_TESTS_THROTTLE_BUCKET_H
#define SY_TESTS_THROTTLE_BUCKET_H

#include "throttle-bucket.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#define US INT64_C(1000)
#define MS (1000 * US)
#define S (1000 * MS)
#define START (7 * S + 123)

static inline KvmThrottleConfig config(int64_t quota_ns, int64_t period_ns)
{
    return (KvmThrottleConfig){.quota_ns = quota_ns, .period_ns = period_ns, .burst_ns = quota_ns};
}

static inline KvmThrottleBucket bucket(int64_t quota_ns, int64_t period_ns)
{
    KvmThrottleConfig cfg = config(quota_ns, period_ns);
    KvmThrottleBucket b;

    kvm_throttle_bucket_init(&b, &cfg, START);
    return b;
}

/* The vCPU was idle for what it did not use; */
static inline void idle(KvmThrottleBucket *b, int64_t now_ns, int64_t used_ns)
{
    kvm_throttle_bucket_account(b, now_ns, used_ns, 0);
}

/* or it wanted to run all the time, and the host did not let it. */
static inline void eager(KvmThrottleBucket *b, int64_t now_ns, int64_t used_ns)
{
    kvm_throttle_bucket_account(b, now_ns, used_ns, INT64_MAX);
}

static inline int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* splitmix64: the same numbers on every machine. */
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* From 0 to `max`. */
static inline int64_t random_up_to(uint64_t *state, int64_t max)
{
    return (int64_t)(next_random(state) % ((uint64_t)max + 1));
}

/* What holds after every operation, whatever came in. */
static inline void check_books(const KvmThrottleBucket *b)
{
    cr_assert_eq((int64_t)(b->granted_ns - b->forfeited_ns - b->used_ns + b->forgiven_ns),
                 b->budget_ns,
                 "granted %" PRIu64 " - forfeited %" PRIu64 " - used %" PRIu64
                 " + forgiven %" PRIu64 " != %" PRId64,
                 b->granted_ns, b->forfeited_ns, b->used_ns, b->forgiven_ns, b->budget_ns);
    if (b->cfg.max_debt_ns) {
        cr_assert_geq(b->budget_ns, -b->cfg.max_debt_ns);
    } else {
        cr_assert_geq(b->budget_ns, INT64_MIN / 2);
    }
    cr_assert_leq(b->budget_ns, b->cfg.quota_ns + b->cfg.burst_ns);
    cr_assert_geq(b->withheld_ns, 0);
}

#endif
