/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mini-kvm-bench: runs a guest of mini-kvm many times in one process and says how long each run
 * took. It is made of mini-kvm's own parts. docs/MINIKVM.md describes it.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "workloads/minikvm/bench/notify.h"
#include "workloads/minikvm/bench/pool.h"
#include "workloads/minikvm/vmm/crew.h"

#define MAX_RUNS 1000000

static const char usage[] =
    "usage: mini-kvm-bench [OPTION]... -- [mini-kvm OPTION]... IMAGE...\n"
    "Runs what mini-kvm would run N times (default 100) in one process, and prints how long each\n"
    "run took, in ns, as JSON.\n"
    "\n"
    "  --runs N   1 to 1000000\n"
    "  --reuse    one VM for all runs: what the guest wrote is put back, instead of a new VM each\n"
    "             time. One vCPU; --timeout holds for all runs together\n"
    "  --ioeventfd PORT, --coalesce PORT\n"
    "             have KVM take the bytes that the guest writes to PORT, by an eventfd or in a "
    "ring\n"
    "\n"
    "Exit status: as mini-kvm's; 1 as well if a run differs from the first.\n";

typedef struct {
    int runs;
    int reuse, help;
    MkNotifyKind notify;
    unsigned port;
    MkOptions guest;
} Options;

/* What came of a run, to compare with the first. */
typedef struct {
    MkEnd end;
    uint64_t exits, bytes, notified;
} Outcome;

typedef struct {
    int64_t *run_ns;
    int done;
    Outcome first; /* of vCPU 0 */
    uint8_t *output;
    int different; /* runs that did not do what the first did */
    uint64_t pages_reset;
} Measured;

static volatile int stop; /* of a reused VM: an MkEnd */
static MkMachine *running;

static void stop_all(MkEnd end)
{
    stop = (int)end;
    running->run[0]->immediate_exit = 1;
}

static void on_alarm(int number)
{
    (void)number;
    stop_all(MK_END_TIMEOUT);
}

static bool same_as_first(Measured *measured, const MkVcpu *vcpu, uint64_t notified)
{
    const MkConsole *console = &vcpu->console;
    const Outcome now = {
        .end = vcpu->end, .exits = vcpu->exits, .bytes = console->bytes, .notified = notified};

    if (measured->done == 0) {
        measured->first = now;
        measured->output = malloc(console->kept_bytes + 1);
        if (measured->output && console->kept_bytes > 0) {
            memcpy(measured->output, console->kept, console->kept_bytes);
        }
    }
    return now.end == measured->first.end && now.exits == measured->first.exits &&
           now.bytes == measured->first.bytes && now.notified == measured->first.notified &&
           measured->output &&
           (console->kept_bytes == 0 ||
            memcmp(measured->output, console->kept, console->kept_bytes) == 0);
}

static void note(Measured *measured, const MkVcpu *vcpu, uint64_t notified, int64_t ns)
{
    measured->different += !same_as_first(measured, vcpu, notified);
    measured->run_ns[measured->done++] = ns;
}

/* A VM for each run. */
static bool run_anew(const Options *options, Measured *measured, MkError *error)
{
    static MkVcpu vcpus[MK_MAX_VCPUS];

    for (int i = 0; i < options->runs; i++) {
        MkMachine machine = {.call = mk_ioctl};
        MkNotify notify = {.fd = -1};
        int64_t begin_ns = mk_now_ns();
        uint64_t notified;
        bool good;

        memset(vcpus, 0, sizeof(vcpus));
        good = mk_machine_open(&machine, &options->guest, error) &&
               mk_notify_open(&notify, &machine, options->notify, options->port, error) &&
               mk_crew_run(&machine, &options->guest, vcpus, error);
        notified = good ? mk_notify_take(&notify) : 0;
        mk_machine_close(&machine);
        mk_notify_close(&notify);
        if (!good) {
            return false;
        }
        note(measured, &vcpus[0], notified, mk_now_ns() - begin_ns);
        for (int k = 0; k < options->guest.vcpus; k++) {
            mk_console_free(&vcpus[k].console);
        }
    }
    return true;
}

static void limit_time(double seconds)
{
    struct sigaction action = {.sa_handler = on_alarm};
    long us = (long)(seconds * 1e6);
    struct itimerval timer = {
        .it_interval.tv_usec = us ? 10000 : 0,
        .it_value = {.tv_sec = us / 1000000, .tv_usec = us % 1000000},
    };

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* The same VM for all runs; each includes its reset. */
static bool run_again(const Options *options, MkMachine *machine, Measured *measured,
                      MkError *error)
{
    static MkVcpu vcpu;
    MkPool pool = {0};
    MkNotify notify = {.fd = -1};
    uint8_t *kept = NULL;
    size_t room = 0;
    bool good = mk_pool_snapshot(&pool, machine, error) &&
                mk_notify_open(&notify, machine, options->notify, options->port, error);

    running = machine;
    limit_time(options->guest.timeout_s);
    for (int i = 0; good && i < options->runs && !stop; i++) {
        int64_t begin_ns = mk_now_ns();

        good = mk_pool_reset(&pool, error);
        vcpu = (MkVcpu){
            .machine = machine,
            .options = &options->guest,
            .stop = &stop,
            .stop_all = stop_all,
            .console = {.options = &options->guest, .stop = &stop, .kept = kept, .room = room},
        };
        mk_vcpu_run(&vcpu);
        kept = vcpu.console.kept;
        room = vcpu.console.room;
        note(measured, &vcpu, mk_notify_take(&notify), mk_now_ns() - begin_ns);
    }
    limit_time(0);
    mk_notify_close(&notify);
    measured->pages_reset = pool.pages_reset;
    mk_console_free(&vcpu.console);
    mk_pool_free(&pool);
    return good;
}

static bool run_reused(const Options *options, Measured *measured, MkError *error)
{
    MkMachine machine = {.call = mk_ioctl};
    bool good = mk_machine_open(&machine, &options->guest, error) &&
                run_again(options, &machine, measured, error);

    mk_machine_close(&machine);
    return good;
}

static void print_json(const Options *options, const Measured *measured)
{
    printf("{\"reused\": %s, \"runs\": %d, \"different\": %d, \"end\": \"%s\", \"exits\": %llu, "
           "\"notified\": %llu, \"pages_reset\": %llu,\n\"run_ns\": [",
           options->reuse ? "true" : "false", measured->done, measured->different,
           mk_ends[measured->first.end].name, (unsigned long long)measured->first.exits,
           (unsigned long long)measured->first.notified, (unsigned long long)measured->pages_reset);
    for (int i = 0; i < measured->done; i++) {
        printf("%s%lld", i ? ", " : "", (long long)measured->run_ns[i]);
    }
    printf("]}\n");
}

static bool usage_error(MkError *error, const char *text)
{
    return mk_fail(error, MK_STATUS_USAGE, "%s; see --help", text);
}

/* A whole number from `min` to `max`; "0x" is allowed. */
static bool read_number(const char *text, long min, long max, long *out)
{
    char *end;

    *out = strtol(text, &end, 0);
    return end != text && *end == '\0' && *out >= min && *out <= max;
}

static bool read_option(int letter, Options *out, MkError *error)
{
    long number = 0;

    switch (letter) {
    case 'r':
        if (!read_number(optarg, 1, MAX_RUNS, &number)) {
            return usage_error(error, "--runs: give a number from 1 to 1000000");
        }
        out->runs = (int)number;
        return true;
    case 'i':
    case 'c':
        if (!read_number(optarg, 0, 0xffff, &number)) {
            return usage_error(error, "--ioeventfd, --coalesce: give a port from 0 to 0xffff");
        }
        out->notify = letter == 'i' ? MK_NOTIFY_EVENTFD : MK_NOTIFY_COALESCED;
        out->port = (unsigned)number;
        return true;
    case '?':
        return usage_error(error, "no such option, or a value is missing or unwanted");
    default:
        return true;
    }
}

/* The options before "--"; mini-kvm's own reader has those behind it. */
static bool read_options(int argc, char **argv, Options *out, MkError *error)
{
    const struct option table[] = {
        {"runs", 1, NULL, 'r'},       {"ioeventfd", 1, NULL, 'i'}, {"coalesce", 1, NULL, 'c'},
        {"reuse", 0, &out->reuse, 1}, {"help", 0, &out->help, 1},  {NULL, 0, NULL, 0},
    };
    int letter, guest;

    *out = (Options){.runs = 100};
    opterr = 0;
    while ((letter = getopt_long(argc, argv, "+", table, NULL)) != -1) {
        if (!read_option(letter, out, error)) {
            return false;
        }
    }
    if (out->help) {
        return true;
    }
    guest = optind - 1; /* "--" takes the place of the program's name */
    if (guest < 1 || strcmp(argv[guest], "--") != 0) {
        return usage_error(error, "no `--' before mini-kvm's options and the image");
    }
    if (!mk_options_read(argc - guest, argv + guest, &out->guest, error)) {
        return false;
    }
    out->help = out->guest.help;
    out->guest.json = 1; /* nothing goes to stdout */
    return !out->reuse || out->guest.vcpus == 1 ||
           usage_error(error, "--reuse: one vCPU, not several");
}

/* Runs, and prints what came of it. */
static MkStatus measure(const Options *options, Measured *measured, MkError *error)
{
    MkStatus status;

    measured->run_ns = malloc((size_t)options->runs * sizeof(int64_t));
    if (!measured->run_ns) {
        mk_fail(error, MK_STATUS_HOST, "out of memory");
        return error->status;
    }
    if (!(options->reuse ? run_reused : run_anew)(options, measured, error)) {
        return error->status;
    }
    print_json(options, measured);
    if (fflush(stdout) != 0) {
        mk_fail(error, MK_STATUS_HOST, "stdout cannot be written");
        return error->status;
    }
    status = mk_end_status(measured->first.end, options->guest.good_end);
    return status == MK_STATUS_OK && measured->different ? MK_STATUS_OUTPUT : status;
}

int main(int argc, char **argv)
{
    Measured measured = {0};
    Options options;
    MkError error = {0};
    MkStatus status;

    if (!read_options(argc, argv, &options, &error)) {
        fprintf(stderr, "mini-kvm-bench: %s\n", error.text);
        return error.status;
    }
    if (options.help) {
        fputs(usage, stdout);
        return MK_STATUS_OK;
    }
    status = measure(&options, &measured, &error);
    if (error.text[0]) {
        fprintf(stderr, "mini-kvm-bench: %s\n", error.text);
    }
    free(measured.run_ns);
    free(measured.output);
    return status;
}
