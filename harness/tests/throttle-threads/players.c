/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "players.h"

#include "client.h"
#include "qemu/main-loop.h"

/* A loaded machine answers within this time; only something lost takes longer. */
#define LOST_NS (30 * NANOSECONDS_PER_SECOND)
/* Polls for a reply at first, so that the next kick can come while the vCPU is about to sleep
 * again, which takes it up to SETTLE_NS. */
#define AWAKE_NS (200 * SCALE_US)
#define LOOK_AGAIN_US 50
#define SETTLE_NS (50 * SCALE_US)

/* The longest pause between two actions. */
#define KICK_US 2000
#define PLUG_US 10000
#define ALONE_US 5000

static struct Player {
    pthread_t thread;
    uint64_t seed;
} kicker, plugger, loner;

static bool stopping; /* atomic */

/* Held by a thread that plugs or pauses, or that needs the vCPUs to stay and to run. */
static pthread_mutex_t staff_lock = PTHREAD_MUTEX_INITIALIZER;

/* Each is written by one thread and read when that has ended. */
static unsigned asked, kicked, plugged, unplugged, paused, alone;
static int64_t longest_answer_ns, longest_alone_ns;

static void rest(uint64_t *seed, uint64_t max_us)
{
    usleep((useconds_t)random_below(seed, max_us + 1));
}

CPUState *players_find(int cpu_index)
{
    CPUState *cpu;

    QTAILQ_FOREACH(cpu, &machine_cpus, node)
    {
        if (cpu->cpu_index == cpu_index) {
            break;
        }
    }
    return cpu;
}

/* --------------------------------------------------------------------------------------- kicker */

static void answer(CPUState *cpu, run_on_cpu_data answered)
{
    __atomic_store_n((bool *)answered.host_ptr, true, __ATOMIC_RELEASE);
}

static void ask(CPUState *cpu, CheckId lost)
{
    int64_t start_ns = machine_now_ns();
    int64_t took_ns = 0;
    bool answered = false;

    async_run_on_cpu(cpu, answer, (run_on_cpu_data){.host_ptr = &answered});
    while (!__atomic_load_n(&answered, __ATOMIC_ACQUIRE)) {
        if (took_ns > AWAKE_NS) {
            usleep(LOOK_AGAIN_US);
        }
        took_ns = machine_now_ns() - start_ns;
        if (took_ns > LOST_NS) {
            check_fatal(lost, "vCPU %d has not answered a kick for %" PRId64 " s", cpu->cpu_index,
                        took_ns / NANOSECONDS_PER_SECOND);
        }
    }
    asked++;
    longest_answer_ns = MAX(longest_answer_ns, took_ns);
}

void players_ask(CPUState *cpu, unsigned n, CheckId lost)
{
    uint64_t seed = n;

    pthread_mutex_lock(&staff_lock);
    while (n-- > 0) {
        int64_t next_ns;

        ask(cpu, lost);
        next_ns = machine_now_ns() + (int64_t)random_below(&seed, SETTLE_NS);
        while (machine_now_ns() < next_ns) {
        }
    }
    pthread_mutex_unlock(&staff_lock);
}

static void *play_kicker(void *arg)
{
    uint64_t *seed = &kicker.seed;

    while (!qatomic_read(&stopping)) {
        CPUState *cpu;

        pthread_mutex_lock(&staff_lock);
        /* The list does not change while nobody plugs. */
        cpu = players_find((int)random_below(seed, CPUS_MAX));
        if (cpu && random_below(seed, 2)) {
            ask(cpu, CHECK_KICKS);
        } else if (cpu) {
            qatomic_set(&cpu->exit_request, random_below(seed, 2));
            cpu_kick(cpu);
            kicked++;
        }
        pthread_mutex_unlock(&staff_lock);
        rest(seed, KICK_US);
    }
    return NULL;
}

/* -------------------------------------------------------------------------------------- plugger */

static void plug_or_unplug(int cpu_index, bool spoil)
{
    CPUState *cpu = players_find(cpu_index);

    if (cpu) {
        machine_unplug(cpu);
        unplugged++;
        return;
    }
    if (spoil) {
        client_spoil_next_plug();
    }
    machine_plug(cpu_index);
    plugged++;
}

static void *play_plugger(void *arg)
{
    uint64_t *seed = &plugger.seed;

    while (!qatomic_read(&stopping)) {
        pthread_mutex_lock(&staff_lock);
        bql_lock();
        if (random_below(seed, 4)) {
            plug_or_unplug(1 + (int)random_below(seed, CPUS_MAX - 1), random_below(seed, 8) == 0);
        } else {
            machine_pause();
            bql_unlock();
            rest(seed, PLUG_US);
            bql_lock();
            machine_resume();
            paused++;
        }
        bql_unlock();
        pthread_mutex_unlock(&staff_lock);
        rest(seed, PLUG_US);
    }
    return NULL;
}

/* ---------------------------------------------------------------------------------------- loner */

static void *play_loner(void *arg)
{
    uint64_t *seed = &loner.seed;

    while (!qatomic_read(&stopping)) {
        int64_t start_ns = machine_now_ns();
        int64_t took_ns;

        start_exclusive();
        took_ns = machine_now_ns() - start_ns;
        machine_alone = 1;
        rest(seed, 100);
        machine_alone = 0;
        end_exclusive();
        if (took_ns > LOST_NS) {
            check_failed(CHECK_ALONE, "that took %" PRId64 " ns", took_ns);
        }
        alone++;
        longest_alone_ns = MAX(longest_alone_ns, took_ns);
        rest(seed, ALONE_US);
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------------ all */

static void start(struct Player *player, uint64_t seed, void *(*play)(void *))
{
    player->seed = seed;
    if (pthread_create(&player->thread, NULL, play, NULL)) {
        g_error("no thread for a player");
    }
}

void players_start(uint64_t seed)
{
    start(&kicker, seed + 1, play_kicker);
    start(&plugger, seed + 2, play_plugger);
    start(&loner, seed + 3, play_loner);
}

void players_stop(void)
{
    qatomic_set(&stopping, true);
    pthread_join(kicker.thread, NULL);
    pthread_join(plugger.thread, NULL);
    pthread_join(loner.thread, NULL);
}

void players_print(void)
{
    printf("# %u work items, the slowest done after %.1f ms; %u kicks without work; %u plugged, %u "
           "unplugged, %u paused; %u exclusive sections, after %.1f ms at most\n",
           asked, (double)longest_answer_ns / SCALE_MS, kicked, plugged, unplugged, paused, alone,
           (double)longest_alone_ns / SCALE_MS);
}
