/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's parts, one section for each file. */
#ifndef MINIKVM_OS_KERNEL_H
#define MINIKVM_OS_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "minikvm/os/abi.h"

/* ---- main.c */

/* Ends the machine with a line that says what is wrong. */
void panic(const char *what) __attribute__((noreturn));

/* ---- console.c */

/* Finds the devices to write to and read from. `flat`: mini-kvm loaded this image, as against a
 * multiboot loader. */
void console_init(bool flat);

void console_write(const uint8_t *bytes, uintptr_t count);
void console_text(const char *text);
void console_hex(uint32_t value);

/* Waits for a byte; -1 at the end of the input. */
int console_get(void);

/* Ends the machine, as one that has failed or not. */
void console_end(bool failed) __attribute__((noreturn));

/* ---- trap.c, trap.S */

/* The registers of whoever was interrupted, as trap.S pushes them. */
struct frame {
#ifdef __x86_64__
    uintptr_t r15, r14, r13, r12, r11, r10, r9, r8;
#else
    uintptr_t ds, es;
#endif
    uintptr_t di, si, bp, bx, dx, cx, ax;
    uintptr_t vector, error;
    uintptr_t ip, cs, flags, sp, ss; /* in 32 bits no sp and ss if it was the kernel */
};

void trap_init(void);

/* Called by trap.S with interrupts off. */
void trap(struct frame *frame);

/* The stack that the next trap from ring 3 begins on. */
void trap_set_stack(uintptr_t top);

/*
 * Goes to ring 3 at USER_BASE with `argument` in EAX. Returns when user_leave() is called with the
 * stack pointer that this has stored in *stack, which becomes the stack for traps; returns
 * `status`.
 */
int user_enter(uintptr_t *stack, unsigned argument);
void user_leave(uintptr_t stack, int status) __attribute__((noreturn));

/* ---- irq.c */

/* Sets up the interrupt controllers, which `firmware` may have used before, for the UART and
 * TICKS_PER_S ticks per second of the timer. */
#define TICKS_PER_S 100
void irq_init(bool firmware);

/* Serves an interrupt on this line; whether it is a tick that counts as time. Of ticks that had to
 * wait and come in a burst only the first does. */
bool irq_serve(unsigned line);

/* Ticks since the start. */
uint32_t irq_ticks(void);

/* Waits for an interrupt; with interrupts off, as always in the kernel. Without controllers it does
 * not wait. */
void irq_wait(void);

/* ---- paging.c */

/* Makes address space number `number` (0 to SPACES - 1), with a fresh copy of the user image.
 * Nobody may be in it. Its root, or 0 if memory is short. */
#define SPACES 4
uintptr_t space_new(unsigned number);

/* Changes to an address space; 0: that of the kernel alone. */
void space_use(uintptr_t root);

/* May the user read (write) all of these bytes? */
bool space_allows(uintptr_t root, uintptr_t address, uintptr_t bytes, bool write);

/* ---- process.c */

/* Runs a program of the user image to its end: its status or a negative result as of CALL_RUN. */
int process_run(unsigned program);

/* A trap from ring 3 that is no interrupt; a tick in ring 3. Both may end the program. */
void process_trap(struct frame *frame);
void process_tick(void);

#endif
