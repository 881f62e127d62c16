/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/machine.h"

#include <errno.h>
#include <sys/mman.h>

#include "tests/check.h"
#include "tests/minikvm-fixture.h"

static char *folder, *image;
static MkMachine machine;
static MkOptions options;
static MkError error;

static void setup(void)
{
    g_autoptr(GError) failure = NULL;

    folder = check_folder();
    image = g_build_filename(folder, "image", NULL);
    g_file_set_contents(image, "\xf4", 1, &failure);
    check_no_error(failure);
    mk_fake = (MkFakeKvm){0};
    machine = (MkMachine){.call = mk_fake_ioctl};
    options = (MkOptions){
        .image = {image}, .images = 1, .vcpus = 1, .memory_bytes = 256 * 1024, .kvm = "/dev/null"};
}

static void teardown(void)
{
    mk_machine_close(&machine);
    g_free(image);
    check_folder_remove(folder);
}

TestSuite(minikvm_machine, .init = setup, .fini = teardown);

static void check_host_error(const char *text)
{
    cr_assert_not(mk_machine_open(&machine, &options, &error));
    cr_expect_eq(error.status, MK_STATUS_HOST);
    cr_expect(strstr(error.text, text), "\"%s\" is not in: %s", text, error.text);
}

Test(minikvm_machine, refuses_an_api_older_than_12)
{
    mk_fake.api_version = 11;
    check_host_error("API version 11, not 12");
}

Test(minikvm_machine, refuses_an_api_newer_than_12)
{
    mk_fake.api_version = 13;
    check_host_error("API version 13, not 12");
}

Test(minikvm_machine, makes_a_vm_although_signals_interrupt_it)
{
    mk_fake.refused_request = KVM_CREATE_VM;
    mk_fake.refused_errno = EINTR;
    mk_fake.refusals = 3;
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
}

Test(minikvm_machine, has_its_memory_before_interrupt_controllers)
{
    options.irqchip = true;
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    cr_expect_geq(mk_fake_position(KVM_SET_USER_MEMORY_REGION), 0);
    cr_expect_gt(mk_fake_position(KVM_CREATE_IRQCHIP),
                 mk_fake_position(KVM_SET_USER_MEMORY_REGION));
    cr_expect_gt(mk_fake_position(KVM_CREATE_VCPU), mk_fake_position(KVM_CREATE_IRQCHIP));
}

Test(minikvm_machine, has_interrupt_controllers_only_if_asked_for)
{
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    cr_expect_eq(mk_fake_position(KVM_CREATE_IRQCHIP), -1);
    cr_expect_eq(mk_fake_position(KVM_CREATE_PIT2), -1);
}

Test(minikvm_machine, keeps_what_vmx_needs_out_of_the_largest_memory)
{
    uint64_t largest = 2048UL * 1024 * 1024;

    options.mode = MK_MODE_LONG;
    options.memory_bytes = largest;
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    cr_expect_geq(mk_fake.identity_map, largest);
    cr_expect_geq(mk_fake.tss, mk_fake.identity_map + 4096, "one page is the identity map");
    cr_expect_leq(mk_fake.tss + 3 * 4096UL, 0xffffffff, "three pages are the TSS");
    cr_expect_lt(mk_fake_position(KVM_SET_IDENTITY_MAP_ADDR), mk_fake_position(KVM_CREATE_VCPU));
}

Test(minikvm_machine, says_where_32_bit_paging_is_forgotten)
{
    mk_fake.forgets_paging = true;
    options.mode = MK_MODE_PAGED;
    options.memory_bytes = 4 * 1024 * 1024;
    check_host_error("32-bit paging");
}

Test(minikvm_machine, makes_every_vcpu_runnable_beside_controllers)
{
    options.irqchip = true;
    options.vcpus = 4;
    options.memory_bytes = 1024 * 1024;
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    cr_expect_eq(mk_fake.runnable, 4);
}

Test(minikvm_machine, tells_each_vcpu_its_own_apic_number)
{
    options.cpuid = true;
    options.vcpus = 3;
    options.memory_bytes = 1024 * 1024;
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    cr_expect_eq(mk_fake.apic_of_last_vcpu, 2);
}

Test(minikvm_machine, has_registers_in_kvm_run_where_kvm_can_and_nobody_objects)
{
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    cr_expect_not(machine.sync_regs, "this KVM cannot");
    mk_machine_close(&machine);
    mk_fake.has_sync_regs = true;
    machine = (MkMachine){.call = mk_fake_ioctl};
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    cr_expect(machine.sync_regs);
    cr_expect_eq(machine.run[0]->kvm_valid_regs, KVM_SYNC_X86_REGS);
    mk_machine_close(&machine);
    options.no_sync_regs = true;
    machine = (MkMachine){.call = mk_fake_ioctl};
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    cr_expect_not(machine.sync_regs);
    cr_expect_eq(machine.run[0]->kvm_valid_regs, 0);
}

Test(minikvm_machine, divides_all_of_its_time_into_phases)
{
    int64_t begin_ns = mk_now_ns(), sum_ns = 0, all_ns;

    options.vcpus = 3;
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    all_ns = mk_now_ns() - begin_ns;
    for (int i = 0; i < MK_PHASES; i++) {
        cr_expect_gt(machine.phase_ns[i], 0, "phase %d", i);
        sum_ns += machine.phase_ns[i];
    }
    cr_expect_leq(sum_ns, all_ns);
}

/* Pages of `memory` that are there. */
static int present(const uint8_t *memory, size_t bytes)
{
    unsigned char pages[64];
    int count = 0;

    cr_assert_eq(mincore((void *)memory, bytes, pages), 0);
    for (size_t i = 0; i < bytes / 4096; i++) {
        count += pages[i] & 1;
    }
    return count;
}

Test(minikvm_machine, has_all_of_its_memory_at_once_only_if_asked_to)
{
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    cr_expect_lt(present(machine.memory, machine.memory_bytes), 64);
    mk_machine_close(&machine);
    options.prefault = true;
    machine = (MkMachine){.call = mk_fake_ioctl};
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    cr_expect_eq(present(machine.memory, machine.memory_bytes), 64);
}

Test(minikvm_machine, says_what_kvm_refuses)
{
    static const unsigned long requests[] = {
        KVM_CREATE_VM,
        KVM_SET_USER_MEMORY_REGION,
        KVM_SET_IDENTITY_MAP_ADDR,
        KVM_SET_TSS_ADDR,
        KVM_ENABLE_CAP,
        KVM_CREATE_IRQCHIP,
        KVM_CREATE_PIT2,
        KVM_CREATE_VCPU,
        KVM_SET_CPUID2,
        KVM_GET_SREGS,
        KVM_SET_SREGS,
        KVM_SET_REGS,
        KVM_SET_MP_STATE,
        KVM_SET_GUEST_DEBUG,
        KVM_GET_SUPPORTED_CPUID,
    };

    options.irqchip = options.cpuid = options.explain = options.vmcall = true;
    for (gsize i = 0; i < G_N_ELEMENTS(requests); i++) {
        mk_fake = (MkFakeKvm){.refused_request = requests[i], .refused_errno = EPERM};
        machine = (MkMachine){.call = mk_fake_ioctl};
        check_host_error("KVM refuses");
        cr_expect(strstr(error.text, g_strerror(EPERM)), "%s", error.text);
        mk_machine_close(&machine);
    }
    machine = (MkMachine){.kvm = -1, .vm = -1};
}

Test(minikvm_machine, reports_a_bad_image_before_it_asks_kvm)
{
    options.image[0] = "/nonexistent";
    cr_assert_not(mk_machine_open(&machine, &options, &error));
    cr_expect_eq(error.status, MK_STATUS_USAGE);
    cr_expect_eq(mk_fake.asks, 0);
}

Test(minikvm_machine, takes_an_image_that_just_fits_and_none_larger)
{
    g_autofree char *bytes = g_malloc0(256 * 1024 + 1);

    g_file_set_contents(image, bytes, 256 * 1024, NULL);
    cr_assert(mk_machine_open(&machine, &options, &error), "%s", error.text);
    mk_machine_close(&machine);
    machine = (MkMachine){.call = mk_fake_ioctl};
    g_file_set_contents(image, bytes, 256 * 1024 + 1, NULL);
    cr_assert_not(mk_machine_open(&machine, &options, &error));
    cr_expect(strstr(error.text, "too large"), "%s", error.text);
}
