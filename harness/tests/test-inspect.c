/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked of a running VM, with a stand-in for QEMU: see fake-qemu.h. */
#include "vm/inspect.h"

#include "tests/check.h"
#include "tests/fake-qemu.h"

static char *folder; /* of this test, and the VM's run folder */

static void set_up(void)
{
    folder = check_folder();
}

static void tear_down(void)
{
    check_folder_remove(folder);
}

TestSuite(inspect, .init = set_up, .fini = tear_down, .timeout = 60);

static SyVm *started(const char *behaviour)
{
    SyVmConfig config = {.qemu = FAKE_QEMU_PATH};
    GError *error = NULL;
    SyVm *vm;

    g_setenv(FAKE_QEMU_VARIABLE, behaviour, TRUE);
    vm = sy_vm_start(&config, folder, &error);
    check_no_error(error);
    return vm;
}

static bool in_folder(const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

Test(inspect, vcpus_come_sorted_by_index_with_their_threads)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_GOOD);
    GError *error = NULL;
    g_autoptr(GArray) vcpus = sy_vm_vcpu_tids(vm, &error);

    check_no_error(error);
    cr_assert_eq(vcpus->len, 2);
    for (guint i = 0; i < 2; i++) {
        const SyVcpu *vcpu = &g_array_index(vcpus, SyVcpu, i);

        cr_assert_eq(vcpu->cpu_index, (int)i);
        cr_assert_eq(vcpu->thread_id, 1001 + (int)i);
        cr_assert_str_eq(vcpu->qom_path, i ? "/b" : "/a");
    }
}

Test(inspect, guest_memory_is_read_and_its_file_removed)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_GOOD);
    const gsize size = 100000;
    g_autofree guint8 *buffer = g_malloc0(size);
    GError *error = NULL;

    cr_assert(sy_vm_read_memory(vm, 0x200003, size, buffer, &error));
    for (gsize i = 0; i < size; i++) {
        cr_assert_eq(buffer[i], (guint8)((0x200003 + i) * 7));
    }
    cr_assert_not(in_folder("memory.bin"));
}

Test(inspect, guest_memory_file_of_the_wrong_size_is_an_error)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_SHORT_MEMORY);
    char buffer[64];
    GError *error = NULL;

    cr_assert_not(sy_vm_read_memory(vm, 0, sizeof(buffer), buffer, &error));
    check_error(error, SY_ERROR_IO, "does not have the 64 bytes");
    cr_assert_not(in_folder("memory.bin"));
}

Test(inspect, guest_memory_size_is_bounded)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_GOOD);
    char buffer[1];
    GError *error = NULL;

    cr_assert_not(sy_vm_read_memory(vm, 0, 0, buffer, &error));
    check_error(error, SY_ERROR_USAGE, "0 bytes");
    cr_assert_not(sy_vm_read_memory(vm, 0, SY_VM_READ_MEMORY_MAX_BYTES + 1, buffer, &error));
    check_error(error, SY_ERROR_USAGE, "16 MiB");
    cr_assert_not(sy_vm_read_memory(vm, G_MAXUINT64, 1, buffer, &error));
    check_error(error, SY_ERROR_USAGE, "0xffffffffffffffff");
}

Test(inspect, build_is_told_from_version_and_stamp)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_GOOD);
    GError *error = NULL;
    g_autoptr(SyVmBuild) build = sy_vm_query_build(vm, &error);

    check_no_error(error);
    cr_assert_str_eq(build->version, "10.0.13");
    cr_assert_str_eq(build->release, "10.0");
    cr_assert_str_eq(sy_vm_build_flavor(build), "stock");
    cr_assert_str_eq(build->stamp->upstream, "1:10.0.13");
    cr_assert_str_eq(build->stamp->configure, "--x");
}

Test(inspect, missing_command_is_unavailable_and_says_how_to_get_it)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_GOOD);
    GError *error = NULL;

    cr_assert(sy_vm_has_command(vm, "query-status", &error));
    cr_assert_not(sy_vm_has_command(vm, "kvm-throttle-set", &error));
    check_error(error, SY_ERROR_UNAVAILABLE,
                "flavor stock) has no QMP command kvm-throttle-set: it was built without "
                "Steelyard's mods, or with older ones; `make qemu REL=10.0 FLAVOR=modded`");
}

Test(inspect, replies_of_another_form_are_protocol_errors)
{
    g_autoptr(SyVm) vm = started(FAKE_QEMU_ODD_REPLIES);
    GError *error = NULL;

    cr_assert_not(sy_vm_check(vm, &error));
    check_error(error, SY_ERROR_PROTOCOL, "query-status");
    cr_assert_null(sy_vm_vcpu_tids(vm, &error));
    check_error(error, SY_ERROR_PROTOCOL, "query-cpus-fast");
    cr_assert_null(sy_vm_query_build(vm, &error));
    check_error(error, SY_ERROR_PROTOCOL, "query-version");
    cr_assert_not(sy_vm_has_command(vm, "x", &error));
    check_error(error, SY_ERROR_PROTOCOL, "query-commands");
}
