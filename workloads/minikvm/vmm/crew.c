/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/crew.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define STACK_BYTES (256 * 1024)
/* A signal may come just before a thread blocks in read() or write(), so they are repeated. */
#define KICK_AGAIN_US 10000

/* For the signal handler. */
static struct {
    const MkMachine *machine;
    volatile int stop; /* an MkEnd */
    volatile pid_t thread[MK_MAX_VCPUS];
} crew;

/* Has all vCPUs end so, unless they already do otherwise. */
static bool stop_for(MkEnd end)
{
    int none = MK_END_NONE;

    return __atomic_compare_exchange_n(&crew.stop, &none, (int)end, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

/* SIGALRM, in the first thread: the time limit has passed, or stop_all() was called. */
static void on_alarm(int signal)
{
    (void)signal;
    stop_for(MK_END_TIMEOUT);
    for (int i = 0; i < crew.machine->vcpus; i++) {
        crew.machine->run[i]->immediate_exit = 1;
        if (i > 0 && crew.thread[i]) {
            syscall(SYS_tgkill, getpid(), crew.thread[i], SIGUSR1);
        }
    }
}

/* SIGUSR1 only interrupts what its thread waits for. */
static void on_kick(int signal)
{
    (void)signal;
}

/* Calls on_alarm() after `seconds`, and then again and again; 0: never. */
static void set_alarm(double seconds)
{
    long us = seconds > 0 ? (long)(seconds * 1e6) + 1 : 0;
    struct itimerval timer = {
        .it_interval.tv_usec = us ? KICK_AGAIN_US : 0,
        .it_value = {.tv_sec = us / 1000000, .tv_usec = us % 1000000},
    };

    setitimer(ITIMER_REAL, &timer, NULL);
}

static void stop_all(MkEnd end)
{
    if (stop_for(end)) {
        set_alarm(1e-6);
    }
}

static void *run_thread(void *data)
{
    MkVcpu *vcpu = data;

    crew.thread[vcpu->id] = (pid_t)syscall(SYS_gettid);
    mk_vcpu_run(vcpu);
    return NULL;
}

static void handle_signals(void)
{
    struct sigaction alarm_action = {.sa_handler = on_alarm};
    struct sigaction kick_action = {.sa_handler = on_kick};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGALRM, &alarm_action, NULL);
    sigaction(SIGUSR1, &kick_action, NULL);
    /* A closed stdout is an error like any other. */
    sigaction(SIGPIPE, &ignore, NULL);
}

bool mk_crew_run(const MkMachine *machine, const MkOptions *options, MkVcpu *vcpus, MkError *error)
{
    pthread_t thread[MK_MAX_VCPUS];
    pthread_attr_t attributes;
    sigset_t alarms;
    int started = 1, result = 0;

    crew.machine = machine;
    for (int i = 0; i < options->vcpus; i++) {
        vcpus[i].machine = machine;
        vcpus[i].options = options;
        vcpus[i].id = i;
        vcpus[i].stop = &crew.stop;
        vcpus[i].stop_all = stop_all;
        vcpus[i].console.options = options;
        vcpus[i].console.stop = &crew.stop;
    }
    handle_signals();
    /* Threads inherit the mask, so that only the first gets SIGALRM. */
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarms, NULL);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    while (started < options->vcpus && result == 0) {
        result = pthread_create(&thread[started], &attributes, run_thread, &vcpus[started]);
        started += result == 0;
    }
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
    if (result != 0) {
        stop_all(MK_END_STOPPED);
        mk_fail(error, MK_STATUS_HOST, "no thread for vCPU %d: %s", started, strerror(result));
    } else {
        set_alarm(options->timeout_s);
    }
    mk_vcpu_run(&vcpus[0]);
    for (int i = 1; i < started; i++) {
        pthread_join(thread[i], NULL);
    }
    set_alarm(0);
    return result == 0;
}
