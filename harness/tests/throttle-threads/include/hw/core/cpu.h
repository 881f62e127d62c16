/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: a vCPU, with the fields that machine.c needs. */
#ifndef STAND_IN_HW_CORE_CPU_H
#define STAND_IN_HW_CORE_CPU_H

#include "qemu/osdep.h"
#include "qemu/queue.h"
#include "qom/object.h"

struct kvm_run;

typedef struct CPUState CPUState;
typedef struct WorkItem WorkItem;

struct CPUState {
    int cpu_index;
    int thread_id;
    pthread_t thread;
    struct kvm_run *kvm_run;
    struct KVMState *kvm_state;

    /* Atomic: any thread sets these, the vCPU's own thread clears them. */
    bool thread_kicked;
    bool exit_request;

    /* Protected by the BQL */
    QTAILQ_ENTRY(CPUState) node;
    pthread_cond_t halt_cond;
    bool created, stop, stopped, unplug;

    pthread_mutex_t work_mutex;
    WorkItem *work;

    /* Atomic; for exclusive sections (cpu_exec_start). */
    bool running;
    bool has_waiter; /* under the lock of exclusive.c */
};

typedef union {
    void *host_ptr;
} run_on_cpu_data;

typedef void (*run_on_cpu_func)(CPUState *cpu, run_on_cpu_data data);

#define RUN_ON_CPU_NULL ((run_on_cpu_data){.host_ptr = NULL})

/* Makes the vCPU's thread call `function` under the BQL, without waiting for it. For any thread. */
void async_run_on_cpu(CPUState *cpu, run_on_cpu_func function, run_on_cpu_data data);

/* Called by the vCPU's thread around the execution of guest code; the first may wait for the end of
 * another thread's exclusive section. */
void cpu_exec_start(CPUState *cpu);
void cpu_exec_end(CPUState *cpu);

#endif
