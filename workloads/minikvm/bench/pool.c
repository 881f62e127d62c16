/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/bench/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096UL
#define BITS (8 * sizeof(uint64_t))

/* What is put back by kvm_run, without a system call. */
#define RESET_REGS (KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS | KVM_SYNC_X86_EVENTS)

static bool refused(MkError *error, const char *what)
{
    return mk_fail(error, MK_STATUS_HOST, "KVM refuses %s: %s", what, strerror(errno));
}

static bool log_dirty_pages(const MkMachine *machine)
{
    struct kvm_userspace_memory_region region = {
        .flags = KVM_MEM_LOG_DIRTY_PAGES,
        .memory_size = machine->memory_bytes,
        .userspace_addr = (uint64_t)(uintptr_t)machine->memory,
    };

    return mk_call(machine, machine->vm, KVM_SET_USER_MEMORY_REGION, &region) == 0;
}

bool mk_pool_snapshot(MkPool *pool, MkMachine *machine, MkError *error)
{
    size_t words = (machine->memory_bytes / PAGE + BITS - 1) / BITS;
    int fd = machine->vcpu[0];
    int can = mk_call(machine, machine->kvm, KVM_CHECK_EXTENSION, (void *)KVM_CAP_SYNC_REGS);

    *pool = (MkPool){.machine = machine};
    if (can < 0 || (can & RESET_REGS) != RESET_REGS) {
        return mk_fail(error, MK_STATUS_HOST, "KVM has no KVM_CAP_SYNC_REGS");
    }
    pool->memory = malloc(machine->memory_bytes);
    pool->dirty = calloc(words, sizeof(uint64_t));
    if (!pool->memory || !pool->dirty) {
        return mk_fail(error, MK_STATUS_HOST, "no memory for a snapshot");
    }
    memcpy(pool->memory, machine->memory, machine->memory_bytes);
    if (mk_call(machine, fd, KVM_GET_REGS, &pool->registers.regs) < 0 ||
        mk_call(machine, fd, KVM_GET_SREGS, &pool->registers.sregs) < 0 ||
        mk_call(machine, fd, KVM_GET_VCPU_EVENTS, &pool->registers.events) < 0) {
        return refused(error, "to tell registers");
    }
    return log_dirty_pages(machine) || refused(error, "to log dirty pages");
}

/* Puts back what is dirty; the log is empty again when it has been read. */
static bool reset_memory(MkPool *pool)
{
    const MkMachine *machine = pool->machine;
    size_t pages = machine->memory_bytes / PAGE;
    struct kvm_dirty_log log = {.dirty_bitmap = pool->dirty};

    if (mk_call(machine, machine->vm, KVM_GET_DIRTY_LOG, &log) < 0) {
        return false;
    }
    for (size_t word = 0; word * BITS < pages; word++) {
        for (uint64_t left = pool->dirty[word]; left; left &= left - 1) {
            size_t page = word * BITS + (size_t)__builtin_ctzll(left);

            memcpy(machine->memory + page * PAGE, pool->memory + page * PAGE, PAGE);
            pool->pages_reset++;
        }
    }
    return true;
}

bool mk_pool_reset(MkPool *pool, MkError *error)
{
    struct kvm_run *run = pool->machine->run[0];

    if (!reset_memory(pool)) {
        return refused(error, "its log of dirty pages");
    }
    run->s.regs = pool->registers;
    run->kvm_dirty_regs = RESET_REGS;
    return true;
}

void mk_pool_free(MkPool *pool)
{
    free(pool->memory);
    free(pool->dirty);
}
