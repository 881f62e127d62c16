/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of QEMU's trace backend `simple`, made by hand: format in observe/qemu-trace.h. */
#ifndef SY_TESTS_QEMU_TRACE_FILE_H
#define SY_TESTS_QEMU_TRACE_FILE_H

#include <glib.h>
#include <stdint.h>

#define TRACE_FILE_PID 4711
#define TRACE_FILE_LOST (UINT64_MAX - 1)

static inline void trace_file_u64(GByteArray *file, uint64_t value)
{
    g_byte_array_append(file, (const guint8 *)&value, sizeof(value));
}

static inline void trace_file_u32(GByteArray *file, uint32_t value)
{
    g_byte_array_append(file, (const guint8 *)&value, sizeof(value));
}

/* A file with its header; the caller unrefs. */
static inline GByteArray *trace_file_new(void)
{
    GByteArray *file = g_byte_array_new();

    trace_file_u64(file, UINT64_MAX);
    trace_file_u64(file, UINT64_C(0xf2b177cb0aa429b4));
    trace_file_u64(file, 4);
    return file;
}

static inline void trace_file_name(GByteArray *file, uint64_t event, const char *name)
{
    trace_file_u64(file, 0);
    trace_file_u64(file, event);
    trace_file_u32(file, (uint32_t)strlen(name));
    g_byte_array_append(file, (const guint8 *)name, (guint)strlen(name));
}

/* A record with `length` bytes of arguments as they are. */
static inline void trace_file_record(GByteArray *file, uint64_t event, int64_t time_ns,
                                     const void *args, gsize length)
{
    trace_file_u64(file, 1);
    trace_file_u64(file, event);
    trace_file_u64(file, (uint64_t)time_ns);
    trace_file_u32(file, 24 + (uint32_t)length);
    trace_file_u32(file, TRACE_FILE_PID);
    g_byte_array_append(file, args, (guint)length);
}

/* A record whose arguments are all numbers. */
#define trace_file_numbers(file, event, time_ns, ...)                                              \
    trace_file_record(file, event, time_ns, (const uint64_t[]){__VA_ARGS__},                       \
                      sizeof((const uint64_t[]){__VA_ARGS__}))

#endif
