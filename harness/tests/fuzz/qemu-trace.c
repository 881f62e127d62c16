/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of QEMU's trace backend `simple`: a record has a name and lies within the file, an error is
 * reported once and stays, and every call of the reader makes progress. */
#include "observe/qemu-trace.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static void read_all(SyQemuTrace *trace, size_t size)
{
    SyQemuTraceRecord record;
    g_autoptr(GError) error = NULL;
    uint64_t former = 0;
    SyQemuTraceStep step;

    while ((step = sy_qemu_trace_next(trace, &record, &error)) == SY_QEMU_TRACE_RECORD) {
        uint64_t bytes = sy_qemu_trace_bytes(trace);

        g_assert(record.event && record.length < size && bytes > former && bytes <= size);
        g_assert(record.n_args <= SY_QEMU_TRACE_ARGS_MAX);
        former = bytes;
    }
    g_assert((step == SY_QEMU_TRACE_ERROR) == (error != NULL));
    if (step == SY_QEMU_TRACE_ERROR) {
        g_assert(sy_qemu_trace_next(trace, &record, NULL) == SY_QEMU_TRACE_ERROR);
    }
    g_assert(sy_qemu_trace_bytes(trace) <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint64_t header[] = {UINT64_MAX, UINT64_C(0xf2b177cb0aa429b4), 4};
    int fd = memfd_create("trace", MFD_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    /* Few inputs would hit the magic number by chance. */
    size_t head = size % 2 ? sizeof(header) : 0;
    SyQemuTrace *trace;

    g_assert(write(fd, header, head) == (ssize_t)head);
    g_assert(write(fd, data, size) == (ssize_t)size);
    trace = sy_qemu_trace_open(path, NULL);
    if (trace) {
        read_all(trace, head + size);
    }
    sy_qemu_trace_free(trace);
    close(fd);
    return 0;
}
