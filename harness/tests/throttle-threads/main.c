/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the throttle's own files from qemu-mods/src, unchanged, among threads that use them as
 * QEMU's threads do, with real POSIX timers and signals. Made for TSan (`make threads SAN=thread`),
 * but the checks also hold without it.
 *
 * Usage: throttle-threads [CHANGES [SEED]]
 */
#include "accelerator.h"
#include "checks.h"
#include "client.h"
#include "machine.h"
#include "players.h"
#include "qemu/main-loop.h"
#include "qemu/osdep.h"
#include "stand-in.h"
#include "trace/trace-accel_kvm_throttle.h"

#define CHANGES 10000
#define SEED 1

/* The longest pause between two changes: about the time in which a vCPU adopts one. */
#define CHANGE_US 2000

/* A deadlock ends the process by SIGALRM, which cannot pass for success. */
#define DEADLOCK_S 540

/* The most queries in a row: enough for some to meet a vCPU that is updating its view. */
#define QUERIES_MAX 50

#define SLEEPER_KICKS 5000

/* Longer than a loaded machine needs to starve a vCPU. */
#define STARVED_NS (20 * NANOSECONDS_PER_SECOND)

#define SHARES_S 3
/* How far timers and the last window may shift a share in that time; starvation shows in forfeited
 * time. */
#define SHARE_SLACK_PCT 5

static void change_at_random(unsigned changes, uint64_t seed)
{
    for (unsigned i = 0; i < changes; i++) {
        bql_lock();
        client_change(&seed);
        for (uint64_t queries = random_below(&seed, QUERIES_MAX); queries > 0; queries--) {
            qapi_free_KvmThrottleInfoList(client_query());
        }
        bql_unlock();
        usleep((useconds_t)random_below(&seed, CHANGE_US));
    }
}

static void plug_all(void)
{
    for (int i = 0; i < CPUS_MAX; i++) {
        if (!players_find(i)) {
            machine_plug(i);
        }
    }
}

/* Until the vCPUs have adopted the latest settings. */
static void await_change(void)
{
    CPUState *cpu;

    QTAILQ_FOREACH(cpu, &machine_cpus, node)
    {
        players_ask(cpu, 1, CHECK_KICKS);
    }
}

static void set_all(int64_t quota_ns, int64_t period_ns, uint32_t starved_periods)
{
    const Settings settings = {quota_ns, period_ns, quota_ns, starved_periods, 0};

    bql_lock();
    client_set(ALL_CPUS, &settings);
    bql_unlock();
    await_change();
}

/* With a quota of 1 ns per second it takes years to pay off the debt: only kicks wake the vCPU. */
static void kick_sleepers(void)
{
    CPUState *cpu;

    set_all(1, NANOSECONDS_PER_SECOND, 0);
    QTAILQ_FOREACH(cpu, &machine_cpus, node)
    {
        players_ask(cpu, SLEEPER_KICKS, CHECK_SLEEPERS);
    }
}

/* Each vCPU wants nearly a whole CPU, and all of them share one. */
static void starve(void)
{
    int64_t start_ns = machine_now_ns();
    unsigned events = 0;

    machine_share_one_cpu(true);
    set_all(19 * SCALE_MS, 20 * SCALE_MS, 2);
    while (events == 0) {
        usleep(10000);
        bql_lock();
        qapi_free_KvmThrottleInfoList(client_query());
        events = client_starved_events();
        bql_unlock();
        if (machine_now_ns() - start_ns > STARVED_NS) {
            check_failed(CHECK_STARVED, "no event within %" PRId64 " s",
                         STARVED_NS / NANOSECONDS_PER_SECOND);
            break;
        }
    }
    machine_share_one_cpu(false);
}

/* Two queries and the time between them, in which nobody changes or kicks anything. */
static void check_share(const KvmThrottleInfo *from, const KvmThrottleInfo *to, int64_t took_ns)
{
    int64_t target_ns = took_ns * to->quota_ns / to->period_ns;
    int64_t used_ns = (int64_t)(to->used_ns - from->used_ns);
    int64_t forfeited_ns = (int64_t)(to->forfeited_ns - from->forfeited_ns);
    int64_t slack_ns = target_ns * SHARE_SLACK_PCT / 100 + to->quota_ns + to->burst_ns;
    uint64_t periods = to->periods - from->periods;

    printf("# vCPU %" PRId64 ": %.2f %% of a CPU instead of %.2f %%, %.2f %% forfeited\n",
           to->cpu_index, 100.0 * (double)used_ns / (double)took_ns,
           100.0 * (double)to->quota_ns / (double)to->period_ns,
           100.0 * (double)forfeited_ns / (double)took_ns);
    if (to->granted_ns - from->granted_ns != periods * (uint64_t)to->quota_ns) {
        check_failed(CHECK_SHARES, "vCPU %" PRId64 " was not granted its quota %" PRIu64 " times",
                     to->cpu_index, periods);
    }
    if (used_ns > target_ns + slack_ns || used_ns + forfeited_ns < target_ns - slack_ns) {
        check_failed(CHECK_SHARES, "vCPU %" PRId64 " used %" PRId64 " of %" PRId64 " ns",
                     to->cpu_index, used_ns, target_ns);
    }
}

static void measure_shares(void)
{
    static const Settings shares[CPUS_MAX] = {
        {3 * SCALE_MS, 20 * SCALE_MS, 3 * SCALE_MS, 0, 0},
        {15 * SCALE_MS, 50 * SCALE_MS, 15 * SCALE_MS, 0, 0},
        {1 * SCALE_MS, 10 * SCALE_MS, 1 * SCALE_MS, 0, 0},
        {5 * SCALE_MS, 100 * SCALE_MS, 5 * SCALE_MS, 0, 0},
    };
    KvmThrottleInfoList *before, *after;
    int64_t start_ns, took_ns;

    /* Lift the limits first, so that all begin without earlier debt. */
    set_all(20 * SCALE_MS, 20 * SCALE_MS, 0);
    bql_lock();
    for (int i = 0; i < CPUS_MAX; i++) {
        client_set(i, &shares[i]);
    }
    bql_unlock();
    await_change();

    bql_lock();
    start_ns = machine_now_ns();
    before = client_query();
    bql_unlock();
    sleep(SHARES_S);
    bql_lock();
    after = client_query();
    took_ns = machine_now_ns() - start_ns;
    bql_unlock();
    for (KvmThrottleInfoList *from = before, *to = after; from && to;
         from = from->next, to = to->next) {
        check_share(from->value, to->value, took_ns);
    }
    qapi_free_KvmThrottleInfoList(before);
    qapi_free_KvmThrottleInfoList(after);
}

static void unplug_all(void)
{
    bql_lock();
    for (int i = 0; i < CPUS_MAX; i++) {
        machine_unplug(players_find(i));
    }
    qapi_free_KvmThrottleInfoList(client_query());
    bql_unlock();
    if (stand_in_timers()) {
        check_failed(CHECK_TIMERS, "%u are left", stand_in_timers());
    }
}

static void check_paths(void)
{
    const TraceCounts *n = &trace_counts;

    printf("# trace events: set %" PRIu64 ", arm %" PRIu64 ", kick %" PRIu64 ", sleep %" PRIu64
           ", wake %" PRIu64 " and by a kick %" PRIu64 ", refill %" PRIu64 ", starved %" PRIu64
           ", forgive %" PRIu64 "; %u events, %u timers\n",
           n->set, n->arm, n->kick, n->sleep, n->wake, n->wake_kicked, n->refill, n->starved,
           n->forgive, client_starved_events(), stand_in_timers_made());
    if (!n->set || !n->arm || !n->kick || !n->sleep || !n->wake || !n->wake_kicked || !n->refill ||
        !n->forgive) {
        check_failed(CHECK_PATHS, "one of the trace events never occurred");
    }
}

int main(int argc, char **argv)
{
    unsigned changes = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : CHANGES;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : SEED;
    int64_t start_ns = machine_now_ns();

    setvbuf(stdout, NULL, _IOLBF, 0);
    alarm(DEADLOCK_S);
    machine_init(&client_watch);
    accelerator_start();
    accelerator_check_views();
    main_loop_start();
    bql_lock();
    plug_all();
    accelerator_check_refusals();
    bql_unlock();

    players_start(seed);
    change_at_random(changes, seed);
    players_stop();
    printf("# %u changes, seed %" PRIu64 ", in %.1f s\n", changes, seed,
           (double)(machine_now_ns() - start_ns) / NANOSECONDS_PER_SECOND);

    bql_lock();
    plug_all();
    bql_unlock();
    kick_sleepers();
    machine_guests_burn();
    starve();
    measure_shares();
    unplug_all();
    main_loop_stop();
    players_print();
    check_paths();
    return checks_print() ? 0 : 1;
}
