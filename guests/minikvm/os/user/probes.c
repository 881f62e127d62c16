/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that try what the kernel must not allow, and its clock. Those that do what is forbidden
 * write "Survived." if nothing stops them.
 */
#include "minikvm/os/user/user.h"

#define KERNEL_POINTER ((volatile uint8_t *)KERNEL_BASE)
#define OWN_CODE ((volatile uint8_t *)USER_BASE)
#define BELOW_STACK ((volatile uint8_t *)(USER_END - USER_STACK_BYTES - 1))

static int survived(void)
{
    put_text("Survived.\n");
    return 1;
}

/* A program around one line of assembly. */
#define FORBIDDEN(name, assembly)                                                                  \
    static int name(unsigned number)                                                               \
    {                                                                                              \
        (void)number;                                                                              \
        __asm__ volatile(assembly : : : "eax", "edx", "memory");                                   \
        return survived();                                                                         \
    }

FORBIDDEN(try_cli, "cli")
FORBIDDEN(try_hlt, "hlt")
FORBIDDEN(try_out, "movw $0x500, %%dx; movb $0, %%al; outb %%al, %%dx") /* would end the machine */
FORBIDDEN(try_in, "movw $0x3fd, %%dx; inb %%dx, %%al")
#ifdef __x86_64__
FORBIDDEN(try_cr3, "movq %%cr3, %%rax; movq %%rax, %%cr3")
#else
FORBIDDEN(try_cr3, "movl %%cr3, %%eax; movl %%eax, %%cr3")
#endif
FORBIDDEN(try_divide, "xorl %%edx, %%edx; xorl %%eax, %%eax; divl %%edx")
FORBIDDEN(try_ud2, "ud2")
FORBIDDEN(try_syscall, "syscall")
FORBIDDEN(try_fpu, "fninit")
#ifdef __x86_64__
FORBIDDEN(try_spin, "pushfq; andl $~0x200, (%%rsp); popfq; 1: jmp 1b") /* interrupts stay on */
#else
FORBIDDEN(try_spin, "pushfl; andl $~0x200, (%%esp); popfl; 1: jmp 1b")
#endif

static int try_peek(unsigned number)
{
    (void)number;
    (void)*KERNEL_POINTER;
    return survived();
}

static int try_poke(unsigned number)
{
    (void)number;
    *KERNEL_POINTER = 0;
    return survived();
}

static int try_null(unsigned number)
{
    volatile uint8_t *pointer = 0;

    (void)number;
    __asm__("" : "+r"(pointer)); /* so that the compiler does not see what it is */
    (void)*pointer;
    return survived();
}

static int try_code(unsigned number)
{
    (void)number;
    *OWN_CODE = 0;
    return survived();
}

static int try_stack(unsigned number)
{
    (void)number;
    *BELOW_STACK = 0;
    return survived();
}

/* Whether the kernel refuses a call. */
static void expect_refused(const char *what, unsigned call, uintptr_t first, uintptr_t second)
{
    put_text(what);
    put_text(call_kernel(call, first, second) == BAD_CALL ? ": refused\n" : ": accepted\n");
}

/* What the kernel must not do on behalf of a program. */
static int try_calls(unsigned number)
{
    (void)number;
    expect_refused("write from the kernel", CALL_WRITE, KERNEL_BASE, 1);
    expect_refused("write across the end", CALL_WRITE, USER_END - 1, 2);
    expect_refused("write of nearly all memory", CALL_WRITE, USER_END - 1, ~(uintptr_t)0);
    expect_refused("write from a hole", CALL_WRITE, USER_END - USER_STACK_BYTES - PAGE, 1);
    expect_refused("read into the kernel", CALL_READ, KERNEL_BASE, 1);
    expect_refused("read into the code", CALL_READ, USER_BASE, 1);
    expect_refused("call 99", 99, 0, 0);
    return 0;
}

/* Runs itself as often as the kernel lets it; each level tells how many are below it. */
static int nest(unsigned number)
{
    int below = call_kernel(CALL_RUN, number, 0);
    int levels = below < 0 ? 0 : below;

    put_number(levels);
    put('\n');
    return levels + 1;
}

/* Each program has data of its own: every run of this counts from the start. */
static int fresh(unsigned number)
{
    static volatile int in_data = 1, in_bss;

    (void)number;
    put_number(in_data++);
    put(' ');
    put_number(in_bss++);
    put('\n');
    return 0;
}

/* How many timer interrupts there were; the only program whose output depends on time. */
static int ticks(unsigned number)
{
    (void)number;
    put_number(call_kernel(CALL_TICKS, 0, 0));
    put_text(" ticks\n");
    return 0;
}

/* Waits for ten more. */
static int wait_ticks(unsigned number)
{
    int start = call_kernel(CALL_TICKS, 0, 0);

    (void)number;
    while (call_kernel(CALL_TICKS, 0, 0) - start < 10) {
    }
    put_text("10 ticks\n");
    return 0;
}

const struct program probes[] = {
    {"cli", 0, try_cli},     {"hlt", 0, try_hlt},         {"outb", 0, try_out},
    {"inb", 0, try_in},      {"cr3", 0, try_cr3},         {"divide", 0, try_divide},
    {"ud2", 0, try_ud2},     {"syscall", 0, try_syscall}, {"fpu", 0, try_fpu},
    {"spin", 0, try_spin},   {"peek", 0, try_peek},       {"poke", 0, try_poke},
    {"null", 0, try_null},   {"code", 0, try_code},       {"stack", 0, try_stack},
    {"calls", 0, try_calls}, {"nest", 0, nest},           {"fresh", 0, fresh},
    {"ticks", 0, ticks},     {"wait", 0, wait_ticks},     {0, 0, 0},
};
