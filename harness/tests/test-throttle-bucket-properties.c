/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The throttle's token bucket: what it promises, checked in simulated time and with any input. */
#include "test-throttle-bucket.h"

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
        eager(&h->b, h->now, h->used - told);
        told = h->used;
        check_books(&h->b);
        cr_assert_leq(h->b.starved_ns, h->b.forfeited_ns);
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

Test(throttle_bucket_long_run, what_a_robbed_vcpu_did_not_get_is_forfeited_to_the_nanosecond)
{
    const int64_t windows = 20000, period = 20 * MS;

    for (size_t i = 0; i < N_PERCENTS; i++) {
        Host h = host(i, percents[i], period, 200 * US);
        int64_t granted;

        h.preempt_percent = 50;
        h.preempt_ns = 5 * period;
        simulate(&h, START + windows * period);
        granted = ((h.now - START) / period + 1) * h.b.cfg.quota_ns;
        cr_assert_eq(h.used + (int64_t)h.b.forfeited_ns + h.b.budget_ns, granted);
        cr_assert_gt(h.b.starved_ns, 0);
        cr_assert_eq(h.b.starved_ns, h.b.forfeited_ns, "it was never idle");
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

/* Mostly none or all, which is what a thread that never or often sleeps tells. */
static int64_t random_withheld(uint64_t *seed)
{
    switch (random_up_to(seed, 5)) {
    case 0:
        return random_up_to(seed, 30 * MS);
    case 1:
        return (int64_t)next_random(seed);
    case 2:
    case 3:
        return INT64_MAX;
    default:
        return 0;
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
            int64_t last = now, used, withheld, unused, wake;
            KvmThrottleBucket before;

            now = random_time(&state, now);
            used = random_up_to(&state, 50) ? random_up_to(&state, 30 * MS)
                                            : (int64_t)next_random(&state);
            before = b;
            withheld = random_withheld(&state);
            unused = kvm_throttle_bucket_unused(&b, now, used);
            kvm_throttle_bucket_account(&b, now, used, withheld);
            check_books(&b);
            cr_assert(unused == INT64_MAX ||
                      b.forfeited_ns - before.forfeited_ns <= (uint64_t)unused);
            cr_assert_geq(b.periods, before.periods);
            /* Differences, because clocks that jump as these do wrap the totals around. */
            cr_assert_leq(b.starved_ns - before.starved_ns, b.forfeited_ns - before.forfeited_ns);
            cr_assert_leq(b.window_start_ns, now);
            if (now <= last) {
                cr_assert_eq(b.periods, before.periods, "the clock did not advance");
                cr_assert_eq(b.granted_ns, before.granted_ns);
            }
            if (b.periods > before.periods && withheld <= 0 && before.withheld_ns == 0) {
                cr_assert_leq(b.budget_ns, b.cfg.quota_ns + b.cfg.grain_ns, "it hoards");
                cr_assert_eq(b.starved_ns, before.starved_ns);
            }

            wake = kvm_throttle_bucket_wake_time(&b);
            if (kvm_throttle_bucket_exhausted(&b)) {
                KvmThrottleBucket then = b;

                cr_assert_eq(kvm_throttle_bucket_remaining(&b), 0);
                cr_assert(wake > now || wake == INT64_MAX);
                if (wake != INT64_MAX && b.last_ns >= INT64_MIN / 2 && wake <= INT64_MAX / 2) {
                    eager(&then, wake - 1, 0);
                    cr_assert(kvm_throttle_bucket_exhausted(&then), "it could wake earlier");
                    idle(&then, wake, 0);
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
                cfg.max_debt_ns = random_up_to(&state, 1) * random_up_to(&state, 3600 * S);
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
        int64_t withheld = seed % 2 ? INT64_MAX : 0;
        KvmThrottleBucket once = bucket(1 + random_up_to(&state, 10 * MS), 10 * MS + 1);
        int64_t debt = random_up_to(&state, 500 * MS);
        int64_t end = START + random_up_to(&state, 1 * S);
        KvmThrottleBucket steps;

        once.cfg.burst_ns = random_up_to(&state, 3 * once.cfg.quota_ns);
        once.cfg.max_debt_ns = random_up_to(&state, 1) * random_up_to(&state, 600 * MS);
        kvm_throttle_bucket_account(&once, START, debt, withheld);
        steps = once;
        kvm_throttle_bucket_account(&once, end, 0, withheld);
        for (int64_t now = START; now < end; now += 3 * MS) {
            kvm_throttle_bucket_account(&steps, now, 0, withheld);
        }
        kvm_throttle_bucket_account(&steps, end, 0, withheld);
        /* How often it was told that all is withheld is all that sets them apart. */
        steps.withheld_ns = once.withheld_ns;
        cr_assert_eq(memcmp(&once, &steps, sizeof(once)), 0, "seed %" PRIu64, seed);
    }
}
