/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The throttle's token bucket, driven by a program of bytes, with the promises of throttle-bucket.h
 * checked after every step. The first byte chooses the caller: one that passes arbitrary values, a
 * vCPU thread that stops when the bucket says so, on any kind of host, or one that only asks which
 * settings are valid.
 */
#include "tests/fuzz/fuzz.h"
#include "throttle-bucket.h"

#define US INT64_C(1000)
#define MS (1000 * US)
#define S (1000 * MS)

/* Beyond this a clock has ended and time stands still; up to it not a nanosecond is lost. */
#define CLOCK_END (INT64_MAX / 4)

typedef struct {
    const uint8_t *data;
    size_t size;
} Program;

static uint64_t take(Program *p, size_t bytes)
{
    uint64_t value = 0;

    for (; bytes && p->size; bytes--, p->size--) {
        value = value << 8 | *p->data++;
    }
    return value;
}

/* From 0 to `max`, with every number of bytes equally likely. */
static int64_t take_up_to(Program *p, int64_t max)
{
    uint64_t value = take(p, 1 + take(p, 1) % 8);

    return value <= (uint64_t)max ? (int64_t)value : (int64_t)(value % ((uint64_t)max + 1));
}

static KvmThrottleConfig take_config(Program *p)
{
    KvmThrottleConfig cfg;

    cfg.period_ns = 1 + take_up_to(p, 3 * S - 1);
    cfg.quota_ns = 1 + take_up_to(p, cfg.period_ns - 1);
    cfg.burst_ns = take_up_to(p, take(p, 1) % 2 ? cfg.quota_ns : 3600 * S);
    cfg.grain_ns = take_up_to(p, MIN(cfg.burst_ns, cfg.quota_ns - 1));
    cfg.max_debt_ns = take(p, 1) % 2 ? take_up_to(p, 3600 * S) : 0;
    g_assert(kvm_throttle_config_valid(&cfg));
    return cfg;
}

/* Valid settings with one number replaced by an arbitrary one or by a neighbour of a bound. */
static void try_config(Program *p)
{
    KvmThrottleConfig cfg = take_config(p);
    int64_t *field[] = {&cfg.quota_ns, &cfg.period_ns, &cfg.burst_ns, &cfg.grain_ns,
                        &cfg.max_debt_ns};
    int64_t bounds[] = {0,     cfg.quota_ns, cfg.period_ns,      cfg.burst_ns, cfg.grain_ns,
                        3 * S, 3600 * S,     (int64_t)take(p, 8)};
    int64_t neighbour = (int64_t)(take(p, 1) % 3) - 1;
    int64_t bound = bounds[take(p, 1) % G_N_ELEMENTS(bounds)];
    bool signs, order, limits;

    if (__builtin_add_overflow(bound, neighbour, field[take(p, 1) % G_N_ELEMENTS(field)])) {
        return;
    }
    signs = cfg.quota_ns > 0 && cfg.grain_ns >= 0 && cfg.burst_ns >= 0 && cfg.max_debt_ns >= 0;
    order = cfg.quota_ns <= cfg.period_ns && cfg.grain_ns < cfg.quota_ns &&
            cfg.grain_ns <= cfg.burst_ns;
    limits = cfg.period_ns <= 3 * S && cfg.burst_ns <= 3600 * S && cfg.max_debt_ns <= 3600 * S;
    g_assert(kvm_throttle_config_valid(&cfg) == (signs && order && limits));
}

/* Quota of `elapsed_ns`, rounded down; exact. */
static uint64_t earned_ns(const KvmThrottleConfig *cfg, int64_t elapsed_ns)
{
    __extension__ typedef unsigned __int128 Wide;

    return (uint64_t)((Wide)cfg->quota_ns * (Wide)elapsed_ns / (Wide)cfg->period_ns);
}

/* --------------------------------------------------------------------------- after every step */

static void check_books(const KvmThrottleBucket *b)
{
    g_assert(b->granted_ns - b->forfeited_ns - b->used_ns + b->forgiven_ns ==
             (uint64_t)b->budget_ns);
    g_assert(!b->cfg.max_debt_ns || b->budget_ns >= -b->cfg.max_debt_ns);
    g_assert(b->budget_ns <= b->cfg.quota_ns + b->cfg.burst_ns);
    g_assert(b->window_start_ns <= b->last_ns);
}

static void check_wake_time(const KvmThrottleBucket *b)
{
    int64_t wake = kvm_throttle_bucket_wake_time(b);
    KvmThrottleBucket then = *b;

    if (!kvm_throttle_bucket_exhausted(b)) {
        g_assert(b->budget_ns > b->cfg.grain_ns);
        g_assert(kvm_throttle_bucket_remaining(b) == b->budget_ns);
        g_assert(wake == b->window_start_ns);
        return;
    }
    g_assert(b->budget_ns <= b->cfg.grain_ns);
    g_assert(kvm_throttle_bucket_remaining(b) == 0);
    if (wake > CLOCK_END || b->last_ns < -CLOCK_END) {
        return;
    }
    g_assert(wake > b->last_ns);
    g_assert((wake - b->window_start_ns) % b->cfg.period_ns == 0);
    kvm_throttle_bucket_account(&then, wake - 1, 0, INT64_MAX);
    g_assert(kvm_throttle_bucket_exhausted(&then));
    kvm_throttle_bucket_account(&then, wake, 0, 0);
    g_assert(!kvm_throttle_bucket_exhausted(&then));
}

/* ----------------------------------------------------------------------- an arbitrary caller */

/* A second, simple account beside the bucket's. */
typedef struct {
    KvmThrottleBucket b;
    int64_t now_ns;

    /* Since the current settings were made, and by the earlier ones. A jump back takes no time. */
    int64_t elapsed_ns;
    uint64_t earned_ns, periods;

    int64_t withheld_ns; /* at least, in the current window */
    bool at_end;         /* a clock or the debt has hit its limit: nothing is exact any more */
    bool hoardable;      /* there may be credit: the host was blamed, or the settings changed */
    unsigned idle;       /* reports in a row of more idle time than credit survives */
} Ledger;

/*
 * Late calls, clocks that jump and changes of the settings neither gain nor lose a nanosecond, nor
 * move the grid: the bucket granted what each setting earned in its time, plus the rest of the
 * current window in advance.
 */
static void check_granted(const Ledger *l)
{
    const KvmThrottleBucket *b = &l->b;
    int64_t into_ns = l->elapsed_ns % b->cfg.period_ns;
    uint64_t whole_ns = earned_ns(&b->cfg, l->elapsed_ns - into_ns) + (uint64_t)b->cfg.quota_ns;

    g_assert(b->granted_ns == l->earned_ns + whole_ns);
    g_assert(b->periods == l->periods + (uint64_t)(l->elapsed_ns / b->cfg.period_ns));
    g_assert(b->last_ns - b->window_start_ns == into_ns);
}

static bool is_at_end(int64_t now_ns)
{
    return now_ns > CLOCK_END || now_ns < -CLOCK_END;
}

static int64_t take_step(Program *p, int64_t now_ns)
{
    switch (take(p, 1) % 16) {
    case 0: /* to any time */
        return (int64_t)take(p, 8);
    case 1: /* back */
        return MAX(now_ns, INT64_MIN + 10 * S) - take_up_to(p, 10 * S);
    case 2: /* a machine that was suspended for up to a year */
        return MIN(now_ns, CLOCK_END) + take_up_to(p, 365 * 24 * 3600 * S);
    default:
        return MIN(now_ns, INT64_MAX - 10 * S) + take_up_to(p, 10 * S);
    }
}

static int64_t take_withheld(Program *p)
{
    switch (take(p, 1) % 4) {
    case 0:
        return INT64_MAX;
    case 1:
        return take_up_to(p, 10 * S);
    case 2:
        return (int64_t)take(p, 8);
    default:
        return 0;
    }
}

/*
 * At a boundary after `used_ns` and `withheld_ns`: credit up to a grain is never lost, nor, up to
 * the burst, the time that the host withheld in the window that ends; and only that may count as
 * starved.
 */
static void check_carried(Ledger *l, const KvmThrottleBucket *before, int64_t used_ns,
                          int64_t withheld_ns)
{
    const KvmThrottleConfig *cfg = &l->b.cfg;
    int64_t into_ns = l->elapsed_ns % cfg->period_ns;
    int64_t used_late_ns = MIN(used_ns, into_ns);
    int64_t rest_ns = before->budget_ns - (used_ns - used_late_ns);
    int64_t unused_ns = kvm_throttle_bucket_unused(before, l->b.last_ns, used_ns);
    int64_t kept_ns;

    if (__builtin_add_overflow(l->withheld_ns, withheld_ns, &l->withheld_ns)) {
        l->withheld_ns = INT64_MAX;
    }
    if (l->b.periods == before->periods) {
        g_assert(unused_ns == 0);
        return;
    }
    kept_ns = MIN(cfg->burst_ns, MAX(l->withheld_ns, cfg->grain_ns));
    if (l->b.periods == before->periods + 1) {
        g_assert(unused_ns == MAX(0, rest_ns));
        g_assert(l->b.forfeited_ns - before->forfeited_ns <= (uint64_t)MAX(0, rest_ns - kept_ns));
        g_assert(l->b.starved_ns - before->starved_ns <= (uint64_t)l->withheld_ns);
    }
    l->withheld_ns = 0;
}

/* An idle vCPU may keep a grain, once the time that the host withheld earlier is gone. */
static void check_hoard(Ledger *l, int64_t idle_ns, int64_t withheld_ns)
{
    const KvmThrottleBucket *b = &l->b;

    if (withheld_ns > 0) {
        l->hoardable = true;
        l->idle = 0;
    } else if (idle_ns > b->cfg.burst_ns + 2 * b->cfg.period_ns) {
        l->idle++;
        l->hoardable = l->hoardable && l->idle < 2;
    }
    if (!l->hoardable) {
        g_assert(b->budget_ns <= b->cfg.quota_ns + b->cfg.grain_ns);
    }
}

static void account_anything(Ledger *l, Program *p)
{
    KvmThrottleBucket before = l->b;
    int64_t now_ns = take_step(p, l->now_ns);
    int64_t used_ns = take(p, 1) % 16 ? take_up_to(p, 10 * S) : (int64_t)take(p, 8);
    int64_t withheld_ns = take_withheld(p);
    int64_t step_ns;

    kvm_throttle_bucket_account(&l->b, now_ns, used_ns, withheld_ns);

    g_assert(l->b.last_ns == now_ns);
    g_assert(used_ns > 0 || l->b.used_ns == before.used_ns);
    g_assert(l->b.starved_ns - before.starved_ns <= l->b.forfeited_ns - before.forfeited_ns);
    g_assert(l->b.withheld_ns >= (l->b.periods == before.periods ? before.withheld_ns : 0));
    if (now_ns <= l->now_ns) {
        g_assert(l->b.granted_ns == before.granted_ns && l->b.periods == before.periods);
    }
    l->at_end |= is_at_end(now_ns) || l->b.budget_ns < -CLOCK_END || l->elapsed_ns > CLOCK_END;
    if (!l->at_end) {
        step_ns = MAX(0, now_ns - l->now_ns);
        l->elapsed_ns += step_ns;
        check_carried(l, &before, MAX(0, used_ns), MAX(0, withheld_ns));
        check_hoard(l, step_ns - MAX(0, used_ns), withheld_ns);
        check_granted(l);
    }
    l->now_ns = now_ns;
}

static void change_settings(Ledger *l, Program *p)
{
    KvmThrottleConfig cfg = take_config(p);
    KvmThrottleBucket before = l->b;

    kvm_throttle_bucket_reconfigure(&l->b, &cfg, l->now_ns);

    g_assert(l->b.used_ns == before.used_ns && l->b.periods == before.periods);
    g_assert(l->b.window_start_ns == l->now_ns);
    l->earned_ns += earned_ns(&before.cfg, l->elapsed_ns);
    l->periods += (uint64_t)(l->elapsed_ns / before.cfg.period_ns);
    l->elapsed_ns = 0;
    l->withheld_ns = 0;
    l->hoardable = true;
    l->idle = 1;
    if (!l->at_end) {
        check_granted(l);
    }
}

static void run_anything(Program *p)
{
    Ledger l = {.now_ns = (int64_t)take(p, 8)};
    KvmThrottleConfig cfg = take_config(p);

    l.at_end = is_at_end(l.now_ns);
    kvm_throttle_bucket_init(&l.b, &cfg, l.now_ns);
    while (p->size) {
        if (take(p, 1) % 8 == 0) {
            change_settings(&l, p);
        } else {
            account_anything(&l, p);
        }
        check_books(&l.b);
        check_wake_time(&l.b);
    }
}

/* --------------------------------------------------------------------- a vCPU thread */

typedef struct {
    KvmThrottleBucket b;
    bool wants; /* always wants to run */
    int64_t start_ns, now_ns;
    int64_t late_max_ns;
    int64_t used_ns, told_ns;
    int64_t withheld_ns; /* since the last report to the bucket */
    int64_t window_end_ns, window_used_ns;
    int64_t lost_ns; /* the most by which a backlog exceeded the burst */
} Vcpu;

/* `ns` pass, with the vCPU running or not. */
static void pass(Vcpu *v, int64_t ns, bool has_cpu)
{
    const KvmThrottleConfig *cfg = &v->b.cfg;

    v->used_ns += has_cpu ? ns : 0;
    while (ns > 0) {
        int64_t left_ns = v->window_end_ns - v->now_ns;
        int64_t part_ns = MIN(ns, left_ns);

        v->now_ns += part_ns;
        v->window_used_ns += has_cpu ? part_ns : 0;
        g_assert(v->window_used_ns <= cfg->quota_ns + cfg->burst_ns + v->late_max_ns);
        ns -= part_ns;
        if (part_ns == left_ns) {
            /* Skip equal windows. */
            int64_t same = MAX(0, ns / cfg->period_ns - 1);

            v->window_used_ns = 0;
            v->now_ns += same * cfg->period_ns;
            ns -= same * cfg->period_ns;
            v->window_end_ns = v->now_ns + cfg->period_ns;
        }
    }
}

/*
 * Every bound below follows from this: if a vCPU always wants to run, the bucket forfeits only the
 * largest excess of its backlog over the burst.
 */
static void tell(Vcpu *v, bool blames_all)
{
    const KvmThrottleConfig *cfg = &v->b.cfg;
    int64_t used_ns = v->used_ns - v->told_ns;
    int64_t n = (v->now_ns - v->start_ns) / cfg->period_ns;
    int64_t into_ns = (v->now_ns - v->start_ns) % cfg->period_ns;
    int64_t forfeited_ns, off_ns;

    if ((uint64_t)n > v->b.periods) {
        int64_t before_ns = v->used_ns - MIN(used_ns, into_ns);

        v->lost_ns = MAX(v->lost_ns,
                         n * cfg->quota_ns - before_ns + (int64_t)v->b.forgiven_ns - cfg->burst_ns);
    }
    kvm_throttle_bucket_account(&v->b, v->now_ns, used_ns, blames_all ? INT64_MAX : v->withheld_ns);
    v->told_ns = v->used_ns;
    v->withheld_ns = 0;

    check_books(&v->b);
    check_wake_time(&v->b);
    g_assert(v->b.used_ns == (uint64_t)v->used_ns);
    g_assert(v->b.periods == (uint64_t)n);
    forfeited_ns = (int64_t)v->b.forfeited_ns;
    if (v->wants) {
        g_assert(forfeited_ns == v->lost_ns);
        g_assert(v->b.budget_ns >= -v->late_max_ns);
        g_assert(v->b.starved_ns == v->b.forfeited_ns);
    }
    off_ns = v->used_ns - (int64_t)v->b.forgiven_ns + forfeited_ns - n * cfg->quota_ns;
    g_assert(ABS(off_ns) <= cfg->quota_ns + cfg->burst_ns + v->late_max_ns);
}

/* The guest runs until the timer expires, unless the host, the guest or a kick ends it earlier. */
static void run_guest(Vcpu *v, Program *p)
{
    int64_t timer_ns = v->now_ns + kvm_throttle_bucket_remaining(&v->b);
    int64_t limit_ns = 4 * v->b.cfg.period_ns;
    unsigned turns = (unsigned)take(p, 1) % 4;

    for (; turns && v->now_ns < timer_ns; turns--) {
        unsigned what = (unsigned)take(p, 1) % 4;
        int64_t ns = take_up_to(p, limit_ns);

        if (what == 0) {
            return; /* a kick unrelated to the throttle */
        }
        if (what == 1) {
            pass(v, ns, false);
            v->withheld_ns += ns;
        } else if (what == 2 && !v->wants) {
            pass(v, MIN(ns, timer_ns - v->now_ns), false);
        } else {
            pass(v, MIN(ns, timer_ns - v->now_ns), true);
        }
    }
    pass(v, MAX(0, timer_ns - v->now_ns), true);
    pass(v, take_up_to(p, v->late_max_ns), true);
}

static void run_vcpu(Program *p, bool wants)
{
    KvmThrottleConfig cfg = take_config(p);
    Vcpu v = {.wants = wants, .start_ns = (int64_t)take(p, 4)};

    v.now_ns = v.start_ns;
    v.window_end_ns = v.start_ns + cfg.period_ns;
    v.late_max_ns = take_up_to(p, 16 * cfg.period_ns);
    kvm_throttle_bucket_init(&v.b, &cfg, v.start_ns);
    while (p->size) {
        int64_t wake_ns = kvm_throttle_bucket_wake_time(&v.b);

        if (wake_ns > CLOCK_END) {
            break; /* it would sleep for years */
        }
        if (kvm_throttle_bucket_exhausted(&v.b)) {
            pass(&v, wake_ns - v.now_ns, false);
            pass(&v, take_up_to(p, v.late_max_ns), false);
            tell(&v, true);
        } else {
            run_guest(&v, p);
            tell(&v, wants);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Program p = {data, size};

    switch (take(&p, 1) % 8) {
    case 0:
    case 1:
        run_vcpu(&p, false);
        break;
    case 2:
    case 3:
        run_vcpu(&p, true);
        break;
    case 4:
        while (p.size) {
            try_config(&p);
        }
        break;
    default:
        run_anything(&p);
    }
    return 0;
}
