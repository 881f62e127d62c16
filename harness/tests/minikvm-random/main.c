/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs mini-kvm on random guest images, equal ones for an equal seed, and checks that each run ends
 * in time and in one of the documented ways: minikvm-random MINI-KVM IMAGES [SEED]. As many run at
 * once as there are CPUs. Prints how many runs ended with which status. Exit: 0 if all ended well;
 * 1 names those that did not.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workloads/minikvm/vmm/status.h"

#define MAX_BYTES 600
/* A run may take --timeout, and then what a sanitizer and a busy host need: in the idle class it
 * may not get a CPU for a minute. */
#define TIMEOUT "0.03"
#define PATIENCE_S 300

static uint64_t state;

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
static uint32_t below(uint32_t limit)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)(state * 0x2545f4914f6cdd1dULL >> 32) % limit;
}

/* Instructions that lead somewhere; random bytes alone mostly fault at once. ? is a random byte. */
static const char *const pieces[] = {
    "ba0005", "baf803",     "bafd03",     "ba????", "b000",   "b001",   "b002",       "b8????",
    "bb????", "b9????",     "be????",     "bf????", "ee",     "ef",     "ec",         "ed",
    "e6??",   "e4??",       "6e",         "6f",     "6c",     "6d",     "f36e",       "f36f",
    "f36c",   "f36d",       "66ef",       "66ed",   "a3????", "a1????", "f00106????", "8ec0",
    "8ed8",   "268906????", "cd??",       "cf",     "fb",     "fa",     "f4",         "eb??",
    "e2??",   "ea????????", "e8????",     "c3",     "0f01d9", "0f01c1", "0fa2",       "0f30",
    "0f32",   "0f22c0",     "0f011e????", "0f0b",   "50",     "58",     "9c",         "9d",
    "40",     "f3aa",       "f3a4",       "90",
};

static int nibble(char digit)
{
    return digit == '?' ? (int)below(16) : digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

static size_t random_image(uint8_t *image)
{
    size_t bytes = 1 + below(MAX_BYTES), done = 0;
    bool only_bytes = below(4) == 0;

    while (done < bytes) {
        const char *piece = pieces[below(sizeof(pieces) / sizeof(pieces[0]))];

        if (only_bytes || below(16) == 0) {
            piece = "??";
        }
        for (; *piece && done < bytes; piece += 2) {
            image[done++] = (uint8_t)(nibble(piece[0]) << 4 | nibble(piece[1]));
        }
    }
    /* Half of them leave by a hypercall, if they get so far: mov $0x500, %dx; mov $0, %al; out. */
    if (below(2) == 0) {
        static const uint8_t leave[] = {0xba, 0x00, 0x05, 0xb0, 0x00, 0xee};

        memcpy(image + bytes, leave, sizeof(leave));
        bytes += sizeof(leave);
    }
    return bytes;
}

/* Options of mini-kvm, random too, in `words`; true if they ask for 32-bit paging. */
static bool random_options(const char **words, int *count)
{
    static const char *const modes[] = {"real", "real", "real", "protected", "long", "paged"};
    static const char *const numbers[] = {"1", "1", "2", "3"};
    static const char *const flags[] = {
        "--irqchip", "--explain",  "--json",         "--exits",      "--cpuid",    "--vmcall",
        "--huge",    "--prefault", "--no-sync-regs", "--resume-hlt", "--ioeventfd"};
    const char *mode = modes[below(6)];

    words[(*count)++] = "--mode";
    words[(*count)++] = mode;
    words[(*count)++] = "--vcpus";
    words[(*count)++] = numbers[below(4)];
    words[(*count)++] = "--timeout";
    words[(*count)++] = TIMEOUT;
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (below(4) == 0) {
            words[(*count)++] = flags[i];
        }
    }
    return strcmp(mode, "paged") == 0;
}

/* Its state, and the CPU time that it used: does it wait, run, or only never get its turn? */
static void show_process(pid_t child)
{
    char path[40], line[512] = "", how = '?';
    unsigned long user = 0, system = 0;
    const char *after_name;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
    file = fopen(path, "r");
    after_name = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
    if (after_name) {
        /* proc(5): the state, then ten fields, then both times in ticks. */
        sscanf(after_name, ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &how, &user,
               &system);
    }
    printf("after %d s: state %c, %lu ticks of CPU time\n", PATIENCE_S, how, user + system);
    if (file) {
        fclose(file);
    }
}

/* Runs it with `input` and `output`; waitpid()'s status, or -1 if it does not end. */
static int run(const char *const *words, int input, int output)
{
    struct pollfd ended = {.events = POLLIN};
    pid_t child = fork();
    int status;

    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(input, STDIN_FILENO);
        dup2(output, STDOUT_FILENO);
        dup2(output, STDERR_FILENO);
        execv(words[0], (char *const *)words);
        _exit(127);
    }
    ended.fd = (int)syscall(SYS_pidfd_open, child, 0);
    if (ended.fd < 0 || poll(&ended, 1, PATIENCE_S * 1000) != 1) {
        show_process(child);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        status = -1;
    } else {
        waitpid(child, &status, 0);
    }
    close(ended.fd);
    return status;
}

static void complain(int number, const char *const *words, int status, int output)
{
    char said[4000] = "";

    printf("image %d: %s %d\n", number,
           status == -1          ? "it does not end"
           : WIFSIGNALED(status) ? "killed by signal"
                                 : "exit status",
           status == -1          ? 0
           : WIFSIGNALED(status) ? WTERMSIG(status)
                                 : WEXITSTATUS(status));
    for (int i = 0; words[i]; i++) {
        printf(" %s", words[i]);
    }
    if (pread(output, said, sizeof(said) - 1, 0) > 0) {
        printf("\n%s", said);
    }
    printf("\n");
}

/* Of each worker; all of them are made of the same random numbers. */
typedef struct {
    const char *mini_kvm;
    int images, worker, workers;
    int *ends; /* runs by exit status, shared by all workers */
} Work;

/* Makes the next image and its options, and runs it if it is this worker's; false if it ends badly,
 * or cannot be run. */
static bool try_image(const Work *work, int number, int image_fd, int output)
{
    const char *words[32] = {work->mini_kvm};
    uint8_t image[MAX_BYTES + 8];
    size_t bytes = random_image(image);
    int count = 1, status, code;
    bool paged = random_options(words, &count);
    char path[40];

    if (number % work->workers != work->worker) {
        return true;
    }
    snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), image_fd);
    words[count] = path;
    if (ftruncate(image_fd, 0) < 0 || ftruncate(output, 0) < 0 ||
        pwrite(image_fd, image, bytes, 0) != (ssize_t)bytes || lseek(image_fd, 0, SEEK_SET) < 0 ||
        lseek(output, 0, SEEK_SET) < 0) {
        perror("minikvm-random");
        return false;
    }
    status = run(words, image_fd, output);
    code = status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    /* Only a guest that nobody can run here may be refused, and nothing is expected of any. */
    if (code != MK_STATUS_OK && code != MK_STATUS_TIMEOUT && code != MK_STATUS_FAULT &&
        !(code == MK_STATUS_HOST && paged)) {
        complain(number, words, status, output);
        return false;
    }
    __atomic_fetch_add(&work->ends[code], 1, __ATOMIC_RELAXED);
    return true;
}

/* The worker's share of the images, up to the first that ends badly; an exit status. */
static int try_images(const Work *work)
{
    int image_fd = memfd_create("image", 0), output = memfd_create("output", 0);
    bool good = image_fd >= 0 && output >= 0;

    for (int i = 0; good && i < work->images; i++) {
        good = try_image(work, i, image_fd, output);
    }
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    Work work = {.images = argc > 2 ? atoi(argv[2]) : 0, .workers = cpus > 1 ? (int)cpus : 1};
    int status, failures = 0;

    work.ends =
        mmap(NULL, 256 * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (work.images < 1 || work.ends == MAP_FAILED) {
        fprintf(stderr, "usage: minikvm-random MINI-KVM IMAGES [SEED]\n");
        return 2;
    }
    work.mini_kvm = argv[1];
    state = (argc > 3 ? strtoull(argv[3], NULL, 0) : 1) * 0x9e3779b97f4a7c15ULL | 1;
    for (; work.worker < work.workers; work.worker++) {
        pid_t child = fork();

        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            exit(try_images(&work));
        }
        failures += child < 0;
    }
    while (wait(&status) > 0) {
        failures += status != 0;
    }
    printf("%d images: %d good, %d refused, %d at the time limit, %d faults\n", work.images,
           work.ends[MK_STATUS_OK], work.ends[MK_STATUS_HOST], work.ends[MK_STATUS_TIMEOUT],
           work.ends[MK_STATUS_FAULT]);
    return failures ? 1 : 0;
}
