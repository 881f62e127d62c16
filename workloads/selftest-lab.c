/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Breaks the virtual lab host it runs in, on purpose, to prove that a lab that panics, runs out of
 * memory or never answers again makes one case an ERROR, in bounded time, and never hangs or ends
 * the run. It cannot run anywhere else (requires "lab").
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "run/case.h"

#define CHUNK_BYTES ((size_t)16 << 20)
#define PANIC_S 10 /* if the kernel is still running after this, it will not crash */

/* Linux, Documentation/admin-guide/sysrq.rst: 'c' crashes the kernel. */
static bool do_panic(GError **error)
{
    const char *path = "/proc/sysrq-trigger";
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, "c", 1) != 1) {
        g_set_error(error, SY_ERROR, SY_ERROR_PEER, "cannot crash the kernel through %s: %s", path,
                    g_strerror(errno));
    } else {
        sleep(PANIC_S);
        g_set_error(error, SY_ERROR, SY_ERROR_PEER, "the kernel did not crash within %d s",
                    PANIC_S);
    }
    if (fd >= 0) {
        close(fd);
    }
    return false;
}

/* Writes to the memory, so that every page exists. The kernel ends it. */
static bool do_memory(GError **error)
{
    void *chunk;

    while ((chunk = mmap(NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                         0)) != MAP_FAILED) {
        memset(chunk, 0x5a, CHUNK_BYTES);
    }
    g_set_error(error, SY_ERROR, SY_ERROR_PEER,
                "mmap() failed, but the kernel should have run out of memory");
    return false;
}

/* Ignores everything on purpose: no deadline, no cancellation, no sign of life. */
static G_NORETURN void do_hang(void)
{
    for (;;) {
        pause();
    }
}

static bool selftest_lab_measure(SyCase *c, GError **error)
{
    const char *kind = sy_case_text(c, "kind");

    if (strcmp(kind, "panic") == 0) {
        return do_panic(error);
    }
    if (strcmp(kind, "memory") == 0) {
        return do_memory(error);
    }
    do_hang();
}

static const char *const selftest_lab_requires[] = {"lab", NULL};

static const SyParamSpec selftest_lab_params[] = {
    {.name = "kind",
     .type = SY_PARAM_STRING,
     .value = "panic",
     .choices = "panic,memory,hang",
     .key = true,
     .summary = "what goes wrong: the kernel panics, memory runs out, or the case never ends"},
    {0},
};

static const SyMetricSpec selftest_lab_metrics[] = {{0}};

const SyWorkload sy_workload_selftest_lab = {
    .version = SY_WORKLOAD_VERSION,
    .name = "selftest.lab",
    .summary = "breaks the virtual lab host on purpose: every case must end as an ERROR",
    .groups = "selftest",
    .requires = selftest_lab_requires,
    .params = selftest_lab_params,
    .metrics = selftest_lab_metrics,
    .measure = selftest_lab_measure,
};
