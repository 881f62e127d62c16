/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/perf-switches.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "observe/perf.h"

/* Some 160,000 records: with 10,000 time slices a second, eight seconds. A power of two. */
#define RING_BYTES (gsize)(4 << 20)
/* More than any record takes: with less room than that, some may not have fitted. */
#define RECORD_ROOM 256

/* What PERF_SAMPLE_TID and PERF_SAMPLE_TIME with sample_id_all put at the end of a record. */
typedef struct {
    uint32_t pid, tid;
    uint64_t when_ns;
} RecordEnd;

struct SyPerfSwitches {
    int fd;
    pid_t tid;
    struct perf_event_mmap_page *page; /* the ring follows */
    gsize mapped;
};

bool sy_perf_switches_parse(const uint8_t *data, gsize size, GArray *events, uint64_t *lost)
{
    while (size > 0) {
        struct perf_event_header header;
        SySchedEvent event = {0};
        RecordEnd end;
        uint64_t count[2]; /* of PERF_RECORD_LOST: the event's id, records lost */

        if (size < sizeof(header)) {
            return false;
        }
        memcpy(&header, data, sizeof(header));
        if (header.size < sizeof(header) || header.size > size) {
            return false;
        }
        if (header.type == PERF_RECORD_SWITCH) {
            if (header.size < sizeof(header) + sizeof(end)) {
                return false;
            }
            memcpy(&end, data + header.size - sizeof(end), sizeof(end));
            event.when_ns = (int64_t)end.when_ns;
            event.tid = (pid_t)end.tid;
            event.kind = header.misc & PERF_RECORD_MISC_SWITCH_OUT ? SY_SCHED_OUT : SY_SCHED_IN;
            g_array_append_val(events, event);
        } else if (header.type == PERF_RECORD_LOST) {
            if (header.size < sizeof(header) + sizeof(count)) {
                return false;
            }
            memcpy(count, data + sizeof(header), sizeof(count));
            *lost += count[1];
        } else if (header.type == PERF_RECORD_THROTTLE) {
            (*lost)++;
        }
        data += header.size;
        size -= header.size;
    }
    return true;
}

static bool map_ring(SyPerfSwitches *s)
{
    void *memory;

    s->mapped = (gsize)sysconf(_SC_PAGESIZE) + RING_BYTES;
    memory = mmap(NULL, s->mapped, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
    s->page = memory != MAP_FAILED ? memory : NULL;
    return s->page != NULL;
}

SyPerfSwitches *sy_perf_switches_open(pid_t tid, GError **error)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_SW_DUMMY,
        .context_switch = 1,
        .sample_id_all = 1,
        .sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME,
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
        .exclude_kernel = 1, /* for the rights only: it records no samples */
        .exclude_hv = 1,
    };
    g_autoptr(SyPerfSwitches) s = g_new0(SyPerfSwitches, 1);

    s->tid = tid;
    s->fd = (int)syscall(SYS_perf_event_open, &attr, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (s->fd < 0 || !map_ring(s)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "cannot record the switches of thread %d by perf: %s", tid, g_strerror(errno));
        return NULL;
    }
    return g_steal_pointer(&s);
}

bool sy_perf_switches_stop(SyPerfSwitches *s, GArray *events, uint64_t *lost, GError **error)
{
    const uint8_t *ring = (const uint8_t *)s->page + sysconf(_SC_PAGESIZE);
    g_autofree uint8_t *bytes = NULL;
    uint64_t head;
    gsize size;

    ioctl(s->fd, PERF_EVENT_IOC_DISABLE, 0);
    head = __atomic_load_n(&s->page->data_head, __ATOMIC_ACQUIRE);
    /* The reader's end stays at 0, so that the kernel stops when the ring is full. It would count
     * the lost records in the next one that fits, which never comes. */
    size = MIN((gsize)head, RING_BYTES);
    *lost += size > RING_BYTES - RECORD_ROOM;
    bytes = g_memdup2(ring, size);
    if (!sy_perf_switches_parse(bytes, size, events, lost)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "perf's records of the switches of thread %d are not whole", s->tid);
        return false;
    }
    return true;
}

void sy_perf_switches_free(SyPerfSwitches *s)
{
    if (!s) {
        return;
    }
    if (s->page) {
        munmap(s->page, s->mapped);
    }
    if (s->fd >= 0) {
        close(s->fd);
    }
    g_free(s);
}
