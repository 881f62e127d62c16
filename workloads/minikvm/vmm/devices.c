/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/devices.h"

#include <errno.h>
#include <string.h>

#include "guests/minikvm/ports.h"

/* Registers of a 16550, from its first port on. With DLAB set the first two are the divisor. */
enum {
    UART_DATA,
    UART_INTERRUPTS,
    UART_FIFO,
    UART_LINE_CONTROL,
    UART_MODEM,
    UART_LINE_STATUS,
    UART_MODEM_STATUS,
    UART_SCRATCH,
    UART_PORTS
};
#define UART_DLAB 0x80
#define UART_SENT 0x60 /* the transmitter is always empty */
#define UART_HAS_INPUT 0x01

static struct kvm_run *run_of(const MkVcpu *vcpu)
{
    return vcpu->machine->run[vcpu->id];
}

/* Fetches a byte for the UART's holding register, if there is one. */
static void receive(MkVcpu *vcpu)
{
    MkUart *uart = &vcpu->uart;

    if (!uart->has_input && !uart->at_end && mk_console_ready(&vcpu->console)) {
        MkInput got = mk_console_get(&vcpu->console, &uart->input);

        uart->has_input = got == MK_INPUT_BYTE;
        uart->at_end = got == MK_INPUT_END;
    }
}

static void uart_write(MkVcpu *vcpu, unsigned reg, uint8_t value)
{
    MkUart *uart = &vcpu->uart;

    if (reg == UART_DATA && !(uart->line_control & UART_DLAB)) {
        mk_console_put(&vcpu->console, value);
    } else if (reg == UART_LINE_CONTROL) {
        uart->line_control = value;
    } else if (reg == UART_SCRATCH) {
        uart->scratch = value;
    }
}

static uint8_t uart_read(MkVcpu *vcpu, unsigned reg)
{
    MkUart *uart = &vcpu->uart;

    switch (reg) {
    case UART_DATA:
        if (uart->line_control & UART_DLAB) {
            return 1;
        }
        receive(vcpu);
        if (!uart->has_input) {
            return 0;
        }
        uart->has_input = false;
        return uart->input;
    case UART_FIFO:
        return 1; /* no interrupt is pending */
    case UART_LINE_CONTROL:
        return uart->line_control;
    case UART_LINE_STATUS:
        receive(vcpu);
        return UART_SENT | (uart->has_input ? UART_HAS_INPUT : 0);
    case UART_MODEM_STATUS:
        return 0xb0; /* a terminal is there and ready */
    case UART_SCRATCH:
        return uart->scratch;
    default:
        return 0;
    }
}

/* Hypercall `number`; `byte` is the argument of PUTCHAR, and *result that of GETCHAR. */
static MkEnd hypercall(MkVcpu *vcpu, uint8_t number, uint8_t byte, uint64_t *result)
{
    MkInput got;

    switch (number) {
    case MK_CALL_EXIT:
        return MK_END_EXIT;
    case MK_CALL_PUTCHAR:
        mk_console_put(&vcpu->console, byte);
        return MK_END_NONE;
    case MK_CALL_GETCHAR:
        got = mk_console_get(&vcpu->console, &byte);
        *result = got == MK_INPUT_BYTE ? byte : 0xffff;
        return got == MK_INPUT_STOPPED ? (MkEnd)*vcpu->stop : MK_END_NONE;
    default:
        return MK_END_NONE; /* an unknown one does nothing */
    }
}

/* One by OUT, whose arguments and result are in registers: in kvm_run, where KVM keeps them there,
 * else KVM is asked for them. EXIT needs none. */
static MkEnd hypercall_by_port(MkVcpu *vcpu, uint8_t number)
{
    const MkMachine *machine = vcpu->machine;
    struct kvm_run *run = run_of(vcpu);
    bool synced = machine->sync_regs;
    struct kvm_regs asked = {0}, *regs = synced ? &run->s.regs.regs : &asked;
    int fd = machine->vcpu[vcpu->id];
    uint64_t result = UINT64_MAX;
    MkEnd end = MK_END_RUN_FAILED;

    if (synced || number == MK_CALL_EXIT || mk_call(machine, fd, KVM_GET_REGS, regs) == 0) {
        end = hypercall(vcpu, number, (uint8_t)regs->rbx, &result);
    }
    if (end == MK_END_NONE && result != UINT64_MAX) {
        regs->rax = (regs->rax & ~0xffffULL) | result;
        run->kvm_dirty_regs = synced ? KVM_SYNC_X86_REGS : 0;
        if (!synced && mk_call(machine, fd, KVM_SET_REGS, regs) < 0) {
            end = MK_END_RUN_FAILED;
        }
    }
    vcpu->run_errno = end == MK_END_RUN_FAILED ? errno : 0;
    return end;
}

/* One element of a port access. A wide access reaches the neighbouring registers, too, as on the
 * bus of a PC. */
static MkEnd serve_element(MkVcpu *vcpu, bool out, unsigned port, unsigned size, uint8_t *data)
{
    if (port == MK_PORT_HYPERCALL && out) {
        return hypercall_by_port(vcpu, data[0]);
    }
    for (unsigned i = 0; i < size; i++) {
        unsigned reg = port + i - MK_PORT_UART; /* huge for a port below */

        if (reg < UART_PORTS && out) {
            uart_write(vcpu, reg, data[i]);
        } else if (!out) {
            data[i] = reg < UART_PORTS ? uart_read(vcpu, reg) : 0xff;
        }
    }
    return MK_END_NONE;
}

MkEnd mk_serve_port(MkVcpu *vcpu)
{
    struct kvm_run *run = run_of(vcpu);
    bool out = run->io.direction == KVM_EXIT_IO_OUT;
    uint8_t *data = (uint8_t *)run + run->io.data_offset;
    MkEnd end = MK_END_NONE;

    /* All elements of a string instruction are here at once. */
    for (uint32_t i = 0; i < run->io.count && end == MK_END_NONE; i++) {
        end = serve_element(vcpu, out, run->io.port, run->io.size, data + i * run->io.size);
    }
    return end;
}

MkEnd mk_serve_memory(MkVcpu *vcpu)
{
    struct kvm_run *run = run_of(vcpu);

    if (!run->mmio.is_write) {
        memset(run->mmio.data, 0xff, sizeof(run->mmio.data));
    }
    return MK_END_NONE;
}

/*
 * KVM hands on the hypercall KVM_HC_MAP_GPA_RANGE alone. Its third argument, of which KVM has no
 * opinion, has the number in AL's place and the byte of PUTCHAR in that of BL, 8 bits higher. The
 * result is GETCHAR's.
 */
MkEnd mk_serve_vmcall(MkVcpu *vcpu)
{
    struct kvm_run *run = run_of(vcpu);
    uint64_t what = run->hypercall.args[2], result = 0;
    MkEnd end = hypercall(vcpu, (uint8_t)what, (uint8_t)(what >> 8), &result);

    run->hypercall.ret = result;
    return end;
}
