/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workloads/minikvm/vmm/image.h"
#include "workloads/minikvm/vmm/mode.h"

#define CR0_PG (1UL << 31)
#define CPUID_ENTRIES 256

/* The one hypercall that KVM hands on to its user, if asked to (linux/kvm_para.h). */
#define HC_MAP_GPA_RANGE 12

/*
 * VMX without "unrestricted guest" runs real mode as a task of its own, for which KVM takes three
 * pages and one of guest-physical addresses. Where QEMU has them, too: below the BIOS at the end of
 * 4 GiB, above all memory that mini-kvm gives a guest.
 */
#define IDENTITY_MAP 0xfffbc000ULL
#define TSS (IDENTITY_MAP + 0x1000)

int mk_ioctl(int fd, unsigned long request, void *argument)
{
    return ioctl(fd, request, argument);
}

int mk_call(const MkMachine *machine, int fd, unsigned long request, void *argument)
{
    int result;

    do {
        result = machine->call(fd, request, argument);
    } while (result < 0 && errno == EINTR);
    return result;
}

static bool refused(MkError *error, const char *what)
{
    return mk_fail(error, MK_STATUS_HOST, "KVM refuses %s: %s", what, strerror(errno));
}

static bool open_kvm(MkMachine *machine, const char *path, MkError *error)
{
    int version;

    machine->kvm = open(path, O_RDWR | O_CLOEXEC);
    if (machine->kvm < 0) {
        return mk_fail(error, MK_STATUS_HOST, "%s: %s%s", path, strerror(errno),
                       errno == EACCES || errno == EPERM ? "; become a member of its group"
                       : errno == ENOENT                 ? "; this host has no KVM"
                                                         : "");
    }
    version = mk_call(machine, machine->kvm, KVM_GET_API_VERSION, NULL);
    if (version < 0) {
        return mk_fail(error, MK_STATUS_HOST, "%s is not KVM: %s", path, strerror(errno));
    }
    if (version != KVM_API_VERSION) {
        return mk_fail(error, MK_STATUS_HOST, "%s has KVM's API version %d, not %d", path, version,
                       KVM_API_VERSION);
    }
    return true;
}

static bool make_memory(MkMachine *machine, const MkOptions *options, MkError *error)
{
    void *memory = mmap(NULL, options->memory_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED) {
        return mk_fail(error, MK_STATUS_HOST, "%zu bytes of memory: %s", options->memory_bytes,
                       strerror(errno));
    }
    machine->memory = memory;
    machine->memory_bytes = options->memory_bytes;
    for (int i = 0; i < options->vcpus; i++) {
        if (i > 0 && options->mode != MK_MODE_REAL) {
            break;
        }
        if (!mk_image_load(options->image[options->images > 1 ? i : 0],
                           machine->memory + mk_mode_origin(options, i), mk_mode_room(options),
                           error)) {
            return false;
        }
    }
    mk_mode_tables(options, machine->memory);
    return true;
}

/* The memory comes before the controllers: page-table based KVM takes 6.7 ms for it after them, and
 * 0.04 ms before. */
static bool make_vm(MkMachine *machine, const MkOptions *options, MkError *error)
{
    struct kvm_userspace_memory_region region = {
        .memory_size = machine->memory_bytes,
        .userspace_addr = (uint64_t)(uintptr_t)machine->memory,
    };
    struct kvm_pit_config pit = {0};
    uint64_t identity_map = IDENTITY_MAP;

    machine->vm = mk_call(machine, machine->kvm, KVM_CREATE_VM, NULL);
    if (machine->vm < 0) {
        return refused(error, "to make a VM");
    }
    if (mk_call(machine, machine->vm, KVM_SET_USER_MEMORY_REGION, &region) < 0) {
        return refused(error, "guest memory");
    }
    if (mk_call(machine, machine->vm, KVM_SET_IDENTITY_MAP_ADDR, &identity_map) < 0) {
        return refused(error, "the address of its identity map");
    }
    if (mk_call(machine, machine->vm, KVM_SET_TSS_ADDR, (void *)TSS) < 0) {
        return refused(error, "the address of its TSS");
    }
    if (options->irqchip && (mk_call(machine, machine->vm, KVM_CREATE_IRQCHIP, NULL) < 0 ||
                             mk_call(machine, machine->vm, KVM_CREATE_PIT2, &pit) < 0)) {
        return refused(error, "interrupt controllers");
    }
    if (options->vmcall) {
        struct kvm_enable_cap cap = {
            .cap = KVM_CAP_EXIT_HYPERCALL,
            .args = {1UL << HC_MAP_GPA_RANGE},
        };

        if (mk_call(machine, machine->vm, KVM_ENABLE_CAP, &cap) < 0) {
            return refused(error, "to hand on hypercalls (--vmcall)");
        }
    }
    return true;
}

/* The host's CPUID with the vCPU's own APIC number in it. */
static bool set_cpuid(MkMachine *machine, int id, MkError *error)
{
    size_t bytes = sizeof(struct kvm_cpuid2) + CPUID_ENTRIES * sizeof(struct kvm_cpuid_entry2);
    struct kvm_cpuid2 *cpuid = calloc(1, bytes);
    bool good;

    if (!cpuid) {
        return mk_fail(error, MK_STATUS_HOST, "out of memory");
    }
    cpuid->nent = CPUID_ENTRIES;
    good = mk_call(machine, machine->kvm, KVM_GET_SUPPORTED_CPUID, cpuid) == 0;
    for (uint32_t i = 0; good && i < cpuid->nent; i++) {
        struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

        if (entry->function == 1) {
            entry->ebx = (entry->ebx & 0x00ffffff) | (uint32_t)id << 24;
        } else if (entry->function == 0xb || entry->function == 0x1f) {
            entry->edx = (uint32_t)id;
        }
    }
    good = good && mk_call(machine, machine->vcpu[id], KVM_SET_CPUID2, cpuid) == 0;
    free(cpuid);
    return good || refused(error, "the host's CPUID");
}

static bool set_registers(MkMachine *machine, const MkOptions *options, int id, MkError *error)
{
    int fd = machine->vcpu[id];
    struct kvm_sregs sregs, taken;
    struct kvm_regs regs;
    struct kvm_mp_state runnable = {.mp_state = KVM_MP_STATE_RUNNABLE};

    if (mk_call(machine, fd, KVM_GET_SREGS, &sregs) < 0) {
        return refused(error, "to tell its special registers");
    }
    mk_mode_registers(options, id, &sregs, &regs);
    if (mk_call(machine, fd, KVM_SET_SREGS, &sregs) < 0 ||
        mk_call(machine, fd, KVM_SET_REGS, &regs) < 0) {
        return refused(error, "the registers of this mode");
    }
    /* Page-table based KVM accepts 32-bit paging, and forgets it. */
    if (sregs.cr0 & CR0_PG &&
        (mk_call(machine, fd, KVM_GET_SREGS, &taken) < 0 || !(taken.cr0 & CR0_PG))) {
        return mk_fail(error, MK_STATUS_HOST,
                       "KVM refuses %s paging: CR0.PG reads back as 0; try the virtual lab host",
                       options->mode == MK_MODE_PAGED ? "32-bit" : "64-bit");
    }
    /* With controllers in the kernel all vCPUs but the first would wait for a start-up IPI. */
    if (options->irqchip && mk_call(machine, fd, KVM_SET_MP_STATE, &runnable) < 0) {
        return refused(error, "to make a vCPU runnable");
    }
    return true;
}

static bool single_step(MkMachine *machine, int id, MkError *error)
{
    struct kvm_guest_debug debug = {.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP};

    return mk_call(machine, machine->vcpu[id], KVM_SET_GUEST_DEBUG, &debug) == 0 ||
           refused(error, "to single-step (--explain)");
}

static bool make_vcpu(MkMachine *machine, const MkOptions *options, int id, MkError *error)
{
    void *run;

    machine->vcpu[id] = mk_call(machine, machine->vm, KVM_CREATE_VCPU, (void *)(uintptr_t)id);
    if (machine->vcpu[id] < 0) {
        return refused(error, "to make a vCPU");
    }
    machine->vcpus = id + 1;
    run = mmap(NULL, machine->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, machine->vcpu[id], 0);
    if (run == MAP_FAILED) {
        return refused(error, "to share a vCPU's kvm_run");
    }
    machine->run[id] = run;
    return (!options->cpuid || set_cpuid(machine, id, error)) &&
           set_registers(machine, options, id, error) &&
           (!options->explain || single_step(machine, id, error));
}

bool mk_machine_open(MkMachine *machine, const MkOptions *options, MkError *error)
{
    int run_bytes;

    machine->kvm = machine->vm = -1;
    /* The images first: what is wrong with them is told on every host. */
    if (!make_memory(machine, options, error) || !open_kvm(machine, options->kvm, error) ||
        !make_vm(machine, options, error)) {
        return false;
    }
    run_bytes = mk_call(machine, machine->kvm, KVM_GET_VCPU_MMAP_SIZE, NULL);
    if (run_bytes < (int)sizeof(struct kvm_run)) {
        return mk_fail(error, MK_STATUS_HOST, "KVM's kvm_run has only %d bytes", run_bytes);
    }
    machine->run_bytes = (size_t)run_bytes;
    for (int i = 0; i < options->vcpus; i++) {
        if (!make_vcpu(machine, options, i, error)) {
            return false;
        }
    }
    return true;
}

void mk_machine_close(MkMachine *machine)
{
    for (int i = 0; i < machine->vcpus; i++) {
        if (machine->run[i]) {
            munmap(machine->run[i], machine->run_bytes);
        }
        close(machine->vcpu[i]);
    }
    if (machine->memory) {
        munmap(machine->memory, machine->memory_bytes);
    }
    if (machine->vm >= 0) {
        close(machine->vm);
    }
    if (machine->kvm >= 0) {
        close(machine->kvm);
    }
}
