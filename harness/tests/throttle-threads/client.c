/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

#include "checks.h"
#include "qapi/qapi-commands-kvm-throttle.h"
#include "qapi/qapi-events-kvm-throttle.h"
#include "qemu/main-loop.h"
#include "stand-in.h"

#define PERIOD_MIN_NS ((int64_t)SCALE_MS)
#define PERIOD_MAX_NS (1000 * (int64_t)SCALE_MS)
#define BURST_MAX_NS (3600 * NANOSECONDS_PER_SECOND)
#define MAX_DEBT_MAX_NS (3600 * NANOSECONDS_PER_SECOND)

/* What the next reply must match. */
typedef struct Known {
    const CPUState *cpu; /* NULL: there is no such vCPU */
    Settings settings;
    unsigned restarts; /* limits set where there was none: counters may restart as often */
    KvmThrottleInfo last;
} Known;

static Known known[CPUS_MAX];
static Settings for_new = {20 * SCALE_MS, 20 * SCALE_MS, 20 * SCALE_MS, 50, 0};
static bool spoil_next_plug;
static unsigned starved_events;

static bool is_limit(const Settings *settings)
{
    return settings->quota_ns < settings->period_ns;
}

/* ---------------------------------------------------------------------------------- the state */

void client_spoil_next_plug(void)
{
    spoil_next_plug = true;
}

static void coming(CPUState *cpu)
{
    stand_in_no_timers = spoil_next_plug;
    spoil_next_plug = false;
}

/* Without a timer the vCPU runs without a limit. */
static void here(CPUState *cpu)
{
    Known *new = &known[cpu->cpu_index];

    *new = (Known){.cpu = cpu, .settings = for_new};
    if (stand_in_no_timers) {
        new->settings.quota_ns = for_new.period_ns;
    }
    stand_in_no_timers = false;
}

static void gone(CPUState *cpu)
{
    known[cpu->cpu_index] = (Known){0};
}

const MachineWatch client_watch = {.coming = coming, .here = here, .gone = gone};

static void remember(int cpu_index, const Settings *settings)
{
    if (cpu_index == ALL_CPUS) {
        for_new = *settings;
    }
    for (int i = 0; i < CPUS_MAX; i++) {
        if (cpu_index == i || cpu_index == ALL_CPUS) {
            if (!is_limit(&known[i].settings)) {
                known[i].restarts++;
            }
            known[i].settings = *settings;
        }
    }
}

/* ----------------------------------------------------------------------------------- commands */

/* True if the command was accepted. */
static bool set(int cpu_index, const Settings *s)
{
    Error *error = NULL;

    qmp_kvm_throttle_set(cpu_index != ALL_CPUS, MAX(cpu_index, 0), s->quota_ns, s->period_ns, true,
                         s->burst_ns, true, s->max_debt_ns, true, s->starved_periods, &error);
    if (error) {
        error_free(error);
        return false;
    }
    remember(cpu_index, s);
    return true;
}

void client_set(int cpu_index, const Settings *settings)
{
    if (!set(cpu_index, settings)) {
        check_failed(CHECK_REFUSALS, "vCPU %d: %" PRId64 "/%" PRId64 " ns is refused", cpu_index,
                     settings->quota_ns, settings->period_ns);
    }
}

static void set_in_vain(int cpu_index, const Settings *settings)
{
    if (set(cpu_index, settings)) {
        check_failed(CHECK_REFUSALS, "vCPU %d: %" PRId64 "/%" PRId64 " ns is accepted", cpu_index,
                     settings->quota_ns, settings->period_ns);
    }
}

/* From `min` to `max`, every order of magnitude equally likely. */
static int64_t random_log(uint64_t *seed, int64_t min, int64_t max)
{
    int64_t top = max;

    for (uint64_t halvings = random_below(seed, 31); halvings > 0 && top / 2 >= min; halvings--) {
        top /= 2;
    }
    return min + (int64_t)random_below(seed, (uint64_t)(top - min) + 1);
}

static void refused_change(uint64_t *seed, int cpu_index, Settings settings)
{
    switch (random_below(seed, 7)) {
    case 0:
        settings.quota_ns = 0;
        break;
    case 1:
        settings.quota_ns = settings.period_ns + 1;
        break;
    case 2:
        settings.period_ns = PERIOD_MIN_NS - 1;
        break;
    case 3:
        settings.period_ns = PERIOD_MAX_NS + 1;
        break;
    case 4:
        settings.burst_ns = BURST_MAX_NS + 1;
        break;
    case 5:
        settings.max_debt_ns = MAX_DEBT_MAX_NS + 1;
        break;
    default:
        cpu_index = CPUS_MAX;
        break;
    }
    set_in_vain(cpu_index, &settings);
}

/* While the host has no timers left: accepted if every vCPU has its timer already. */
static void change_without_timers(int cpu_index, const Settings *settings)
{
    unsigned made = stand_in_timers_made();

    stand_in_no_timers = true;
    set(cpu_index, settings);
    stand_in_no_timers = false;
    if (stand_in_timers_made() != made) {
        check_failed(CHECK_REFUSALS, "a timer was made although none is left");
    }
}

void client_change(uint64_t *seed)
{
    int cpu_index = (int)random_below(seed, CPUS_MAX + 1) - 1;
    Settings settings;

    settings.period_ns = random_log(seed, PERIOD_MIN_NS, PERIOD_MAX_NS);
    settings.quota_ns = random_log(seed, 1, settings.period_ns);
    settings.burst_ns =
        random_below(seed, 2) ? settings.quota_ns : random_log(seed, 0, BURST_MAX_NS);
    settings.starved_periods = (uint32_t)random_below(seed, 4);
    settings.max_debt_ns = random_below(seed, 2) ? 0 : random_log(seed, 1, SCALE_MS);
    if (cpu_index != ALL_CPUS && !known[cpu_index].cpu) {
        set_in_vain(cpu_index, &settings);
        return;
    }
    switch (random_below(seed, 16)) {
    case 0:
        refused_change(seed, cpu_index, settings);
        break;
    case 1:
        change_without_timers(cpu_index, &settings);
        break;
    case 2:
    case 3:
    case 4:
        settings.quota_ns = settings.period_ns;
        client_set(cpu_index, &settings);
        break;
    default:
        client_set(cpu_index, &settings);
        break;
    }
}

/* ------------------------------------------------------------------------------------- replies */

static void check_books(const KvmThrottleInfo *info)
{
    int64_t left_ns =
        (int64_t)(info->granted_ns - info->forfeited_ns - info->used_ns + info->forgiven_ns);
    int64_t budget_ns = (int64_t)(info->credit_ns - info->debt_ns);

    if (left_ns != budget_ns || (info->credit_ns && info->debt_ns)) {
        check_failed(CHECK_BOOKS,
                     "vCPU %" PRId64 ": granted %" PRIu64 ", forfeited %" PRIu64 ", used %" PRIu64
                     ", credit %" PRIu64 ", debt %" PRIu64,
                     info->cpu_index, info->granted_ns, info->forfeited_ns, info->used_ns,
                     info->credit_ns, info->debt_ns);
    }
}

static void check_settings(const KvmThrottleInfo *info, const Known *want)
{
    const Settings *s = &want->settings;
    bool fallback = info->clock == KVM_THROTTLE_CLOCK_MONOTONIC;

    if (info->quota_ns != s->quota_ns || info->period_ns != s->period_ns ||
        info->burst_ns != s->burst_ns || info->max_debt_ns != s->max_debt_ns ||
        info->starved_periods != s->starved_periods || info->enabled != is_limit(s) ||
        info->thread_id != want->cpu->thread_id ||
        fallback != stand_in_lacks_cpu_clock(want->cpu->cpu_index)) {
        check_failed(CHECK_SETTINGS,
                     "vCPU %" PRId64 ": %s, %" PRId64 "/%" PRId64 " ns, not %" PRId64 "/%" PRId64,
                     info->cpu_index, info->enabled ? "limited" : "not limited", info->quota_ns,
                     info->period_ns, s->quota_ns, s->period_ns);
    }
}

/*
 * Not throttled_ns: for a sleeping vCPU it counts up to now, but the vCPU may be awake already, and
 * then reports less. Not granted_ns: a period cut short takes some of it back.
 */
static void check_counters(const KvmThrottleInfo *info, Known *want)
{
    const KvmThrottleInfo *last = &want->last;
    bool went_back = info->used_ns < last->used_ns || info->kicks < last->kicks ||
                     info->periods < last->periods || info->starved_ns < last->starved_ns ||
                     info->starved_total < last->starved_total ||
                     info->forgiven_ns < last->forgiven_ns;

    if (went_back && want->restarts == 0) {
        check_failed(
            CHECK_COUNTERS,
            "vCPU %" PRId64 ": used %" PRIu64 " after %" PRIu64 ", kicks %" PRIu64 " after %" PRIu64
            ", periods %" PRIu64 " after %" PRIu64 ", starved %" PRIu64 " after %" PRIu64
            " and %" PRIu64 " after %" PRIu64 ", forgiven %" PRIu64 " after %" PRIu64,
            info->cpu_index, info->used_ns, last->used_ns, info->kicks, last->kicks, info->periods,
            last->periods, info->starved_ns, last->starved_ns, info->starved_total,
            last->starved_total, info->forgiven_ns, last->forgiven_ns);
    } else if (went_back) {
        want->restarts--;
    }
    want->last = *info;
}

KvmThrottleInfoList *client_query(void)
{
    KvmThrottleInfoList *list = qmp_query_kvm_throttle(NULL);
    int n = 0;

    for (KvmThrottleInfoList *item = list; item; item = item->next) {
        KvmThrottleInfo *info = item->value;
        Known *want = &known[info->cpu_index];

        check_books(info);
        if (!want->cpu) {
            check_failed(CHECK_SETTINGS, "vCPU %" PRId64 " is gone", info->cpu_index);
            continue;
        }
        check_settings(info, want);
        check_counters(info, want);
        n++;
    }
    for (int i = 0; i < CPUS_MAX; i++) {
        n -= known[i].cpu != NULL;
    }
    if (n) {
        check_failed(CHECK_SETTINGS, "%d vCPUs too %s in the reply", abs(n),
                     n < 0 ? "few" : "many");
    }
    return list;
}

/* Sent by the main loop, maybe after the vCPU is gone or has other settings. */
void qapi_event_send_kvm_throttle_starved(int64_t cpu_index, uint64_t periods, int64_t quota_ns,
                                          int64_t period_ns, uint64_t forfeited_ns,
                                          uint64_t withheld_ns)
{
    if (!bql_locked() || cpu_index < 0 || cpu_index >= CPUS_MAX || !periods ||
        quota_ns >= period_ns || !forfeited_ns) {
        check_failed(CHECK_STARVED,
                     "an event: vCPU %" PRId64 ", %" PRIu64 " periods, %" PRId64 "/%" PRId64
                     " ns, forfeited %" PRIu64 ", withheld %" PRIu64,
                     cpu_index, periods, quota_ns, period_ns, forfeited_ns, withheld_ns);
    }
    starved_events++;
}

unsigned client_starved_events(void)
{
    return starved_events;
}
