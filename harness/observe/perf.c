/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/perf.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <perfmon/pfmlib_perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

struct SyPerf {
    pid_t tid;
    int fds[SY_PERF_COUNTERS];
    char *reasons[SY_PERF_COUNTERS]; /* NULL where fds[] is open */
};

/* What read(2) of a counter gives with PERF_FORMAT_TOTAL_TIME_ENABLED and _RUNNING. */
typedef struct {
    uint64_t value, enabled, running;
} CounterValue;

static const struct {
    const char *event; /* libpfm4's name; NULL: the kernel's own task clock */
    bool guest;
} counters[SY_PERF_COUNTERS] = {
    [SY_PERF_TASK_CLOCK] = {NULL, false},
    [SY_PERF_CYCLES_HOST] = {"PERF_COUNT_HW_CPU_CYCLES", false},
    [SY_PERF_CYCLES_GUEST] = {"PERF_COUNT_HW_CPU_CYCLES", true},
    [SY_PERF_INSTRUCTIONS_HOST] = {"PERF_COUNT_HW_INSTRUCTIONS", false},
    [SY_PERF_INSTRUCTIONS_GUEST] = {"PERF_COUNT_HW_INSTRUCTIONS", true},
};

uint64_t sy_perf_scale(uint64_t raw, uint64_t enabled_ns, uint64_t running_ns)
{
    if (running_ns == 0) {
        return 0;
    }
    if (running_ns >= enabled_ns) {
        return raw;
    }
    return (uint64_t)((unsigned __int128)raw * enabled_ns / running_ns);
}

char *sy_perf_explain(int errno_value, int paranoid)
{
    const char *text = g_strerror(errno_value);

    switch (errno_value) {
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
        return g_strdup_printf("n/a: no performance counters (PMU) for it on this machine (%s); "
                               "usual in virtual machines and clouds",
                               text);
    case EACCES:
    case EPERM:
        return g_strdup_printf("n/a: %s with kernel.perf_event_paranoid=%d; as root: sysctl -w "
                               "kernel.perf_event_paranoid=1, or run with CAP_PERFMON",
                               text, paranoid);
    case ENOSYS:
        return g_strdup("n/a: this kernel has no perf events (CONFIG_PERF_EVENTS), or a seccomp "
                        "filter hides them");
    case EMFILE:
        return g_strdup_printf("n/a: %s; raise ulimit -n", text);
    default:
        return g_strdup_printf("n/a: perf_event_open: %s", text);
    }
}

/* kernel.perf_event_paranoid, or -2 (below its range) if it cannot be read. */
static int perf_paranoid(void)
{
    g_autofree char *text = NULL;
    int value = -2;

    if (g_file_get_contents("/proc/sys/kernel/perf_event_paranoid", &text, NULL, NULL)) {
        sscanf(text, "%d", &value);
    }
    return value;
}

/* The event as the kernel wants it, or a reason ("n/a: ...") why libpfm4 cannot say; the caller
 * frees. */
static char *encode(SyPerfCounter counter, struct perf_event_attr *attr)
{
    pfm_perf_encode_arg_t arg = {.attr = attr, .size = sizeof(arg)};
    int status;

    if (!counters[counter].event) {
        attr->type = PERF_TYPE_SOFTWARE;
        attr->config = PERF_COUNT_SW_TASK_CLOCK;
        /* It counts kernel time all the same, and so needs no more than perf_event_paranoid=2. */
        attr->exclude_kernel = 1;
        attr->exclude_hv = 1;
        return NULL;
    }
    status = pfm_initialize();
    if (status == PFM_SUCCESS) {
        status = pfm_get_os_event_encoding(counters[counter].event, PFM_PLM0 | PFM_PLM3,
                                           PFM_OS_PERF_EVENT, &arg);
    }
    if (status != PFM_SUCCESS) {
        return g_strdup_printf("n/a: libpfm4 cannot encode %s: %s", counters[counter].event,
                               pfm_strerror(status));
    }
    attr->exclude_guest = !counters[counter].guest;
    attr->exclude_host = counters[counter].guest;
    return NULL;
}

/* Opens one counter; on refusal fds[] is -1, reasons[] says why, and the errno is returned (else
 * 0). */
static int open_counter(SyPerf *perf, SyPerfCounter counter)
{
    struct perf_event_attr attr = {.size = sizeof(attr)};
    int errno_value;

    perf->fds[counter] = -1;
    perf->reasons[counter] = encode(counter, &attr);
    if (perf->reasons[counter]) {
        return ENOTSUP;
    }
    attr.size = sizeof(attr); /* libpfm4 writes the size it was built with */
    attr.disabled = 0;
    attr.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    perf->fds[counter] =
        (int)syscall(SYS_perf_event_open, &attr, perf->tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (perf->fds[counter] >= 0) {
        return 0;
    }
    errno_value = errno;
    perf->reasons[counter] = sy_perf_explain(errno_value, perf_paranoid());
    return errno_value;
}

SyPerf *sy_perf_open(pid_t tid, GError **error)
{
    g_autoptr(SyPerf) perf = g_new0(SyPerf, 1);
    int refused;

    perf->tid = tid;
    memset(perf->fds, -1, sizeof(perf->fds));
    refused = open_counter(perf, SY_PERF_TASK_CLOCK);
    if (refused == ESRCH) {
        g_set_error(error, SY_ERROR, SY_ERROR_DIED, "perf: thread %d does not exist (any more)",
                    tid);
        return NULL;
    }
    if (refused) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "perf task-clock of thread %d: %s", tid,
                    perf->reasons[SY_PERF_TASK_CLOCK]);
        return NULL;
    }
    for (SyPerfCounter i = SY_PERF_TASK_CLOCK + 1; i < SY_PERF_COUNTERS; i++) {
        open_counter(perf, i);
    }
    return g_steal_pointer(&perf);
}

/* Reads one counter; false with errno set, EIO for a short read. */
static bool read_counter(int fd, SyPerfCount *out)
{
    CounterValue got;
    ssize_t n = read(fd, &got, sizeof(got));

    if (n != (ssize_t)sizeof(got)) {
        errno = n < 0 ? errno : EIO;
        return false;
    }
    *out = (SyPerfCount){
        .available = true,
        .scaled = got.running < got.enabled,
        .value = sy_perf_scale(got.value, got.enabled, got.running),
        .raw = got.value,
        .enabled_ns = got.enabled,
        .running_ns = got.running,
    };
    return true;
}

bool sy_perf_read(SyPerf *perf, SyPerfReading *out, GError **error)
{
    int64_t before_ns = sy_now_ns();

    *out = (SyPerfReading){0};
    for (SyPerfCounter i = SY_PERF_TASK_CLOCK; i < SY_PERF_COUNTERS; i++) {
        if (perf->fds[i] >= 0 && !read_counter(perf->fds[i], &out->counts[i])) {
            int errno_value = errno;

            if (i == SY_PERF_TASK_CLOCK) {
                g_set_error(error, SY_ERROR, SY_ERROR_IO, "perf task-clock of thread %d: read: %s",
                            perf->tid, g_strerror(errno_value));
                return false;
            }
            close(perf->fds[i]);
            perf->fds[i] = -1;
            perf->reasons[i] = g_strdup_printf("n/a: read: %s", g_strerror(errno_value));
        }
        out->counts[i].reason = perf->reasons[i];
        if (i == SY_PERF_TASK_CLOCK) {
            /* The other CPU answered at some moment in between. */
            out->when_ns = before_ns + (sy_now_ns() - before_ns) / 2;
        }
    }
    return true;
}

void sy_perf_free(SyPerf *perf)
{
    if (!perf) {
        return;
    }
    for (SyPerfCounter i = SY_PERF_TASK_CLOCK; i < SY_PERF_COUNTERS; i++) {
        if (perf->fds[i] >= 0) {
            close(perf->fds[i]);
        }
        g_free(perf->reasons[i]);
    }
    g_free(perf);
}
