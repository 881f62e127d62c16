/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib/gstdio.h>
#include <signal.h>
#include <unistd.h>

#include "tests/check.h"
#include "workloads/minikvm/phases.h"
#include "workloads/minikvm/starter.h"

Test(minikvm_rom, has_the_guest_where_a_processor_begins)
{
    static const char code[17] = "0123456789abcdef";
    g_autoptr(GBytes) rom = starter_rom(code, 16);
    gsize bytes;
    const char *data = g_bytes_get_data(rom, &bytes);

    cr_expect_eq(bytes, 65536, "QEMU takes whole multiples of 64 KiB");
    cr_expect_arr_eq(data + 0xfff0, code, 16);
    cr_expect_null(starter_rom(code, 17), "it would not fit");
}

static SyRunEnv env;
static SyCase fixture;
static Starter *starter;
static GError *error;

/* A VMM that is a shell script. */
static void setup(void)
{
    static char *no_firmware[] = {NULL};
    g_autofree char *folder = NULL, *image = NULL;

    fixture.dir = check_folder();
    folder = g_build_filename(fixture.dir, "minikvm", NULL);
    image = g_build_filename(folder, "first-byte.bin", NULL);
    env = (SyRunEnv){.guests_dir = fixture.dir, .firmware = no_firmware};
    env.mini_kvm = g_build_filename(fixture.dir, "vmm", NULL);
    env.qemu = env.mini_kvm;
    fixture.env = &env;
    cr_assert_eq(g_mkdir(folder, 0700), 0);
    cr_assert(g_file_set_contents(image, "guest", -1, NULL));
}

static void write_vmm(const char *script)
{
    g_autofree char *text = g_strconcat("#!/bin/sh\n", script, NULL);

    cr_assert(
        g_file_set_contents_full(env.mini_kvm, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    starter = starter_new(&fixture, &error);
    check_no_error(error);
}

static void teardown(void)
{
    starter_free(starter);
    g_free(env.mini_kvm);
    check_folder_remove(fixture.dir);
}

TestSuite(minikvm_starter, .init = setup, .fini = teardown);

Test(minikvm_starter, waits_for_the_byte_and_leaves_the_vmm_running)
{
    double us = 0;
    SyChild *child;
    pid_t pid;

    write_vmm("sleep 0.05; echo; exec sleep 60\n");
    child = starter_start(starter, STARTER_MINI_KVM, 1, &us, &error);
    check_no_error(error);
    cr_expect_geq(us, 50000);
    cr_expect(sy_child_alive(child));
    pid = sy_child_pid(child);
    sy_child_free(child);
    cr_expect_eq(kill(pid, 0), -1, "it ends with its child");
}

Test(minikvm_starter, starts_again_and_again)
{
    write_vmm("echo; echo; exec sleep 60\n");
    for (int i = 0; i < 5; i++) {
        double us = 0;
        g_autoptr(SyChild) child = starter_start(starter, STARTER_MINI_KVM, 2, &us, &error);

        check_no_error(error);
        cr_expect_gt(us, 0);
    }
}

Test(minikvm_starter, says_how_a_vmm_ended_that_wrote_nothing)
{
    double us = 0;

    write_vmm("exit 3\n");
    cr_expect_null(starter_start(starter, STARTER_MINI_KVM, 1, &us, &error));
    check_error(error, SY_ERROR_DIED,
                "mini-kvm: it ended before its guest's first byte: exit status 3");
}

Test(minikvm_starter, quotes_what_is_no_guests_byte)
{
    double us = 0;

    write_vmm("echo oh no; exec sleep 60\n");
    cr_expect_null(starter_start(starter, STARTER_MINI_KVM, 1, &us, &error));
    check_error(error, SY_ERROR_PROTOCOL, "mini-kvm wrote: oh no");
}

Test(minikvm_starter, quotes_what_qemu_said)
{
    double us = 0;

    write_vmm("echo cannot >&2; exit 1\n");
    cr_expect_null(starter_start(starter, STARTER_QEMU_KVM, 1, &us, &error));
    check_error(error, SY_ERROR_DIED, "qemu-kvm: cannot; it ended before");
}

Test(minikvm_starter, gives_qemu_its_rom_and_a_way_to_write)
{
    double us = 0;
    g_autoptr(SyChild) child = NULL;

    /* Finds the FIFO among its words, and the ROM behind -bios. */
    write_vmm(
        "for word; do case $word in file,*) fifo=${word##*path=};; esac; last=$word; done\n"
        "[ \"$(tail -c 16 \"$last\" | head -c 5)\" = guest ] && echo >\"$fifo\"; exec sleep 60\n");
    child = starter_start(starter, STARTER_QEMU_TCG, 1, &us, &error);
    check_no_error(error);
    cr_expect_gt(us, 0);
}

Test(minikvm_starter, says_which_machine_this_qemu_has_not)
{
    g_autofree char *missing = NULL;

    write_vmm("echo 'Supported machines are:'; echo 'pc  Standard PC'; echo 'microvmx  another'\n");
    cr_expect_null(starter_missing(starter, STARTER_MINI_KVM));
    cr_expect_null(starter_missing(starter, STARTER_QEMU_KVM));
    missing = starter_missing(starter, STARTER_QEMU_MICROVM);
    cr_expect_str_eq(missing, "n/a: this QEMU has no machine microvm (-machine help)");
}

Test(minikvm_starter, refuses_a_guest_that_does_not_fit)
{
    g_autofree char *image = g_build_filename(fixture.dir, "minikvm", "first-byte.bin", NULL);

    write_vmm("exit 0\n");
    cr_assert(g_file_set_contents(image, "seventeen bytes!!", -1, NULL));
    cr_expect_null(starter_new(&fixture, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "17 bytes, more than the 16");
}

Test(minikvm_phases, are_read_and_add_up)
{
    Phases phases;
    double sum = 0;

    cr_assert(phases_parse("{\"first_exit_ns\": 9000, \"phase_ns\": {\"open\": 1000, \"vm\": 2000, "
                           "\"memory\": 500, \"vcpu\": 1500, \"registers\": 0, \"run\": 3000}}\n",
                           &phases, &error));
    cr_expect_eq(phases.first_exit_us, 9);
    cr_expect_eq(phases.phase_us[3], 1.5);
    for (guint i = 0; i < PHASES; i++) {
        sum += phases.phase_us[i];
    }
    cr_expect_eq(sum, 9);
}

Test(minikvm_phases, that_cannot_be_are_refused)
{
    static const char *const texts[] = {
        "",
        "{}",
        "{\"first_exit_ns\": null, \"phase_ns\": {}}",
        "{\"first_exit_ns\": 5, \"phase_ns\": {\"open\": 1, \"vm\": 1, \"memory\": 1, \"vcpu\": 1, "
        "\"registers\": 1}}",
        "{\"first_exit_ns\": 5, \"phase_ns\": {\"open\": -1, \"vm\": 1, \"memory\": 1, \"vcpu\": "
        "1, "
        "\"registers\": 1, \"run\": 1}}",
        "{\"first_exit_ns\": 5, \"phase_ns\": {\"open\": 1, \"vm\": 1, \"memory\": 1, \"vcpu\": 1, "
        "\"registers\": 1, \"run\": 1}}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        Phases phases;

        error = NULL;
        cr_expect_not(phases_parse(texts[i], &phases, &error), "%s", texts[i]);
        check_error(error, SY_ERROR_PROTOCOL, "no phases");
    }
}
