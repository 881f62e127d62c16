/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where bytes go and come from, chosen once at the start. An image that was entered at its first
 * byte was loaded by mini-kvm, which has the hypercall port; a read would not tell, because that
 * port is for writing and reads as 0xFF, like one that does not exist. Otherwise it is the UART,
 * if its scratch register keeps what is written, or else QEMU's isa-debugcon, which says its own
 * number when it is read and has no input.
 */
#include "lib/io.h"
#include "minikvm/os/kernel.h"
#include "minikvm/ports.h"

#define UART_INTERRUPTS (MK_PORT_UART + 1)
#define UART_LINE_CONTROL (MK_PORT_UART + 3)
#define UART_MODEM (MK_PORT_UART + 4)
#define UART_LINE_STATUS (MK_PORT_UART + 5)
#define UART_SCRATCH (MK_PORT_UART + 7)
#define UART_8N1 0x03
#define UART_ON_INPUT 0x01
#define UART_MODEM_ON 0x0b /* ready, and its interrupts connected */
#define UART_HAS_INPUT 0x01
#define UART_EMPTY 0x20

#define DEBUGCON 0xe9

/* How to leave QEMU: isa-debug-exit, whose status is 2 * value + 1; if it is not there the keyboard
 * controller's reset, which -no-reboot turns into an end. */
#define DEBUG_EXIT 0xf4
#define DEBUG_EXIT_FAILED 1
#define KEYBOARD 0x64
#define KEYBOARD_RESET 0xfe

static enum { NOWHERE, HYPERCALL, UART, DEBUG } device;

void console_init(bool flat)
{
    if (flat) {
        device = HYPERCALL;
        return;
    }
    io_out8(UART_SCRATCH, 0x5a);
    if (io_in8(UART_SCRATCH) == 0x5a) {
        device = UART;
        /* Without its FIFOs: to switch them on empties them, of input that is already there,
         * too. */
        io_out8(UART_LINE_CONTROL, UART_8N1);
        io_out8(UART_MODEM, UART_MODEM_ON);
        io_out8(UART_INTERRUPTS, UART_ON_INPUT);
    } else if (io_in8(DEBUGCON) == DEBUGCON) {
        device = DEBUG;
    }
}

/* Few instructions a byte, for the sake of KVMs that emulate them. */
static void write_hypercalls(const uint8_t *bytes, uintptr_t count)
{
    for (uintptr_t i = 0; i < count; i++) {
        __asm__ volatile("outb %b0, %w2"
                         :
                         : "a"(MK_CALL_PUTCHAR), "b"((uintptr_t)bytes[i]), "d"(MK_PORT_HYPERCALL)
                         : "memory");
    }
}

void console_write(const uint8_t *bytes, uintptr_t count)
{
    if (device == HYPERCALL) {
        write_hypercalls(bytes, count);
        return;
    }
    for (uintptr_t i = 0; i < count; i++) {
        while (device == UART && !(io_in8(UART_LINE_STATUS) & UART_EMPTY)) {
        }
        io_out8(device == UART ? MK_PORT_UART : DEBUGCON, bytes[i]);
    }
}

void console_text(const char *text)
{
    uintptr_t count = 0;

    while (text[count]) {
        count++;
    }
    console_write((const uint8_t *)text, count);
}

void console_hex(uint32_t value)
{
    console_text("0x");
    for (int shift = 28; shift >= 0; shift -= 4) {
        console_write((const uint8_t *)&"0123456789abcdef"[value >> shift & 15], 1);
    }
}

int console_get(void)
{
    uintptr_t result = MK_CALL_GETCHAR;

    if (device == HYPERCALL) {
        __asm__ volatile("outb %b0, %w1" : "+a"(result) : "d"(MK_PORT_HYPERCALL) : "memory");
        return (result & 0xffff) == 0xffff ? -1 : (int)(result & 0xff);
    }
    if (device != UART) {
        return -1;
    }
    while (!(io_in8(UART_LINE_STATUS) & UART_HAS_INPUT)) {
        irq_wait();
    }
    return io_in8(MK_PORT_UART);
}

/* No handler for an exception, not even for the one that this is: the processor shuts down. */
static void shut_down(void) __attribute__((noreturn));
static void shut_down(void)
{
    static const uint8_t no_table[10];

    __asm__ volatile("lidt %0; ud2" : : "m"(no_table));
    __builtin_unreachable();
}

void console_end(bool failed)
{
    if (device == HYPERCALL && !failed) {
        io_out8(MK_PORT_HYPERCALL, MK_CALL_EXIT);
    } else if (device != HYPERCALL) {
        if (failed) {
            io_out8(DEBUG_EXIT, DEBUG_EXIT_FAILED);
        }
        io_out8(KEYBOARD, KEYBOARD_RESET);
    }
    shut_down();
}
