/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does a CPU run code as it is after another CPU has changed it? One thread calls a function all
 * the time; the other writes a new number into its machine code, says so, and waits for the
 * answer. The caller then executes CPUID, which x86 asks for, and calls again: it must get the new
 * number. One line for each kind of write, with how many were not seen; exit 1 if there were any.
 *
 * Usage: changed-code [WRITES-OF-EACH-KIND]
 */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define FUNCTIONS 3
#define SECONDS_AT_MOST 10 /* for each kind, should others want the CPUs, too */

typedef uint32_t Function(void);

/* Where the functions are: alone in a page, beside another, and across two pages. */
static unsigned char *const places[FUNCTIONS] = {
    (unsigned char *)0x10000003, (unsigned char *)0x10002103, (unsigned char *)0x10003ffd};
static const char *const names[FUNCTIONS] = {"in a page of its own", "beside another function",
                                             "across two pages"};
static unsigned char *const neighbour = (unsigned char *)0x10002003;

static int code_fd;
static unsigned which; /* of the places */
static uint32_t written, seen, stop;
static unsigned long stale;

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0) {
        perror("changed-code: two CPUs are needed");
        exit(3);
    }
}

static Function *function(const unsigned char *at)
{
    Function *f;

    memcpy(&f, &at, sizeof(f));
    return f;
}

/* mov eax, 0; ret */
static void make_function(unsigned char *at)
{
    static const unsigned char code[] = {0xb8, 0, 0, 0, 0, 0xc3};

    memcpy(at, code, sizeof(code));
}

static void *call(void *unused)
{
    uint32_t last = 0;

    (void)unused;
    pin(1);
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        uint32_t number = __atomic_load_n(&written, __ATOMIC_ACQUIRE);
        Function *f = function(places[__atomic_load_n(&which, __ATOMIC_ACQUIRE)]);

        if (number != last) {
            unsigned a = 0, b, c, d;

            __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d) : : "memory");
            stale += f() != number;
            last = number;
            __atomic_store_n(&seen, number, __ATOMIC_RELEASE);
        } else {
            function(neighbour)();
            f();
        }
    }
    return NULL;
}

/* Writes by a mapping of its own, if `fresh` by one that no TLB knows yet. */
static void write_number(unsigned char *view, size_t offset, uint32_t number, int fresh)
{
    unsigned char *at = view;

    if (fresh) {
        at = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, code_fd, 0);
        if (at == MAP_FAILED) {
            perror("changed-code: mmap");
            exit(3);
        }
    }
    *(volatile uint32_t *)(at + offset) = number;
    if (fresh) {
        munmap(at, 5 * PAGE);
    }
}

int main(int argc, char **argv)
{
    unsigned long wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
    unsigned char *code = (unsigned char *)0x10000000, *view;
    uint32_t number = 0, random = 1;
    pthread_t caller;
    unsigned long all = 0;

    code_fd = memfd_create("code", 0);
    if (code_fd < 0 || ftruncate(code_fd, 5 * PAGE) != 0 ||
        mmap(code, 5 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED | MAP_FIXED, code_fd,
             0) == MAP_FAILED ||
        (view = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, code_fd, 0)) ==
            MAP_FAILED) {
        perror("changed-code: mmap");
        return 3;
    }
    make_function(neighbour);
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        make_function(places[i]);
    }
    if (pthread_create(&caller, NULL, call, NULL) != 0) {
        return 3;
    }
    pin(0);
    for (unsigned kind = 0; kind < 2 * FUNCTIONS; kind++) {
        double until = now_s() + SECONDS_AT_MOST;
        unsigned long writes = 0, before = stale;

        __atomic_store_n(&which, kind % FUNCTIONS, __ATOMIC_RELEASE);
        while (writes < wanted && now_s() < until) {
            number++;
            write_number(view, (size_t)(places[kind % FUNCTIONS] - code) + 1, number,
                         kind >= FUNCTIONS);
            __atomic_store_n(&written, number, __ATOMIC_RELEASE);
            while (__atomic_load_n(&seen, __ATOMIC_ACQUIRE) != number) {
            }
            writes++;
            random = random * 1103515245 + 12345;
            for (volatile unsigned pause = (random >> 16) % 2000; pause > 0; pause--) {
            }
        }
        printf("%s, %s mapping: %lu of %lu writes not seen\n", names[kind % FUNCTIONS],
               kind >= FUNCTIONS ? "fresh" : "lasting", stale - before, writes);
        all += stale - before;
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    pthread_join(caller, NULL);
    return all > 0;
}
