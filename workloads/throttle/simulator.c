/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One vCPU thread under a limiter, from event to event. */
#include "workloads/throttle/simulator.h"

#include <glib.h>
#include <math.h>
#include <string.h>

/* As in qemu-mods/src/accel/kvm/throttle/kvm-throttle-qmp.c. */
#define GRAIN_NS INT64_C(10000)

/* State of the throttle's first design; the names are those of its document, section 2.4. */
typedef struct {
    int64_t window_start_ns, window_end_ns;
    int64_t budget_ns;
    uint64_t resets;
} NoCarry;

typedef struct {
    const ThrottleSimInput *in;
    ThrottleSimResult *out;
    uint64_t random;

    int64_t now_ns;
    int64_t cpu_ns; /* the thread's CPU clock */

    KvmThrottleBucket bucket;
    NoCarry no_carry;
    int64_t told_ns; /* cpu_ns when the limiter last accounted for CPU time */

    /* How long the guest halted since the last boundary at which the limiter accounted, and before
     * that, but perhaps after that boundary. */
    int64_t halted_ns, halted_before_ns;

    /* when the host takes the CPU: the current or the next time */
    int64_t steal_from_ns, steal_to_ns;
    int64_t busy_left_ns; /* CPU time until the guest halts */
    int64_t halted_until_ns;

    int64_t slept_at_ns; /* cpu_ns at the last sleep */
    uint64_t window;     /* the clock's window, from 0 */
    int64_t window_end_ns;
    int64_t window_used_ns;
    int64_t end_ns; /* end of the last window */
} Sim;

/* splitmix64 */
static uint64_t next_random(Sim *s)
{
    uint64_t z = (s->random += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int64_t draw(Sim *s, const ThrottleSimLateness *late)
{
    return late->n ? late->ns[next_random(s) % late->n] : 0;
}

/* A random value from half to one and a half times `mean_ns`, at least 1. */
static int64_t vary(Sim *s, int64_t mean_ns)
{
    return MAX(1, mean_ns / 2 + (int64_t)(next_random(s) % ((uint64_t)mean_ns + 1)));
}

/* -------------------------------------------------------------------------- the clock's windows */

static void end_window(Sim *s)
{
    const ThrottleSimInput *in = s->in;
    ThrottleSimResult *out = s->out;
    double error_pct =
        100 * fabs((double)(s->window_used_ns - in->cfg.quota_ns)) / (double)in->cfg.quota_ns;

    if (s->window < in->windows) {
        if (in->window_used_ns) {
            in->window_used_ns[s->window] = s->window_used_ns;
        }
        out->used_ns += s->window_used_ns;
        out->window_error_pct = MAX(out->window_error_pct, error_pct);
        out->window_used_max_ns = MAX(out->window_used_max_ns, s->window_used_ns);
    }
    s->window++;
    s->window_end_ns += in->cfg.period_ns;
    s->window_used_ns = 0;
}

static void pass_until(Sim *s, int64_t end_ns)
{
    s->now_ns = MAX(s->now_ns, end_ns);
    while (s->now_ns >= s->window_end_ns) {
        end_window(s);
    }
}

static void burn(Sim *s, int64_t ns)
{
    s->cpu_ns += ns;
    while (ns > 0) {
        int64_t part = MIN(ns, s->window_end_ns - s->now_ns);

        s->window_used_ns += part;
        ns -= part;
        pass_until(s, s->now_ns + part);
    }
}

static bool is_over(const Sim *s)
{
    return s->now_ns >= s->end_ns;
}

/* ------------------------------------------------------------------------------- host and guest */

static void plan_steal(Sim *s, int64_t from_ns)
{
    const ThrottleSimInput *in = s->in;

    if (in->steal_pct > 0) {
        s->steal_from_ns =
            from_ns + vary(s, llround((double)in->steal_ns * (100 / in->steal_pct - 1)));
        s->steal_to_ns = s->steal_from_ns + vary(s, in->steal_ns);
    } else {
        s->steal_from_ns = s->steal_to_ns = INT64_MAX;
    }
}

/* The thread is runnable: lets time pass until it has a CPU. */
static void get_cpu(Sim *s)
{
    while (s->now_ns >= s->steal_from_ns) {
        int64_t counted_to_ns = MIN(s->steal_to_ns, s->end_ns);

        s->out->withheld_ns += MAX(0, counted_to_ns - s->now_ns);
        pass_until(s, s->steal_to_ns);
        plan_steal(s, s->steal_to_ns);
    }
}

/* Uses `ns` of CPU time, or less if `end_ns` comes first. */
static void run(Sim *s, int64_t ns, int64_t end_ns)
{
    get_cpu(s);
    while (ns > 0 && s->now_ns < end_ns) {
        int64_t part = MIN(MIN(ns, end_ns - s->now_ns), s->steal_from_ns - s->now_ns);

        burn(s, part);
        ns -= part;
        get_cpu(s);
    }
}

/* Runs the guest until the timer's signal stops it. */
static void run_guest(Sim *s, int64_t timer_ns)
{
    const ThrottleSimInput *in = s->in;

    while (s->now_ns < timer_ns) {
        int64_t before_ns = s->cpu_ns;

        if (s->now_ns < s->halted_until_ns) {
            int64_t until_ns = MIN(timer_ns, s->halted_until_ns);

            s->halted_ns += until_ns - s->now_ns;
            pass_until(s, until_ns);
            get_cpu(s);
            continue;
        }
        run(s, s->busy_left_ns, timer_ns);
        if (in->idle_ns) {
            s->busy_left_ns -= s->cpu_ns - before_ns;
            if (s->busy_left_ns <= 0) {
                s->busy_left_ns = vary(s, in->busy_ns);
                s->halted_until_ns = s->now_ns + vary(s, in->idle_ns);
            }
        }
    }
    run(s, draw(s, &in->expiry_late), INT64_MAX);
}

/* ---------------------------------------------------------------------------------- the limiter */

static void no_carry_reset(NoCarry *k, const KvmThrottleConfig *cfg, int64_t now_ns)
{
    k->window_start_ns = now_ns;
    k->window_end_ns = now_ns + cfg->period_ns;
    k->budget_ns = cfg->quota_ns;
}

/* CPU time used since the last call. */
static int64_t tell(Sim *s)
{
    int64_t used_ns = s->cpu_ns - s->told_ns;

    s->told_ns = s->cpu_ns;
    return used_ns;
}

/*
 * Time that the thread did not use through the host's fault, computed as in kvm-throttle-books.c:
 * everything left at a boundary, except what the guest could have used while it was halted.
 */
static int64_t blame_host(Sim *s, int64_t used_ns)
{
    int64_t into_ns = (s->now_ns - s->bucket.window_start_ns) % s->in->cfg.period_ns;
    int64_t halted_ns = s->halted_ns + s->halted_before_ns;
    int64_t withheld_ns = INT64_MAX;

    if (s->now_ns - s->bucket.window_start_ns < s->in->cfg.period_ns) {
        return 0;
    }
    if (halted_ns) {
        int64_t unused_ns = kvm_throttle_bucket_unused(&s->bucket, s->now_ns, used_ns);

        withheld_ns = MAX(0, unused_ns - halted_ns);
    }
    s->halted_before_ns = MIN(s->halted_ns, into_ns);
    s->halted_ns = 0;
    return withheld_ns;
}

/*
 * Accounts for the CPU time used. The first design reads the CPU clock anew at a reset, so it
 * forgets what was used before.
 */
static void look(Sim *s)
{
    NoCarry *k = &s->no_carry;

    if (!s->in->no_carry) {
        int64_t used_ns = tell(s);

        kvm_throttle_bucket_account(&s->bucket, s->now_ns, used_ns, blame_host(s, used_ns));
        return;
    }
    if (s->now_ns >= k->window_end_ns) {
        no_carry_reset(k, &s->in->cfg, s->now_ns);
        k->resets++;
        tell(s);
    }
    k->budget_ns -= tell(s);
}

/* Accounts after a sleep. To the bucket, a sleep that ends late does so through the host's fault;
 * the first design assumes that it ended in time. */
static void look_after_sleep(Sim *s)
{
    NoCarry *k = &s->no_carry;

    if (!s->in->no_carry) {
        kvm_throttle_bucket_account(&s->bucket, s->now_ns, tell(s), INT64_MAX);
        s->halted_ns = s->halted_before_ns = 0;
        return;
    }
    no_carry_reset(k, &s->in->cfg, k->window_end_ns);
    k->resets++;
    tell(s);
}

static int64_t remaining(const Sim *s)
{
    return s->in->no_carry ? MAX(0, s->no_carry.budget_ns)
                           : kvm_throttle_bucket_remaining(&s->bucket);
}

static int64_t wake_time(const Sim *s)
{
    return s->in->no_carry ? s->no_carry.window_end_ns : kvm_throttle_bucket_wake_time(&s->bucket);
}

static void throttle_sleep(Sim *s)
{
    ThrottleSimResult *out = s->out;

    out->expiries++;
    out->longest_run_ns = MAX(out->longest_run_ns, s->cpu_ns - s->slept_at_ns);
    s->slept_at_ns = s->cpu_ns;
    while (!remaining(s) && !is_over(s)) {
        pass_until(s, wake_time(s) + draw(s, &s->in->wake_late));
        get_cpu(s);
        look_after_sleep(s);
    }
}

/* -------------------------------------------------------------------------------------- outside */

static void check_lateness(const ThrottleSimLateness *late)
{
    for (size_t i = 0; i < late->n; i++) {
        g_assert(late->ns[i] >= 0);
    }
}

static void check_input(const ThrottleSimInput *in)
{
    g_assert(kvm_throttle_config_valid(&in->cfg));
    g_assert(in->windows > 0);
    g_assert(in->steal_pct >= 0 && in->steal_pct < 100);
    g_assert(in->steal_pct == 0 || in->steal_ns > 0);
    g_assert(in->busy_ns >= 0 && in->idle_ns >= 0);
    g_assert(!in->idle_ns || in->busy_ns > 0);
    check_lateness(&in->expiry_late);
    check_lateness(&in->wake_late);
}

static void sum_up(const Sim *s)
{
    ThrottleSimResult *out = s->out;
    uint64_t granted = s->in->no_carry ? s->no_carry.resets : s->bucket.periods;
    int64_t start_ns = s->in->no_carry ? s->no_carry.window_start_ns : s->bucket.window_start_ns;
    uint64_t passed = (uint64_t)(s->now_ns / s->in->cfg.period_ns);

    out->windows = s->in->windows;
    out->share_error_pct =
        100 * ((double)out->used_ns / ((double)out->windows * (double)s->in->cfg.quota_ns) - 1);
    out->longest_run_ns = MAX(out->longest_run_ns, s->cpu_ns - s->slept_at_ns);
    out->forfeited_ns = (int64_t)s->bucket.forfeited_ns;
    out->missed_windows = passed > granted ? passed - granted : 0;
    out->drift_ns = start_ns - (int64_t)granted * s->in->cfg.period_ns;
}

KvmThrottleConfig throttle_sim_config(int64_t quota_ns, int64_t period_ns)
{
    return (KvmThrottleConfig){
        .quota_ns = quota_ns,
        .period_ns = period_ns,
        .burst_ns = quota_ns,
        .grain_ns = MIN(GRAIN_NS, quota_ns / 16),
    };
}

ThrottleSimResult throttle_sim_run(const ThrottleSimInput *input)
{
    ThrottleSimResult result = {0};
    Sim s = {
        .in = input,
        .out = &result,
        .random = input->seed,
        .busy_left_ns = INT64_MAX,
        .window_end_ns = input->cfg.period_ns,
        .end_ns = (int64_t)input->windows * input->cfg.period_ns,
    };

    check_input(input);
    kvm_throttle_bucket_init(&s.bucket, &input->cfg, 0);
    no_carry_reset(&s.no_carry, &input->cfg, 0);
    plan_steal(&s, 0);
    if (input->idle_ns) {
        s.busy_left_ns = vary(&s, input->busy_ns);
    }

    while (!is_over(&s)) {
        run_guest(&s, s.now_ns + remaining(&s));
        look(&s);
        if (!remaining(&s)) {
            throttle_sleep(&s);
        }
    }
    sum_up(&s);
    return result;
}
