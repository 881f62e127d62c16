/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <linux/kvm.h>
#include <poll.h>
#include <sched.h>

#include "checks.h"
#include "kvm-throttle.h"
#include "qemu/main-loop.h"

/* A loaded machine answers within this time; only something lost takes longer. */
#define LOST_S 30

/* The longest time a guest stays in one KVM_RUN. */
#define STAY_MAX_NS (3 * (uint64_t)SCALE_MS)

struct WorkItem {
    WorkItem *next;
    run_on_cpu_func function;
    run_on_cpu_data data;
};

__thread CPUState *current_cpu;
static __thread volatile sig_atomic_t signals_seen;
static __thread bool has_bql;

int machine_alone;

static pthread_mutex_t bql = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cpu_cond = PTHREAD_COND_INITIALIZER;
static pthread_cond_t pause_cond = PTHREAD_COND_INITIALIZER;
static bool guests_burn; /* atomic */
static MachineWatch watch;

int64_t machine_now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * NANOSECONDS_PER_SECOND + ts.tv_nsec;
}

/* splitmix64 */
uint64_t random_below(uint64_t *state, uint64_t below)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % below;
}

/* ----------------------------------------------------------------------------------------- lock */

void bql_lock(void)
{
    g_assert(!has_bql);
    pthread_mutex_lock(&bql);
    has_bql = true;
}

void bql_unlock(void)
{
    g_assert(has_bql);
    has_bql = false;
    pthread_mutex_unlock(&bql);
}

bool bql_locked(void)
{
    return has_bql;
}

/* Waits for `cond` under the BQL; after LOST_S it counts as lost. */
static void bql_wait(pthread_cond_t *cond, CheckId lost, const char *what)
{
    struct timespec until;
    int error;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOST_S;
    has_bql = false;
    error = pthread_cond_timedwait(cond, &bql, &until);
    has_bql = true;
    if (error == ETIMEDOUT) {
        check_fatal(lost, "%s took more than %d s", what, LOST_S);
    }
}

/* ----------------------------------------------------------------------------------- kick, work */

void cpu_kick(CPUState *cpu)
{
    pthread_cond_broadcast(&cpu->halt_cond);
    if (!qatomic_read(&cpu->thread_kicked)) {
        qatomic_set(&cpu->thread_kicked, true);
        pthread_kill(cpu->thread, SIG_IPI);
    }
}

void async_run_on_cpu(CPUState *cpu, run_on_cpu_func function, run_on_cpu_data data)
{
    WorkItem *item = g_new0(WorkItem, 1);
    WorkItem **end = &cpu->work;

    item->function = function;
    item->data = data;
    pthread_mutex_lock(&cpu->work_mutex);
    while (*end) {
        end = &(*end)->next;
    }
    *end = item;
    pthread_mutex_unlock(&cpu->work_mutex);
    cpu_kick(cpu);
}

static WorkItem *take_work(CPUState *cpu)
{
    WorkItem *item;

    pthread_mutex_lock(&cpu->work_mutex);
    item = cpu->work;
    if (item) {
        cpu->work = item->next;
    }
    pthread_mutex_unlock(&cpu->work_mutex);
    return item;
}

static bool has_work(CPUState *cpu)
{
    bool has;

    pthread_mutex_lock(&cpu->work_mutex);
    has = cpu->work;
    pthread_mutex_unlock(&cpu->work_mutex);
    return has;
}

static void wait_io_event(CPUState *cpu)
{
    WorkItem *item;

    while (cpu->stopped && !cpu->stop && !has_work(cpu)) {
        has_bql = false;
        pthread_cond_wait(&cpu->halt_cond, &bql);
        has_bql = true;
    }
    __atomic_store_n(&cpu->thread_kicked, false, __ATOMIC_SEQ_CST);
    smp_mb();
    if (cpu->stop) {
        cpu->stop = false;
        cpu->stopped = true;
        pthread_cond_broadcast(&pause_cond);
    }
    while ((item = take_work(cpu))) {
        item->function(cpu, item->data);
        g_free(item);
    }
}

/* ---------------------------------------------------------------------------------------- guest */

void machine_guests_burn(void)
{
    qatomic_set(&guests_burn, true);
}

/* Like QEMU's handler for SIG_IPI; the count stands for the kernel's signal_pending(). */
static void on_ipi(int number)
{
    if (current_cpu) {
        qatomic_set(&current_cpu->kvm_run->immediate_exit, 1);
    }
    signals_seen++;
}

/* A halted guest: asleep until a signal, but not longer than `until_ns`. */
static void halt(sig_atomic_t seen, int64_t until_ns)
{
    struct timespec ts = {0};
    sigset_t ipi, open;

    sigemptyset(&ipi);
    sigaddset(&ipi, SIG_IPI);
    pthread_sigmask(SIG_BLOCK, &ipi, &open);
    ts.tv_nsec = MAX(until_ns - machine_now_ns(), 0);
    if (signals_seen == seen) {
        ppoll(NULL, 0, &ts, &open);
    }
    pthread_sigmask(SIG_SETMASK, &open, NULL);
}

/* The KVM_RUN ioctl: -EINTR after a signal or if immediate_exit is set, 0 for an exit. */
static int kvm_run(CPUState *cpu, uint64_t *seed)
{
    sig_atomic_t seen = signals_seen;
    int64_t until_ns = machine_now_ns() + (int64_t)random_below(seed, STAY_MAX_NS);
    bool burn = random_below(seed, 3) > 0 || qatomic_read(&guests_burn);

    if (qatomic_read(&cpu->kvm_run->immediate_exit)) {
        return -EINTR;
    }
    while (signals_seen == seen && machine_now_ns() < until_ns) {
        if (machine_alone) {
            check_failed(CHECK_ALONE, "vCPU %d runs in an exclusive section", cpu->cpu_index);
        }
        if (!burn) {
            halt(seen, until_ns);
        }
    }
    return signals_seen == seen ? 0 : -EINTR;
}

/* kvm_cpu_exec(): called and left with the BQL held. */
static void cpu_exec(CPUState *cpu, uint64_t *seed)
{
    bool again;

    bql_unlock();
    kvm_throttle_enter();
    cpu_exec_start(cpu);
    do {
        if (qatomic_read(&cpu->exit_request)) {
            qatomic_set(&cpu->kvm_run->immediate_exit, 1);
        }
        smp_rmb();
        if (kvm_run(cpu, seed) < 0) {
            qatomic_set(&cpu->kvm_run->immediate_exit, 0); /* kvm_eat_signals() */
            smp_wmb();
            again = kvm_throttle_interrupted();
        } else {
            /* Most exits are handled here, some leave the loop. */
            again = random_below(seed, 4) > 0;
        }
    } while (again);
    cpu_exec_end(cpu);
    kvm_throttle_leave();
    bql_lock();
    qatomic_set(&cpu->exit_request, false);
}

/* --------------------------------------------------------------------------------------- thread */

static bool can_run(const CPUState *cpu)
{
    return !cpu->stop && !cpu->stopped;
}

static void *vcpu_thread(void *arg)
{
    CPUState *cpu = arg;
    uint64_t seed = (uint64_t)cpu->cpu_index;
    sigset_t ipi;

    bql_lock();
    cpu->thread_id = gettid();
    current_cpu = cpu;
    sigemptyset(&ipi);
    sigaddset(&ipi, SIG_IPI);
    pthread_sigmask(SIG_UNBLOCK, &ipi, NULL);
    watch.coming(cpu);
    kvm_throttle_vcpu_init(cpu);
    watch.here(cpu);
    cpu->created = true;
    pthread_cond_broadcast(&cpu_cond);

    do {
        if (can_run(cpu)) {
            cpu_exec(cpu, &seed);
        }
        wait_io_event(cpu);
    } while (!cpu->unplug || can_run(cpu));

    kvm_throttle_vcpu_destroy(cpu);
    watch.gone(cpu);
    bql_unlock();
    return NULL;
}

/* Only vCPU threads take SIG_IPI; all others inherit it blocked. */
void machine_init(const MachineWatch *told)
{
    struct sigaction action = {.sa_handler = on_ipi};
    sigset_t ipi;

    watch = *told;
    sigaction(SIG_IPI, &action, NULL);
    sigemptyset(&ipi);
    sigaddset(&ipi, SIG_IPI);
    pthread_sigmask(SIG_BLOCK, &ipi, NULL);
}

CPUState *machine_plug(int cpu_index)
{
    CPUState *cpu = g_new0(CPUState, 1);

    cpu->cpu_index = cpu_index;
    cpu->kvm_run = g_new0(struct kvm_run, 1);
    cpu->kvm_state = kvm_state;
    cpu->stopped = true;
    pthread_cond_init(&cpu->halt_cond, NULL);
    pthread_mutex_init(&cpu->work_mutex, NULL);
    if (pthread_create(&cpu->thread, NULL, vcpu_thread, cpu)) {
        g_error("no thread for vCPU %d", cpu_index);
    }
    while (!cpu->created) {
        bql_wait(&cpu_cond, CHECK_KICKS, "making a vCPU");
    }
    machine_cpus_add(cpu);
    cpu->stopped = false;
    cpu_kick(cpu);
    return cpu;
}

void machine_unplug(CPUState *cpu)
{
    cpu->stop = true;
    cpu->unplug = true;
    cpu_kick(cpu);
    bql_unlock();
    pthread_join(cpu->thread, NULL);
    bql_lock();
    machine_cpus_remove(cpu);
    g_assert(!cpu->work);
    pthread_cond_destroy(&cpu->halt_cond);
    pthread_mutex_destroy(&cpu->work_mutex);
    g_free(cpu->kvm_run);
    g_free(cpu);
}

static bool all_stopped(void)
{
    CPUState *cpu;

    QTAILQ_FOREACH(cpu, &machine_cpus, node)
    {
        if (!cpu->stopped) {
            return false;
        }
    }
    return true;
}

void machine_pause(void)
{
    CPUState *cpu;

    QTAILQ_FOREACH(cpu, &machine_cpus, node)
    {
        cpu->stop = true;
        cpu_kick(cpu);
    }
    while (!all_stopped()) {
        bql_wait(&pause_cond, CHECK_KICKS, "stopping the vCPUs");
    }
}

void machine_resume(void)
{
    CPUState *cpu;

    QTAILQ_FOREACH(cpu, &machine_cpus, node)
    {
        cpu->stopped = false;
        cpu_kick(cpu);
    }
}

void machine_share_one_cpu(bool share)
{
    cpu_set_t allowed, used;
    CPUState *cpu;

    sched_getaffinity(0, sizeof(allowed), &allowed);
    used = allowed;
    for (int i = 0, kept = 0; share && i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(i, &allowed) && kept++) {
            CPU_CLR(i, &used);
        }
    }
    QTAILQ_FOREACH(cpu, &machine_cpus, node)
    {
        pthread_setaffinity_np(cpu->thread, sizeof(used), &used);
    }
}
