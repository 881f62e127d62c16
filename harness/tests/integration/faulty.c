/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For asan-smoke.sh: preloaded into a QEMU with sanitizers, it commits a fault where the throttle
 * attaches to a vCPU thread, the only place that calls prctl(PR_SET_TIMERSLACK, 1) in a thread
 * other than the first. $STEELYARD_TEST_FAULT says which fault: "overflow" and "freed" write to
 * memory that is not allocated, "undefined" adds 1 to INT_MAX.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIZE 16

static void commit(const char *fault)
{
    volatile int number = INT_MAX;
    char *volatile block = malloc(SIZE);
    /* Volatile, so that the compiler does not see the fault. */
    void *(*volatile fill)(void *, int, size_t) = memset;

    if (strcmp(fault, "overflow") == 0) {
        fill(block, 0, SIZE + 1);
    }
    free(block);
    if (strcmp(fault, "freed") == 0) {
        fill(block, 0, 1);
    } else if (strcmp(fault, "undefined") == 0) {
        number++;
    }
}

int prctl(int option, ...)
{
    const char *fault = getenv("STEELYARD_TEST_FAULT");
    unsigned long argument[4];
    va_list args;

    va_start(args, option);
    for (int i = 0; i < 4; i++) {
        argument[i] = va_arg(args, unsigned long);
    }
    va_end(args);
    if (option == PR_SET_TIMERSLACK && argument[0] == 1 && fault && gettid() != getpid()) {
        commit(fault);
    }
    return (int)syscall(SYS_prctl, option, argument[0], argument[1], argument[2], argument[3]);
}
