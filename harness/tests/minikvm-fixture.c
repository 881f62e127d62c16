/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/minikvm-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RUN_BYTES 12288
#define CR0_PG (1UL << 31)

MkFakeKvm mk_fake;

static int new_file(void)
{
    int fd = memfd_create("fake-kvm", MFD_CLOEXEC);

    return fd >= 0 && ftruncate(fd, RUN_BYTES) == 0 ? fd : -1;
}

static void tell_cpuid(struct kvm_cpuid2 *cpuid)
{
    cpuid->nent = 1;
    cpuid->entries[0] = (struct kvm_cpuid_entry2){.function = 1, .ebx = 0x77000800};
}

static int answer(unsigned long request, void *argument)
{
    switch (request) {
    case KVM_GET_API_VERSION:
        return mk_fake.api_version ? mk_fake.api_version : KVM_API_VERSION;
    case KVM_CHECK_EXTENSION:
        return mk_fake.has_sync_regs && (uintptr_t)argument == KVM_CAP_SYNC_REGS ? 7 : 0;
    case KVM_GET_VCPU_MMAP_SIZE:
        return RUN_BYTES;
    case KVM_CREATE_VM:
    case KVM_CREATE_VCPU:
        return new_file();
    case KVM_SET_TSS_ADDR:
        mk_fake.tss = (uintptr_t)argument;
        return 0;
    case KVM_SET_IDENTITY_MAP_ADDR:
        memcpy(&mk_fake.identity_map, argument, sizeof(mk_fake.identity_map));
        return 0;
    case KVM_SET_MP_STATE:
        mk_fake.runnable += ((struct kvm_mp_state *)argument)->mp_state == KVM_MP_STATE_RUNNABLE;
        return 0;
    case KVM_GET_SUPPORTED_CPUID:
        tell_cpuid(argument);
        return 0;
    case KVM_SET_CPUID2:
        mk_fake.apic_of_last_vcpu = ((struct kvm_cpuid2 *)argument)->entries[0].ebx >> 24;
        return 0;
    case KVM_SET_SREGS:
        memcpy(&mk_fake.sregs, argument, sizeof(mk_fake.sregs));
        if (mk_fake.forgets_paging) {
            mk_fake.sregs.cr0 &= ~CR0_PG;
        }
        return 0;
    case KVM_GET_SREGS:
        memcpy(argument, &mk_fake.sregs, sizeof(mk_fake.sregs));
        return 0;
    case KVM_SET_REGS:
        memcpy(&mk_fake.regs, argument, sizeof(mk_fake.regs));
        return 0;
    case KVM_GET_REGS:
        memcpy(argument, &mk_fake.regs, sizeof(mk_fake.regs));
        return 0;
    case KVM_RUN:
        errno = EIO;
        return mk_fake.run ? mk_fake.run() : -1;
    default:
        return 0;
    }
}

int mk_fake_ioctl(int fd, unsigned long request, void *argument)
{
    (void)fd;
    if (mk_fake.asks < (int)G_N_ELEMENTS(mk_fake.asked)) {
        mk_fake.asked[mk_fake.asks++] = request;
    }
    if (request == mk_fake.refused_request) {
        if (mk_fake.refusals > 0 && --mk_fake.refusals == 0) {
            mk_fake.refused_request = 0;
        }
        errno = mk_fake.refused_errno;
        return -1;
    }
    return answer(request, argument);
}

int mk_fake_position(unsigned long request)
{
    for (int i = 0; i < mk_fake.asks; i++) {
        if (mk_fake.asked[i] == request) {
            return i;
        }
    }
    return -1;
}

static void ignore(MkEnd end)
{
    (void)end;
}

MkVcpu *mk_fake_vcpu(void)
{
    static union {
        struct kvm_run run;
        uint8_t bytes[RUN_BYTES];
    } page;
    static MkOptions options;
    static MkMachine machine;
    static MkVcpu vcpu;
    static int stop;

    mk_console_free(&vcpu.console);
    mk_fake = (MkFakeKvm){0};
    memset(&page, 0, sizeof(page));
    stop = 0;
    options = (MkOptions){.vcpus = 1, .images = 1, .json = true, .memory_bytes = 256 * 1024};
    machine = (MkMachine){.call = mk_fake_ioctl, .run_bytes = RUN_BYTES, .vcpus = 1};
    machine.run[0] = &page.run;
    vcpu = (MkVcpu){
        .machine = &machine,
        .options = &options,
        .stop = &stop,
        .stop_all = ignore,
        .console = {.options = &options, .stop = &stop},
    };
    return &vcpu;
}

struct kvm_run *mk_fake_exit(MkVcpu *vcpu, unsigned exit_reason)
{
    struct kvm_run *run = vcpu->machine->run[0];

    memset(run, 0, vcpu->machine->run_bytes);
    run->exit_reason = exit_reason;
    run->s.regs.regs = mk_fake.regs;
    return run;
}
