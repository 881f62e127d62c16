/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "guests/minikvm/ports.h"
#include "workloads/minikvm/vmm/image.h"
#include "workloads/minikvm/vmm/mode.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* musl does not name it */
#endif

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

/* Guest memory begins here unless something else is there: at a boundary of huge pages. */
#define MEMORY_AT 0x100000000000UL

int64_t mk_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

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

/* mk_call() of what KVM may only refuse or grant. */
static bool ask(const MkMachine *machine, int fd, unsigned long request, void *argument,
                const char *what, MkError *error)
{
    return mk_call(machine, fd, request, argument) >= 0 || refused(error, what);
}

/* Counts the time since the last call as that of `phase`. */
static void end_phase(MkMachine *machine, MkPhase phase)
{
    int64_t now_ns = mk_now_ns();

    machine->phase_ns[phase] += now_ns - machine->lap_ns;
    machine->lap_ns = now_ns;
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
    end_phase(machine, MK_PHASE_OPEN);
    return true;
}

static bool make_memory(MkMachine *machine, const MkOptions *options, MkError *error)
{
    void *memory = mmap((void *)MEMORY_AT, options->memory_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    int images = options->mode == MK_MODE_REAL ? options->vcpus : 1;

    if (memory == MAP_FAILED) {
        return mk_fail(error, MK_STATUS_HOST, "%zu bytes of memory: %s", options->memory_bytes,
                       strerror(errno));
    }
    machine->memory = memory;
    machine->memory_bytes = options->memory_bytes;
    /* In this order: what is there already does not become a huge page. */
    if ((options->huge && madvise(memory, options->memory_bytes, MADV_HUGEPAGE) < 0) ||
        (options->prefault && madvise(memory, options->memory_bytes, MADV_POPULATE_WRITE) < 0)) {
        return mk_fail(error, MK_STATUS_HOST, "%zu bytes of memory by --huge or --prefault: %s",
                       options->memory_bytes, strerror(errno));
    }
    for (int i = 0; i < images; i++) {
        if (!mk_image_load(options->image[options->images > 1 ? i : 0],
                           machine->memory + mk_mode_origin(options, i), mk_mode_room(options),
                           error)) {
            return false;
        }
    }
    mk_mode_tables(options, machine->memory);
    end_phase(machine, MK_PHASE_MEMORY);
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
    struct kvm_ioeventfd bell = {.addr = MK_PORT_BELL, .len = 1, .flags = KVM_IOEVENTFD_FLAG_PIO};
    struct kvm_enable_cap hypercalls = {
        .cap = KVM_CAP_EXIT_HYPERCALL,
        .args = {1UL << HC_MAP_GPA_RANGE},
    };
    const struct {
        bool wanted;
        MkPhase phase;
        unsigned long request;
        void *argument;
        const char *what;
    } steps[] = {
        {true, MK_PHASE_MEMORY, KVM_SET_USER_MEMORY_REGION, &region, "guest memory"},
        {true, MK_PHASE_VM, KVM_SET_IDENTITY_MAP_ADDR, &identity_map, "an identity map's address"},
        {true, MK_PHASE_VM, KVM_SET_TSS_ADDR, (void *)TSS, "the address of a TSS"},
        {options->irqchip, MK_PHASE_VM, KVM_CREATE_IRQCHIP, NULL, "interrupt controllers"},
        {options->irqchip, MK_PHASE_VM, KVM_CREATE_PIT2, &pit, "a timer"},
        {options->ioeventfd, MK_PHASE_VM, KVM_IOEVENTFD, &bell, "an eventfd on a port"},
        {options->vmcall, MK_PHASE_VM, KVM_ENABLE_CAP, &hypercalls,
         "to hand on hypercalls (--vmcall)"},
    };

    bell.fd = options->ioeventfd ? eventfd(0, EFD_CLOEXEC) : -1;
    machine->vm = mk_call(machine, machine->kvm, KVM_CREATE_VM, NULL);
    if (machine->vm < 0) {
        return refused(error, "to make a VM");
    }
    end_phase(machine, MK_PHASE_VM);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (steps[i].wanted &&
            !ask(machine, machine->vm, steps[i].request, steps[i].argument, steps[i].what, error)) {
            return false;
        }
        end_phase(machine, steps[i].phase);
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

    if (!ask(machine, fd, KVM_GET_SREGS, &sregs, "to tell its special registers", error)) {
        return false;
    }
    mk_mode_registers(options, id, &sregs, &regs);
    if (!ask(machine, fd, KVM_SET_SREGS, &sregs, "the special registers of this mode", error) ||
        !ask(machine, fd, KVM_SET_REGS, &regs, "the registers of this mode", error)) {
        return false;
    }
    /* Page-table based KVM accepts 32-bit paging, and forgets it. */
    if (sregs.cr0 & CR0_PG &&
        (mk_call(machine, fd, KVM_GET_SREGS, &taken) < 0 || !(taken.cr0 & CR0_PG))) {
        return mk_fail(error, MK_STATUS_HOST,
                       "KVM refuses %s paging: CR0.PG reads back as 0; try the virtual lab host",
                       options->mode == MK_MODE_PAGED ? "32-bit" : "64-bit");
    }
    /* With controllers in the kernel all vCPUs but the first would wait for a start-up IPI. */
    return !options->irqchip ||
           ask(machine, fd, KVM_SET_MP_STATE, &runnable, "to make a vCPU runnable", error);
}

static bool single_step(MkMachine *machine, int id, MkError *error)
{
    struct kvm_guest_debug debug = {.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP};

    return ask(machine, machine->vcpu[id], KVM_SET_GUEST_DEBUG, &debug,
               "to single-step (--explain)", error);
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
    machine->run[id]->kvm_valid_regs = machine->sync_regs ? KVM_SYNC_X86_REGS : 0;
    end_phase(machine, MK_PHASE_VCPU);
    if ((options->cpuid && !set_cpuid(machine, id, error)) ||
        !set_registers(machine, options, id, error) ||
        (options->explain && !single_step(machine, id, error))) {
        return false;
    }
    end_phase(machine, MK_PHASE_REGISTERS);
    return true;
}

bool mk_machine_open(MkMachine *machine, const MkOptions *options, MkError *error)
{
    int run_bytes;

    machine->kvm = machine->vm = -1;
    machine->lap_ns = mk_now_ns();
    /* The images first: what is wrong with them is told on every host. */
    if (!make_memory(machine, options, error) || !open_kvm(machine, options->kvm, error) ||
        !make_vm(machine, options, error)) {
        return false;
    }
    machine->sync_regs =
        !options->no_sync_regs &&
        mk_call(machine, machine->kvm, KVM_CHECK_EXTENSION, (void *)KVM_CAP_SYNC_REGS) > 0;
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
    munmap(machine->memory, machine->memory_bytes);
    close(machine->vm);
    close(machine->kvm);
}
