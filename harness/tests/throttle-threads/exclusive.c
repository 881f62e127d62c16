/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The protocol of cpu_exec_start() and start_exclusive(): a vCPU announces that it runs, then looks
 * for a pending exclusive section; a thread that wants one announces it, then looks for running
 * vCPUs. Sequentially consistent, so that at least one of them sees the other, and TSan sees the
 * order.
 */
#include "exclusive.h"

#include "machine.h"

CPUList machine_cpus = QTAILQ_HEAD_INITIALIZER(machine_cpus);

/* Protects has_waiter of all vCPUs, and changes to the list and to pending. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_out = PTHREAD_COND_INITIALIZER;
static pthread_cond_t over = PTHREAD_COND_INITIALIZER;

/* Atomic. 0: no exclusive section is pending; else 1 + the vCPUs still waited for. */
static int pending;

static void set_running(CPUState *cpu, bool running)
{
    __atomic_store_n(&cpu->running, running, __ATOMIC_SEQ_CST);
}

static int get_pending(void)
{
    return __atomic_load_n(&pending, __ATOMIC_SEQ_CST);
}

static void set_pending(int value)
{
    __atomic_store_n(&pending, value, __ATOMIC_SEQ_CST);
}

void machine_cpus_add(CPUState *cpu)
{
    pthread_mutex_lock(&lock);
    QTAILQ_INSERT_TAIL(&machine_cpus, cpu, node);
    pthread_mutex_unlock(&lock);
}

void machine_cpus_remove(CPUState *cpu)
{
    pthread_mutex_lock(&lock);
    QTAILQ_REMOVE(&machine_cpus, cpu, node);
    pthread_mutex_unlock(&lock);
}

void cpu_exec_start(CPUState *cpu)
{
    set_running(cpu, true);
    if (!get_pending()) {
        return;
    }
    pthread_mutex_lock(&lock);
    /* A vCPU that is waited for runs on, and reports in cpu_exec_end(). */
    if (!cpu->has_waiter) {
        set_running(cpu, false);
        while (get_pending()) {
            pthread_cond_wait(&over, &lock);
        }
        set_running(cpu, true);
    }
    pthread_mutex_unlock(&lock);
}

void cpu_exec_end(CPUState *cpu)
{
    set_running(cpu, false);
    if (!get_pending()) {
        return;
    }
    pthread_mutex_lock(&lock);
    if (cpu->has_waiter) {
        cpu->has_waiter = false;
        set_pending(get_pending() - 1);
        if (get_pending() == 1) {
            pthread_cond_signal(&all_out);
        }
    }
    pthread_mutex_unlock(&lock);
}

void start_exclusive(void)
{
    CPUState *cpu;

    pthread_mutex_lock(&lock);
    while (get_pending()) {
        pthread_cond_wait(&over, &lock);
    }
    set_pending(1);
    QTAILQ_FOREACH(cpu, &machine_cpus, node)
    {
        if (__atomic_load_n(&cpu->running, __ATOMIC_SEQ_CST)) {
            cpu->has_waiter = true;
            set_pending(get_pending() + 1);
            cpu_kick(cpu);
        }
    }
    while (get_pending() > 1) {
        pthread_cond_wait(&all_out, &lock);
    }
    pthread_mutex_unlock(&lock);
}

void end_exclusive(void)
{
    pthread_mutex_lock(&lock);
    set_pending(0);
    pthread_cond_broadcast(&over);
    pthread_mutex_unlock(&lock);
}
