/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User programs: one at a time, each of which may wait for another that it runs. */
#include "minikvm/os/kernel.h"

/* A program that spins for half a second without a system call is ended. */
#define TICK_LIMIT (TICKS_PER_S / 2)

#define VECTOR_PAGE_FAULT 14
#define FAULT_WRITE 2U

struct process {
    struct process *parent;
    uintptr_t space;
    uintptr_t stack; /* of the kernel, where it waits in user_enter() */
    unsigned depth;  /* 1: the menu */
    unsigned ticks;  /* since its last system call */
};

static struct process *current;

int process_run(unsigned program)
{
    struct process process = {.parent = current, .depth = current ? current->depth + 1 : 1};
    int status;

    process.space = process.depth <= SPACES ? space_new(process.depth - 1) : 0;
    if (!process.space) {
        return NO_ROOM;
    }
    current = &process;
    space_use(process.space);
    status = user_enter(&process.stack, program);
    current = process.parent;
    space_use(current ? current->space : 0);
    trap_set_stack(current ? current->stack : 0);
    return status;
}

/* Ends the current program with a line that says why. */
static void end(const char *why, const uint32_t *address)
{
    console_text("[ended: ");
    console_text(why);
    if (address) {
        console_hex(*address);
    }
    console_text("]\n");
    user_leave(current->stack, CALL_ENDED);
}

void process_tick(void)
{
    if (++current->ticks >= TICK_LIMIT) {
        end("no system call for too long", 0);
    }
}

static int call_write(uintptr_t buffer, uintptr_t bytes)
{
    if (!space_allows(current->space, buffer, bytes, false)) {
        return BAD_CALL;
    }
    console_write((const uint8_t *)buffer, bytes);
    return (int)bytes;
}

static int call_read(uintptr_t buffer, uintptr_t bytes)
{
    uintptr_t done = 0;
    int byte = 0;

    if (!space_allows(current->space, buffer, bytes, true)) {
        return BAD_CALL;
    }
    while (done < bytes && byte != '\n') {
        byte = console_get();
        if (byte < 0) {
            break;
        }
        ((uint8_t *)buffer)[done++] = (uint8_t)byte;
    }
    return (int)done;
}

static int call(unsigned number, uintptr_t first, uintptr_t second)
{
    switch (number) {
    case CALL_EXIT:
        user_leave(current->stack, (int)(first & 0xff));
    case CALL_WRITE:
        return call_write(first, second);
    case CALL_READ:
        return call_read(first, second);
    case CALL_RUN:
        return process_run((unsigned)first);
    case CALL_TICKS:
        return (int)(irq_ticks() & INT32_MAX);
    default:
        return BAD_CALL;
    }
}

static const char *fault_name(unsigned vector)
{
    static const char *const names[] = {
        [0] = "divide error",         [1] = "debug exception",
        [3] = "breakpoint",           [4] = "overflow",
        [5] = "out of bounds",        [6] = "invalid instruction",
        [7] = "no floating point",    [11] = "segment not present",
        [12] = "stack segment fault", [13] = "general protection fault",
        [17] = "alignment check",
    };

    return vector < sizeof(names) / sizeof(*names) && names[vector] ? names[vector] : "exception";
}

void process_trap(struct frame *frame)
{
    if (frame->vector == CALL_VECTOR) {
        current->ticks = 0;
        frame->ax = (uintptr_t)call((unsigned)frame->ax, frame->bx, frame->cx);
    } else if (frame->vector == VECTOR_PAGE_FAULT) {
        uintptr_t address;
        uint32_t low;

        __asm__ volatile("mov %%cr2, %0" : "=r"(address));
        low = (uint32_t)address;
        end(frame->error & FAULT_WRITE ? "page fault, write to " : "page fault, read from ", &low);
    } else {
        end(fault_name((unsigned)frame->vector), 0);
    }
}
