/*
 * Token bucket that limits one vCPU to quota_ns of CPU time per period_ns
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* No QEMU header here, not even qemu/osdep.h: see throttle-bucket.h. */
#include "throttle-bucket.h"

/* Limits that keep the arithmetic from overflowing */
#define PERIOD_MAX_NS (3 * INT64_C(1000000000))         /* square < 2^63 */
#define BURST_MAX_NS (3600 * INT64_C(1000000000))
#define MAX_DEBT_MAX_NS (3600 * INT64_C(1000000000))
#define BUDGET_MIN_NS (INT64_MIN / 2)                   /* 146 years of debt */

/* Time since the current window began; exact however far the clock jumped. */
static uint64_t elapsed_ns(const KvmThrottleBucket *b, int64_t now_ns)
{
    return (uint64_t)now_ns - (uint64_t)b->window_start_ns;
}

static int64_t min_i64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max_i64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/*
 * Add @ns to the budget, but cut the budget to @bound; the rest is forfeited.
 * Returns the time forfeited.
 */
static uint64_t fill(KvmThrottleBucket *b, uint64_t ns, int64_t bound)
{
    int64_t room = bound - b->budget_ns;
    uint64_t lost;

    if (room >= 0 && ns <= (uint64_t)room) {
        b->budget_ns += (int64_t)ns;
        return 0;
    }
    lost = ns - (uint64_t)room;     /* right for a negative room, too */
    b->budget_ns = bound;
    b->forfeited_ns += lost;
    return lost;
}

/* The current window and @windows - 1 idle ones end, another one starts. */
static void pass_boundaries(KvmThrottleBucket *b, uint64_t windows)
{
    uint64_t quota = (uint64_t)b->cfg.quota_ns;
    int64_t carry = min_i64(b->cfg.burst_ns,
                            max_i64(b->withheld_ns, b->cfg.grain_ns));
    int64_t uncarried = max_i64(b->withheld_ns - carry, 0);
    uint64_t lost = fill(b, (windows - 1) * quota, carry);

    b->starved_ns += lost < (uint64_t)uncarried ? lost : (uint64_t)uncarried;
    b->periods += windows;
    b->granted_ns += windows * quota;
    b->budget_ns += b->cfg.quota_ns;
    b->withheld_ns = 0;
}

static void consume(KvmThrottleBucket *b, int64_t ns)
{
    ns = min_i64(ns, b->budget_ns - BUDGET_MIN_NS);
    b->used_ns += (uint64_t)ns;
    b->budget_ns -= ns;
}

/*
 * Only at the end of a call: a quota that the call grants pays for debt first,
 * and what it takes back for the moment is not debt.
 */
static void forgive(KvmThrottleBucket *b)
{
    int64_t floor = b->cfg.max_debt_ns ? -b->cfg.max_debt_ns : INT64_MIN;

    if (b->budget_ns < floor) {
        b->forgiven_ns += (uint64_t)(floor - b->budget_ns);
        b->budget_ns = floor;
    }
}

bool kvm_throttle_config_valid(const KvmThrottleConfig *cfg)
{
    return cfg->quota_ns > 0 && cfg->quota_ns <= cfg->period_ns &&
           cfg->period_ns <= PERIOD_MAX_NS &&
           cfg->burst_ns >= 0 && cfg->burst_ns <= BURST_MAX_NS &&
           cfg->max_debt_ns >= 0 && cfg->max_debt_ns <= MAX_DEBT_MAX_NS &&
           cfg->grain_ns >= 0 && cfg->grain_ns < cfg->quota_ns &&
           cfg->grain_ns <= cfg->burst_ns;
}

void kvm_throttle_bucket_init(KvmThrottleBucket *b,
                              const KvmThrottleConfig *cfg, int64_t now_ns)
{
    *b = (KvmThrottleBucket) {
        .cfg = *cfg,
        .window_start_ns = now_ns,
        .last_ns = now_ns,
        .budget_ns = cfg->quota_ns,
        .granted_ns = (uint64_t)cfg->quota_ns,
    };
}

static void account(KvmThrottleBucket *b, int64_t now_ns, int64_t used_ns,
                    int64_t withheld_ns)
{
    uint64_t windows;
    int64_t into, used_late;

    used_ns = max_i64(used_ns, 0);
    withheld_ns = max_i64(withheld_ns, 0);
    if (now_ns < b->last_ns) {
        /* Move the grid along, which keeps the position in the window. */
        into = (int64_t)elapsed_ns(b, b->last_ns);
        b->window_start_ns = now_ns < INT64_MIN + into ? INT64_MIN
                                                       : now_ns - into;
    }
    b->last_ns = now_ns;
    if (__builtin_add_overflow(b->withheld_ns, withheld_ns, &b->withheld_ns)) {
        b->withheld_ns = INT64_MAX;
    }

    windows = elapsed_ns(b, now_ns) / (uint64_t)b->cfg.period_ns;
    if (!windows) {
        consume(b, used_ns);
        return;
    }

    into = (int64_t)(elapsed_ns(b, now_ns) % (uint64_t)b->cfg.period_ns);
    used_late = min_i64(used_ns, into);
    consume(b, used_ns - used_late);
    b->window_start_ns = now_ns - into;
    pass_boundaries(b, windows);
    consume(b, used_late);
}

void kvm_throttle_bucket_account(KvmThrottleBucket *b, int64_t now_ns,
                                 int64_t used_ns, int64_t withheld_ns)
{
    account(b, now_ns, used_ns, withheld_ns);
    forgive(b);
}

void kvm_throttle_bucket_reconfigure(KvmThrottleBucket *b,
                                     const KvmThrottleConfig *cfg,
                                     int64_t now_ns)
{
    int64_t into, unearned;

    account(b, now_ns, 0, 0);

    into = (int64_t)elapsed_ns(b, now_ns);
    unearned = b->cfg.quota_ns - b->cfg.quota_ns * into / b->cfg.period_ns;
    unearned = min_i64(unearned, b->budget_ns - BUDGET_MIN_NS);
    b->budget_ns -= unearned;
    b->granted_ns -= (uint64_t)unearned;

    b->cfg = *cfg;
    b->window_start_ns = now_ns;
    b->withheld_ns = 0;
    fill(b, 0, cfg->burst_ns);
    b->budget_ns += cfg->quota_ns;
    b->granted_ns += (uint64_t)cfg->quota_ns;
    forgive(b);
}

int64_t kvm_throttle_bucket_unused(const KvmThrottleBucket *b, int64_t now_ns,
                                   int64_t used_ns)
{
    KvmThrottleBucket then = *b;
    int64_t used_late, unused;
    uint64_t granted;

    kvm_throttle_bucket_account(&then, now_ns, used_ns, 0);
    if (then.periods == b->periods) {
        return 0;
    }
    used_late = min_i64(max_i64(used_ns, 0),
                        (int64_t)elapsed_ns(&then, now_ns));
    unused = b->budget_ns - (int64_t)(then.used_ns - b->used_ns) + used_late;

    /* Without the quota of the last boundary, which is granted after it. */
    granted = then.granted_ns - b->granted_ns - (uint64_t)b->cfg.quota_ns;
    if (granted > INT64_MAX ||
        __builtin_add_overflow(unused, (int64_t)granted, &unused)) {
        return INT64_MAX;
    }
    return max_i64(unused, 0);
}

bool kvm_throttle_bucket_exhausted(const KvmThrottleBucket *b)
{
    return b->budget_ns <= b->cfg.grain_ns;
}

int64_t kvm_throttle_bucket_remaining(const KvmThrottleBucket *b)
{
    return kvm_throttle_bucket_exhausted(b) ? 0 : b->budget_ns;
}

int64_t kvm_throttle_bucket_wake_time(const KvmThrottleBucket *b)
{
    int64_t windows, wait, wake;

    if (!kvm_throttle_bucket_exhausted(b)) {
        return b->window_start_ns;
    }
    windows = (b->cfg.grain_ns - b->budget_ns) / b->cfg.quota_ns + 1;
    if (__builtin_mul_overflow(windows, b->cfg.period_ns, &wait) ||
        __builtin_add_overflow(b->window_start_ns, wait, &wake)) {
        return INT64_MAX;
    }
    return wake;
}
