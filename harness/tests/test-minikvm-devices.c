/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/devices.h"

#include <fcntl.h>
#include <unistd.h>

#include "guests/minikvm/ports.h"
#include "tests/check.h"
#include "tests/minikvm-fixture.h"

#define DATA_OFFSET 4096

static MkVcpu *vcpu;

/* Serves an access of `count` elements of `size` bytes; `data` is both ways. */
static MkEnd access_port(bool out, unsigned port, unsigned size, unsigned count, void *data)
{
    struct kvm_run *run = mk_fake_exit(vcpu, KVM_EXIT_IO);
    MkEnd end;

    run->io.direction = out ? KVM_EXIT_IO_OUT : KVM_EXIT_IO_IN;
    run->io.port = (uint16_t)port;
    run->io.size = (uint8_t)size;
    run->io.count = count;
    run->io.data_offset = DATA_OFFSET;
    memcpy((uint8_t *)run + DATA_OFFSET, data, (gsize)size * count);
    end = mk_serve_port(vcpu);
    memcpy(data, (uint8_t *)run + DATA_OFFSET, (gsize)size * count);
    return end;
}

static MkEnd call(uint8_t number)
{
    return access_port(true, MK_PORT_HYPERCALL, 1, 1, &number);
}

static void check_output(const char *text)
{
    cr_assert_eq(vcpu->console.kept_bytes, strlen(text));
    cr_assert_arr_eq(vcpu->console.kept, text, strlen(text));
}

static void setup(void)
{
    vcpu = mk_fake_vcpu();
}

TestSuite(minikvm_devices, .init = setup);

Test(minikvm_devices, serve_every_element_of_a_string_instruction)
{
    char bytes[] = "abc", words[] = "d_e_f_";

    cr_expect_eq(access_port(true, MK_PORT_UART, 1, 3, bytes), MK_END_NONE);
    cr_expect_eq(access_port(true, MK_PORT_UART, 2, 3, words), MK_END_NONE);
    check_output("abcdef");
}

Test(minikvm_devices, print_the_lower_byte_of_bx)
{
    mk_fake.regs.rbx = 0x1234567812345641;
    cr_expect_eq(call(MK_CALL_PUTCHAR), MK_END_NONE);
    check_output("A");
}

Test(minikvm_devices, print_by_the_al_of_a_wide_access)
{
    uint32_t value = 0xffffff00 | MK_CALL_PUTCHAR;

    mk_fake.regs.rbx = 'w';
    cr_expect_eq(access_port(true, MK_PORT_HYPERCALL, 4, 1, &value), MK_END_NONE);
    check_output("w");
}

Test(minikvm_devices, end_a_vcpu_without_its_registers)
{
    cr_expect_eq(call(MK_CALL_EXIT), MK_END_EXIT);
    cr_expect_eq(mk_fake_position(KVM_GET_REGS), -1);
}

Test(minikvm_devices, ignore_an_unknown_hypercall)
{
    cr_expect_eq(call(77), MK_END_NONE);
    cr_expect_eq(vcpu->console.bytes, 0);
}

Test(minikvm_devices, ask_for_no_registers_that_kvm_run_has)
{
    MkMachine machine = *vcpu->machine;
    struct kvm_run *run = machine.run[0];

    machine.sync_regs = true;
    vcpu->machine = &machine;
    mk_fake.regs.rbx = 'r';
    mk_fake.regs.rax = 0x1200000002;
    cr_expect_eq(call(MK_CALL_PUTCHAR), MK_END_NONE);
    check_output("r");
    cr_expect_eq(run->kvm_dirty_regs, 0, "PUTCHAR changes no register");
    cr_assert_eq(dup2(open("/dev/null", O_RDONLY), STDIN_FILENO), STDIN_FILENO);
    cr_expect_eq(call(MK_CALL_GETCHAR), MK_END_NONE);
    cr_expect_eq(run->s.regs.regs.rax, 0x120000ffff);
    cr_expect_eq(run->kvm_dirty_regs, KVM_SYNC_X86_REGS);
    cr_expect_eq(mk_fake.asks, 0);
}

Test(minikvm_devices, say_when_registers_cannot_be_had)
{
    mk_fake.refused_request = KVM_GET_REGS;
    mk_fake.refused_errno = 5;
    cr_expect_eq(call(MK_CALL_PUTCHAR), MK_END_RUN_FAILED);
    cr_expect_eq(vcpu->run_errno, 5);
}

Test(minikvm_devices, read_as_ones_where_nothing_is)
{
    uint32_t value = 0;
    struct kvm_run *run;

    cr_expect_eq(access_port(false, 0x1234, 4, 1, &value), MK_END_NONE);
    cr_expect_eq(value, 0xffffffff);
    run = mk_fake_exit(vcpu, KVM_EXIT_MMIO);
    run->mmio.len = 4;
    cr_expect_eq(mk_serve_memory(vcpu), MK_END_NONE);
    for (int i = 0; i < 4; i++) {
        cr_expect_eq(run->mmio.data[i], 0xff);
    }
}

Test(minikvm_devices, do_not_print_the_uarts_divisor)
{
    uint8_t line_control = 0x83, divisor = 'x', plain = 0x03, letter = 'y', sent = 0;

    access_port(true, MK_PORT_UART + 3, 1, 1, &line_control);
    access_port(true, MK_PORT_UART, 1, 1, &divisor);
    access_port(true, MK_PORT_UART + 3, 1, 1, &plain);
    access_port(true, MK_PORT_UART, 1, 1, &letter);
    access_port(false, MK_PORT_UART + 5, 1, 1, &sent);
    cr_expect_eq(sent & 0x60, 0x60, "the transmitter is always empty");
    check_output("y");
}

Test(minikvm_devices, print_by_vmcall_what_its_third_argument_says)
{
    struct kvm_run *run = mk_fake_exit(vcpu, KVM_EXIT_HYPERCALL);

    run->hypercall.args[2] = MK_CALL_PUTCHAR | 'v' << 8;
    cr_expect_eq(mk_serve_vmcall(vcpu), MK_END_NONE);
    check_output("v");
    run->hypercall.args[2] = MK_CALL_EXIT;
    cr_expect_eq(mk_serve_vmcall(vcpu), MK_END_EXIT);
}

Test(minikvm_console, finds_texts_across_all_that_is_written)
{
    MkOptions options = *vcpu->options;
    MkConsole console = {.options = &options, .stop = vcpu->stop};

    options.expect = (MkTexts){.text = {"aab", "zz"}, .count = 2};
    options.forbid = (MkTexts){.text = {"bc"}, .count = 1};
    for (int i = 0; i < 2000; i++) {
        mk_console_put(&console, i == 1500 ? 'b' : 'a');
        cr_assert_eq(console.expected, i >= 1500 ? 1u : 0u, "at byte %d", i);
    }
    mk_console_put(&console, 'b');
    cr_expect_eq(console.forbidden, 0);
    mk_console_put(&console, 'c');
    cr_expect_eq(console.forbidden, 1);
    cr_expect_eq(console.bytes, 2002);
    mk_console_free(&console);
}

Test(minikvm_console, keeps_no_more_than_a_mebibyte_and_counts_on)
{
    for (int i = 0; i < 3 * 512 * 1024; i++) {
        mk_console_put(&vcpu->console, (uint8_t)i);
    }
    cr_expect_eq(vcpu->console.kept_bytes, 1024 * 1024);
    cr_expect_eq(vcpu->console.bytes, 3 * 512 * 1024);
    cr_expect_not(vcpu->console.failed);
}

TestSuite(minikvm_console, .init = setup);

Test(minikvm_exit_kind, describes_port_and_memory_accesses)
{
    struct kvm_run *run = mk_fake_exit(vcpu, KVM_EXIT_IO);
    char text[120];

    run->io.direction = KVM_EXIT_IO_OUT;
    run->io.port = 0x500;
    run->io.size = 2;
    run->io.count = 3;
    run->io.data_offset = DATA_OFFSET;
    memcpy((uint8_t *)run + DATA_OFFSET, "\x01\xab", 2);
    mk_exit_describe(run, text, sizeof(text));
    cr_expect_str_eq(text, "out port=0x500 size=2 count=3 data=01ab");
    run = mk_fake_exit(vcpu, KVM_EXIT_MMIO);
    run->mmio.phys_addr = 0xfee00000;
    run->mmio.len = 4;
    mk_exit_describe(run, text, sizeof(text));
    cr_expect_str_eq(text, "mmio-read address=0xfee00000 size=4");
}

TestSuite(minikvm_exit_kind, .init = setup);
