/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The throttle's token bucket: known answers first, then properties in simulated time. */
#include "throttle-bucket.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#define US INT64_C(1000)
#define MS (1000 * US)
#define S (1000 * MS)
#define START (7 * S + 123)

/* ------------------------------------------------------------------------------------ helpers */

static KvmThrottleConfig config(int64_t quota_ns, int64_t period_ns)
{
    return (KvmThrottleConfig){.quota_ns = quota_ns, .period_ns = period_ns, .burst_ns = quota_ns};
}

static KvmThrottleBucket bucket(int64_t quota_ns, int64_t period_ns)
{
    KvmThrottleConfig cfg = config(quota_ns, period_ns);
    KvmThrottleBucket b;

    kvm_throttle_bucket_init(&b, &cfg, START);
    return b;
}

static int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* splitmix64: the same numbers on every machine. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* From 0 to `max`. */
static int64_t random_up_to(uint64_t *state, int64_t max)
{
    return (int64_t)(next_random(state) % ((uint64_t)max + 1));
}

/* What holds after every operation, whatever came in. */
static void check_books(const KvmThrottleBucket *b)
{
    cr_assert_eq((int64_t)(b->granted_ns - b->forfeited_ns - b->used_ns), b->budget_ns,
                 "granted %" PRIu64 " - forfeited %" PRIu64 " - used %" PRIu64 " != %" PRId64,
                 b->granted_ns, b->forfeited_ns, b->used_ns, b->budget_ns);
    cr_assert_leq(b->budget_ns, b->cfg.quota_ns + b->cfg.burst_ns);
}

/* -------------------------------------------------------------------------------- known answers */

Test(throttle_bucket, starts_with_one_quota)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 2 * MS);
    cr_assert_not(kvm_throttle_bucket_exhausted(&b));
    cr_assert_eq(b.periods, 0);
    check_books(&b);
}

Test(throttle_bucket, used_time_drains_it_until_the_next_boundary)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    kvm_throttle_bucket_account(&b, START + 5 * MS, 1500 * US);
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 500 * US);
    kvm_throttle_bucket_account(&b, START + 6 * MS, 500 * US);
    cr_assert(kvm_throttle_bucket_exhausted(&b));
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 20 * MS);
    kvm_throttle_bucket_account(&b, START + 20 * MS - 1, 0);
    cr_assert(kvm_throttle_bucket_exhausted(&b));
    kvm_throttle_bucket_account(&b, START + 20 * MS, 0);
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 2 * MS);
    cr_assert_eq(b.periods, 1);
}

Test(throttle_bucket, debt_is_paid_back_over_as_many_windows_as_it_takes)
{
    KvmThrottleBucket b = bucket(2 * MS, 10 * MS);

    kvm_throttle_bucket_account(&b, START + 9 * MS, 7 * MS);
    cr_assert_eq(b.budget_ns, -5 * MS);
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 0);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 30 * MS);
    kvm_throttle_bucket_account(&b, START + 29 * MS, 0);
    cr_assert(kvm_throttle_bucket_exhausted(&b));
    kvm_throttle_bucket_account(&b, START + 30 * MS, 0);
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 1 * MS);
}

Test(throttle_bucket, an_empty_bucket_is_exhausted_so_debt_of_whole_quotas_takes_one_window_more)
{
    KvmThrottleBucket b = bucket(2 * MS, 10 * MS);

    kvm_throttle_bucket_account(&b, START + 9 * MS, 6 * MS);
    cr_assert_eq(b.budget_ns, -4 * MS);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 30 * MS);
}

Test(throttle_bucket, wake_time_of_a_bucket_with_budget_is_not_in_the_future)
{
    KvmThrottleBucket b = bucket(2 * MS, 10 * MS);

    kvm_throttle_bucket_account(&b, START + 13 * MS, 1 * MS);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 10 * MS);
}

Test(throttle_bucket, wake_time_beyond_the_clock_is_its_end)
{
    KvmThrottleBucket b = bucket(1, 1 * S);

    kvm_throttle_bucket_account(&b, START, INT64_MAX / 4);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), INT64_MAX);
    check_books(&b);
}

Test(throttle_bucket, late_calls_never_move_the_grid)
{
    KvmThrottleBucket b = bucket(3 * MS, 7 * MS);
    uint64_t seed = 1;
    int64_t now = START;

    for (int i = 0; i < 10000; i++) {
        now += random_up_to(&seed, 30 * MS);
        kvm_throttle_bucket_account(&b, now, 0);
        cr_assert_eq((b.window_start_ns - START) % (7 * MS), 0);
        cr_assert_leq(b.window_start_ns, now);
        cr_assert_gt(b.window_start_ns + 7 * MS, now);
    }
    cr_assert_eq(b.periods, (uint64_t)((now - START) / (7 * MS)));
    cr_assert_eq(b.granted_ns, (b.periods + 1) * 3 * MS);
}

Test(throttle_bucket, credit_of_an_idle_vcpu_stops_at_quota_plus_burst)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    kvm_throttle_bucket_account(&b, START + 20 * MS, 0);
    cr_assert_eq(b.budget_ns, 4 * MS);
    cr_assert_eq(b.forfeited_ns, 0);
    kvm_throttle_bucket_account(&b, START + 3600 * S, 0);
    cr_assert_eq(b.budget_ns, 4 * MS);
    cr_assert_eq(b.forfeited_ns, b.granted_ns - 4 * MS);
    check_books(&b);
}

Test(throttle_bucket, without_burst_nothing_is_carried_over)
{
    KvmThrottleConfig cfg = config(2 * MS, 20 * MS);
    KvmThrottleBucket b;

    cfg.burst_ns = 0;
    kvm_throttle_bucket_init(&b, &cfg, START);
    kvm_throttle_bucket_account(&b, START + 20 * MS, 500 * US);
    cr_assert_eq(b.budget_ns, 2 * MS);
    cr_assert_eq(b.forfeited_ns, 1500 * US);
}

Test(throttle_bucket, time_used_after_a_boundary_makes_no_room_for_credit_at_it)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    kvm_throttle_bucket_account(&b, START + 20 * MS, 0);
    cr_assert_eq(b.budget_ns, 4 * MS);
    /* All 3 ms fit after the boundary at 40 ms: what is granted there is lost. */
    kvm_throttle_bucket_account(&b, START + 43 * MS, 3 * MS);
    cr_assert_eq(b.budget_ns, 1 * MS);
    cr_assert_eq(b.forfeited_ns, 2 * MS);
}

Test(throttle_bucket, time_used_before_a_boundary_makes_room_for_credit_at_it)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    kvm_throttle_bucket_account(&b, START + 20 * MS, 0);
    /* Of the 3 ms at most 1 ms fits after the boundary at 40 ms. */
    kvm_throttle_bucket_account(&b, START + 41 * MS, 3 * MS);
    cr_assert_eq(b.budget_ns, 3 * MS);
    cr_assert_eq(b.forfeited_ns, 0);
}

Test(throttle_bucket, a_clock_that_goes_back_counts_as_no_time)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    kvm_throttle_bucket_account(&b, START + 15 * MS, 2 * MS);
    kvm_throttle_bucket_account(&b, START - 5 * S, 0);
    cr_assert(kvm_throttle_bucket_exhausted(&b));
    cr_assert_eq(b.periods, 0);
    /* The window still has 5 ms to go. */
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START - 5 * S + 5 * MS);
    kvm_throttle_bucket_account(&b, START - 5 * S + 5 * MS, 0);
    cr_assert_eq(b.budget_ns, 2 * MS);
    cr_assert_eq(b.periods, 1);
}

Test(throttle_bucket, negative_use_counts_as_none)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    kvm_throttle_bucket_account(&b, START + 1 * MS, -1 * MS);
    kvm_throttle_bucket_account(&b, START + 25 * MS, INT64_MIN);
    cr_assert_eq(b.used_ns, 0);
    cr_assert_eq(b.budget_ns, 4 * MS);
}

Test(throttle_bucket, less_than_a_grain_counts_as_exhausted_and_is_carried_over)
{
    KvmThrottleConfig cfg = config(2 * MS, 20 * MS);
    KvmThrottleBucket b;

    cfg.grain_ns = 10 * US;
    kvm_throttle_bucket_init(&b, &cfg, START);
    kvm_throttle_bucket_account(&b, START + 2 * MS, 2 * MS - 10 * US);
    cr_assert(kvm_throttle_bucket_exhausted(&b));
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 0);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 20 * MS);
    kvm_throttle_bucket_account(&b, START + 20 * MS, 0);
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 2 * MS + 10 * US);
}

Test(throttle_bucket, wake_time_is_where_the_budget_exceeds_the_grain)
{
    KvmThrottleConfig cfg = config(2 * MS, 20 * MS);
    KvmThrottleBucket b;

    cfg.grain_ns = 10 * US;
    kvm_throttle_bucket_init(&b, &cfg, START);
    /* Debt 1995 us: one quota leaves 5 us, which is not enough. */
    kvm_throttle_bucket_account(&b, START + 5 * MS, 3995 * US);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 40 * MS);
}

Test(throttle_bucket, new_settings_start_a_new_grid_and_take_back_what_had_not_elapsed)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);
    KvmThrottleConfig cfg = config(50 * MS, 100 * MS);

    kvm_throttle_bucket_account(&b, START + 5 * MS, 1 * MS);
    kvm_throttle_bucket_reconfigure(&b, &cfg, START + 5 * MS);
    /* A quarter of 2 ms had elapsed, 1 ms was used: 0.5 ms ahead. */
    cr_assert_eq(b.budget_ns, 50 * MS - 500 * US);
    cr_assert_eq(b.window_start_ns, START + 5 * MS);
    cr_assert_eq(b.granted_ns, (uint64_t)(50 * MS + 500 * US));
    check_books(&b);
    kvm_throttle_bucket_account(&b, START + 5 * MS, 50 * MS);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 105 * MS);
}

Test(throttle_bucket, new_settings_keep_debt)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);
    KvmThrottleConfig cfg = config(1 * MS, 10 * MS);

    kvm_throttle_bucket_account(&b, START + 19 * MS, 12 * MS);
    kvm_throttle_bucket_account(&b, START + 20 * MS, 0);
    cr_assert_eq(b.budget_ns, -8 * MS);
    kvm_throttle_bucket_reconfigure(&b, &cfg, START + 20 * MS);
    /* The window at 20 ms is cut at its start: its 2 ms go back. */
    cr_assert_eq(b.budget_ns, -9 * MS);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 120 * MS);
    check_books(&b);
}

Test(throttle_bucket, new_settings_come_after_the_boundaries_already_passed)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);
    KvmThrottleConfig cfg = config(3 * MS, 20 * MS);

    kvm_throttle_bucket_account(&b, START + 1 * MS, 6 * MS);
    kvm_throttle_bucket_reconfigure(&b, &cfg, START + 50 * MS);
    /* 6 ms granted by 40 ms, half of the last 2 ms taken back, 6 ms used. */
    cr_assert_eq(b.budget_ns, 3 * MS - 1 * MS);
    cr_assert_eq(b.periods, 2);
    check_books(&b);
}

Test(throttle_bucket, new_settings_cut_credit_to_their_bound)
{
    KvmThrottleBucket b = bucket(20 * MS, 40 * MS);
    KvmThrottleConfig cfg = config(1 * MS, 10 * MS);

    kvm_throttle_bucket_account(&b, START + 79 * MS, 0);
    kvm_throttle_bucket_reconfigure(&b, &cfg, START + 79 * MS);
    cr_assert_eq(b.budget_ns, 2 * MS);
    check_books(&b);
}

Test(throttle_bucket, changing_to_the_same_settings_at_a_boundary_changes_nothing)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);
    KvmThrottleBucket before;

    kvm_throttle_bucket_account(&b, START + 60 * MS, 5500 * US);
    before = b;
    kvm_throttle_bucket_reconfigure(&b, &before.cfg, START + 60 * MS);
    cr_assert_eq(memcmp(&b, &before, sizeof(b)), 0);
}

Test(throttle_bucket, settings_out_of_range_are_invalid)
{
    static const struct {
        KvmThrottleConfig cfg;
        bool valid;
    } rows[] = {
        {{.quota_ns = 1, .period_ns = 1}, true},
        {{.quota_ns = 2, .period_ns = 3, .burst_ns = 1, .grain_ns = 1}, true},
        {{.quota_ns = 3 * S, .period_ns = 3 * S, .burst_ns = 3600 * S}, true},
        {{.quota_ns = 0, .period_ns = 1}, false},
        {{.quota_ns = -1, .period_ns = 1}, false},
        {{.quota_ns = 2, .period_ns = 1}, false},
        {{.quota_ns = 1, .period_ns = 3 * S + 1}, false},
        {{.quota_ns = 1, .period_ns = 1, .burst_ns = -1}, false},
        {{.quota_ns = 1, .period_ns = 1, .burst_ns = 3600 * S + 1}, false},
        {{.quota_ns = 2, .period_ns = 3, .burst_ns = 2, .grain_ns = -1}, false},
        {{.quota_ns = 2, .period_ns = 3, .burst_ns = 2, .grain_ns = 2}, false},
        {{.quota_ns = 3, .period_ns = 3, .burst_ns = 1, .grain_ns = 2}, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_eq(kvm_throttle_config_valid(&rows[i].cfg), rows[i].valid, "row %zu", i);
    }
}

/* ------------------------------------------------------------------------------------ simulation
 */

/* A host that runs one vCPU which always wants to run, and how unpunctual it is about it. */
typedef struct {
    KvmThrottleBucket b;
    uint64_t seed;
    int64_t now;
    int64_t late_ns;          /* a stop or a wake-up comes up to this late */
    int64_t preempt_ns;       /* the host takes the CPU away for up to this long */
    unsigned preempt_percent; /* in this many of 100 runs */
    bool considerate;         /* but only when the last time has been made up */
    int64_t used;
    int64_t window_used; /* in the current window */
    int64_t window_used_max;
} Host;

/* The vCPU has the CPU for `ns`. */
static void burn(Host *h, int64_t *window_end, int64_t ns)
{
    while (ns > 0) {
        int64_t part = min(ns, *window_end - h->now);

        h->now += part;
        h->used += part;
        h->window_used += part;
        ns -= part;
        if (h->window_used > h->window_used_max) {
            h->window_used_max = h->window_used;
        }
        if (h->now == *window_end) {
            *window_end += h->b.cfg.period_ns;
            h->window_used = 0;
        }
    }
}

static bool is_preempted(Host *h)
{
    if (h->considerate &&
        (h->b.budget_ns > h->b.cfg.quota_ns || h->now - h->b.window_start_ns > h->late_ns)) {
        return false;
    }
    return random_up_to(&h->seed, 99) < h->preempt_percent;
}

static void skip(Host *h, int64_t *window_end, int64_t ns)
{
    h->now += ns;
    if (h->now >= *window_end) {
        *window_end += ((h->now - *window_end) / h->b.cfg.period_ns + 1) * h->b.cfg.period_ns;
        h->window_used = 0;
    }
}

/* Until `end_ns`, as the vCPU thread does it: sleep while exhausted, else run until the timer. */
static void simulate(Host *h, int64_t end_ns)
{
    int64_t window_end = h->b.window_start_ns + h->b.cfg.period_ns;
    int64_t told = h->used;

    while (h->now < end_ns) {
        if (kvm_throttle_bucket_exhausted(&h->b)) {
            int64_t wake = kvm_throttle_bucket_wake_time(&h->b);

            cr_assert_gt(wake, h->now, "it would sleep for no time, for ever");
            skip(h, &window_end, wake - h->now + random_up_to(&h->seed, h->late_ns));
        } else {
            int64_t timer = h->now + kvm_throttle_bucket_remaining(&h->b);

            cr_assert_gt(timer, h->now, "it would run for no time, for ever");
            if (is_preempted(h)) {
                burn(h, &window_end, random_up_to(&h->seed, timer - h->now));
                skip(h, &window_end, random_up_to(&h->seed, h->preempt_ns));
            }
            if (h->now < timer) {
                burn(h, &window_end, timer - h->now);
            }
            burn(h, &window_end, random_up_to(&h->seed, h->late_ns));
        }
        kvm_throttle_bucket_account(&h->b, h->now, h->used - told);
        told = h->used;
        check_books(&h->b);
    }
}

static Host host(uint64_t seed, int percent, int64_t period_ns, int64_t late_ns)
{
    return (Host){
        .b = bucket(period_ns * percent / 100, period_ns),
        .seed = seed,
        .now = START,
        .late_ns = late_ns,
    };
}

static const int percents[] = {1, 5, 10, 25, 50, 75, 90, 95, 99};
#define N_PERCENTS (sizeof(percents) / sizeof(percents[0]))

Test(throttle_bucket_long_run, error_is_below_0_01_percent_however_late_the_stops_are)
{
    const int64_t windows = 100000, period = 20 * MS;

    for (size_t i = 0; i < N_PERCENTS; i++) {
        Host h = host(i, percents[i], period, 500 * US);
        int64_t target;
        double error_pct;

        simulate(&h, START + windows * period);
        target = (h.now - START) / period * h.b.cfg.quota_ns;
        error_pct = 100.0 * ((double)h.used / (double)target - 1);
        cr_assert(error_pct < 0.01 && error_pct > -0.01, "%d %%: %f %%", percents[i], error_pct);
        cr_assert_eq(h.b.forfeited_ns, 0);
    }
}

Test(throttle_bucket_long_run, use_is_the_same_whether_stops_are_late_or_not)
{
    const int64_t windows = 20000, period = 20 * MS, late = 100 * US;

    for (size_t i = 0; i < N_PERCENTS; i++) {
        Host punctual = host(i, percents[i], period, 0);
        Host tardy = host(i, percents[i], period, late);
        int64_t difference;

        simulate(&punctual, START + windows * period);
        simulate(&tardy, START + windows * period);
        /* What each still has, or owes, at the end is all that sets them apart. */
        cr_assert_eq(punctual.b.used_ns + (uint64_t)punctual.b.budget_ns - punctual.b.granted_ns,
                     tardy.b.used_ns + (uint64_t)tardy.b.budget_ns - tardy.b.granted_ns);
        difference = punctual.used - tardy.used;
        cr_assert(difference <= punctual.b.cfg.quota_ns && difference >= -late, "%d %%: %" PRId64,
                  percents[i], difference);
    }
}

Test(throttle_bucket_long_run, error_falls_as_one_over_n)
{
    for (size_t i = 0; i < N_PERCENTS; i++) {
        Host h = host(i, percents[i], 5 * MS, 300 * US);

        for (int64_t n = 1; n <= 65536; n *= 2) {
            int64_t ahead;

            simulate(&h, START + n * 5 * MS);
            /* The quota of the window under way is granted at its start. */
            ahead = h.used - ((h.now - START) / (5 * MS) + 1) * h.b.cfg.quota_ns;
            cr_assert(ahead <= h.late_ns && ahead >= -(h.b.cfg.quota_ns + h.b.cfg.burst_ns),
                      "%d %%, n %" PRId64 ": %" PRId64, percents[i], n, ahead);
        }
    }
}

/* What a vCPU gets that the host robs of up to a whole window at a time. */
static int64_t used_when_robbed(int percent, int64_t period, int64_t windows, bool credit)
{
    Host h = host((uint64_t)percent, percent, period, 200 * US);

    if (!credit) {
        h.b.cfg.burst_ns = 0;
    }
    h.preempt_percent = 50;
    h.preempt_ns = period;
    h.considerate = true;
    simulate(&h, START + windows * period);
    if (credit) {
        cr_assert_eq(h.b.forfeited_ns, 0, "%d %%", percent);
    }
    return h.used;
}

Test(throttle_bucket_long_run, credit_makes_up_for_time_lost_to_preemption)
{
    const int64_t windows = 20000, period = 20 * MS;

    for (size_t i = 0; i < N_PERCENTS && percents[i] <= 50; i++) {
        int64_t due = windows * period / 100 * percents[i];

        cr_assert_geq(used_when_robbed(percents[i], period, windows, true), due - 2 * due / windows,
                      "%d %%", percents[i]);
        cr_assert_lt(used_when_robbed(percents[i], period, windows, false), 0.999 * (double)due,
                     "%d %%", percents[i]);
    }
}

Test(throttle_bucket_window, use_in_any_window_is_at_most_quota_and_credit_and_one_lateness)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        uint64_t pick = seed + 1000;
        int64_t period = 1 * MS + random_up_to(&pick, 200 * MS);
        int percent = 1 + (int)random_up_to(&pick, 98);
        Host h = host(seed, percent, period, random_up_to(&pick, period / 10));

        h.preempt_percent = (unsigned)random_up_to(&pick, 60);
        h.preempt_ns = random_up_to(&pick, 4 * period);
        simulate(&h, START + 2000 * period);
        cr_assert_leq(h.window_used_max, h.b.cfg.quota_ns + h.b.cfg.burst_ns + h.late_ns,
                      "seed %" PRIu64, seed);
    }
}

Test(throttle_bucket_settings, random_changes_neither_gain_nor_lose_time)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        const int64_t max_period = 20 * MS, late = 100 * US;
        Host h = host(seed, 10, 20 * MS, late);
        double due = 0;
        int changes = 2000;

        for (int i = 0; i < changes; i++) {
            KvmThrottleConfig cfg;
            int64_t before = h.now;
            int64_t period = 1 * MS + random_up_to(&h.seed, max_period - 1 * MS);

            /* Much of the time shorter than a period, sometimes many. */
            simulate(&h, h.now + random_up_to(&h.seed, i % 10 ? max_period / 4 : 5 * max_period));
            due += (double)(h.now - before) * (double)h.b.cfg.quota_ns / (double)h.b.cfg.period_ns;
            cfg = config(period * (1 + random_up_to(&h.seed, 98)) / 100, period);
            kvm_throttle_bucket_reconfigure(&h.b, &cfg, h.now);
            check_books(&h.b);
            cr_assert_eq(h.b.window_start_ns, h.now);
        }
        due -= (double)h.b.forfeited_ns;
        cr_assert((double)h.used - due <= (double)(max_period + late + changes) &&
                      (double)h.used - due >= -(double)(2 * max_period + changes),
                  "seed %" PRIu64 ": used %" PRId64 ", due %.0f", seed, h.used, due);
        /* Only a cut of the bound may forfeit, and little of it. */
        cr_assert_lt((double)h.b.forfeited_ns, 0.05 * due, "seed %" PRIu64, seed);
    }
}

/* ------------------------------------------------------------------------------------ any input */

/* Mostly plausible steps, now and then one to the ends of the clock. */
static int64_t random_time(uint64_t *seed, int64_t now)
{
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    int64_t step = random_up_to(seed, 100 * MS);

    switch (random_up_to(seed, 40)) {
    case 0:
        return ends[random_up_to(seed, 6)];
    case 1:
        return (int64_t)next_random(seed);
    case 2:
        return now < INT64_MIN + step ? now : now - step;
    default:
        return now > INT64_MAX - step ? now : now + step;
    }
}

Test(throttle_bucket_any_input, clock_jumps_and_changes_keep_the_books_and_the_bounds)
{
    for (uint64_t seed = 0; seed < 300; seed++) {
        uint64_t state = seed;
        int64_t now = (int64_t)next_random(&state);
        KvmThrottleConfig cfg = config(2 * MS, 20 * MS);
        KvmThrottleBucket b;

        kvm_throttle_bucket_init(&b, &cfg, now);
        for (int i = 0; i < 3000; i++) {
            int64_t last = now, used, wake;
            KvmThrottleBucket before;

            now = random_time(&state, now);
            used = random_up_to(&state, 50) ? random_up_to(&state, 30 * MS)
                                            : (int64_t)next_random(&state);
            before = b;
            kvm_throttle_bucket_account(&b, now, used);
            check_books(&b);
            cr_assert_geq(b.periods, before.periods);
            cr_assert_leq(b.window_start_ns, now);
            if (now <= last) {
                cr_assert_eq(b.periods, before.periods, "the clock did not advance");
                cr_assert_eq(b.granted_ns, before.granted_ns);
            }

            wake = kvm_throttle_bucket_wake_time(&b);
            if (kvm_throttle_bucket_exhausted(&b)) {
                KvmThrottleBucket then = b;

                cr_assert_eq(kvm_throttle_bucket_remaining(&b), 0);
                cr_assert(wake > now || wake == INT64_MAX);
                if (wake != INT64_MAX && b.last_ns >= INT64_MIN / 2 && wake <= INT64_MAX / 2) {
                    kvm_throttle_bucket_account(&then, wake - 1, 0);
                    cr_assert(kvm_throttle_bucket_exhausted(&then), "it could wake earlier");
                    kvm_throttle_bucket_account(&then, wake, 0);
                    cr_assert_not(kvm_throttle_bucket_exhausted(&then), "it must wake later");
                }
            } else {
                cr_assert_leq(wake, now);
                cr_assert_eq(kvm_throttle_bucket_remaining(&b), b.budget_ns);
            }

            if (!random_up_to(&state, 20)) {
                int64_t period = 1 + random_up_to(&state, 3 * S - 1);

                cfg = config(1 + random_up_to(&state, period - 1), period);
                cfg.burst_ns = random_up_to(&state, 3600 * S);
                cfg.grain_ns = random_up_to(&state, min(cfg.burst_ns, cfg.quota_ns - 1));
                cr_assert(kvm_throttle_config_valid(&cfg));
                kvm_throttle_bucket_reconfigure(&b, &cfg, now);
                check_books(&b);
            }
        }
    }
}

Test(throttle_bucket_any_input, many_windows_at_once_equal_one_at_a_time)
{
    for (uint64_t seed = 0; seed < 1000; seed++) {
        uint64_t state = seed;
        KvmThrottleBucket once = bucket(1 + random_up_to(&state, 10 * MS), 10 * MS + 1);
        KvmThrottleBucket steps = once;
        int64_t debt = random_up_to(&state, 500 * MS);
        int64_t end = START + random_up_to(&state, 1 * S);

        kvm_throttle_bucket_account(&once, START, debt);
        kvm_throttle_bucket_account(&steps, START, debt);
        kvm_throttle_bucket_account(&once, end, 0);
        for (int64_t now = START; now < end; now += 3 * MS) {
            kvm_throttle_bucket_account(&steps, now, 0);
        }
        kvm_throttle_bucket_account(&steps, end, 0);
        cr_assert_eq(memcmp(&once, &steps, sizeof(once)), 0, "seed %" PRIu64, seed);
    }
}
