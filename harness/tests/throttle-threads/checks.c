/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define EVIDENCE_MAX 5

static const char *const names[N_CHECKS] = {
    [CHECK_BOOKS] = "the accounts balance to the nanosecond in every query",
    [CHECK_SETTINGS] = "a query reports the latest settings",
    [CHECK_COUNTERS] = "used time, kicks and periods never go back",
    [CHECK_REFUSALS] = "invalid settings are refused and change nothing",
    [CHECK_KICKS] = "no kick is lost",
    [CHECK_SLEEPERS] = "no kick of a vCPU that sleeps forever is lost",
    [CHECK_ALONE] = "an exclusive section meets no running vCPU and waits for no sleeper",
    [CHECK_SHARES] = "each vCPU used its share, or forfeited the rest",
    [CHECK_STARVED] = "a vCPU that the host starves is reported",
    [CHECK_TIMERS] = "every timer made is deleted",
    [CHECK_PATHS] = "every path of the throttle was taken",
    [CHECK_PROPERTIES] = "the accelerator's properties can be read, and not be set once it runs",
    [CHECK_VIEWS] = "a query neither waits for its vCPU nor sees half an update, and ends",
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned failures[N_CHECKS]; /* under lock */

static void failed(CheckId id, const char *format, va_list args)
{
    pthread_mutex_lock(&lock);
    if (++failures[id] <= EVIDENCE_MAX) {
        printf("# %s: ", names[id]);
        vprintf(format, args);
        putchar('\n');
    }
    pthread_mutex_unlock(&lock);
}

void check_failed(CheckId id, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    failed(id, format, args);
    va_end(args);
}

void check_fatal(CheckId id, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    failed(id, format, args);
    va_end(args);
    checks_print();
    fflush(stdout);
    _exit(1);
}

bool checks_print(void)
{
    unsigned n_failed = 0;

    pthread_mutex_lock(&lock);
    for (int i = 0; i < N_CHECKS; i++) {
        printf("%s - %s\n", failures[i] ? "not ok" : "ok", names[i]);
        if (failures[i]) {
            printf("#   failed %u times\n", failures[i]);
            n_failed++;
        }
    }
    pthread_mutex_unlock(&lock);
    printf("%u passed, %u failed, 0 skipped\n", N_CHECKS - n_failed, n_failed);
    return n_failed == 0;
}
