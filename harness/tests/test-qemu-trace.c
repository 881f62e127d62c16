/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/qemu-trace.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/qemu-trace-file.h"

static char *folder;
static char *path;

static void set_up(void)
{
    folder = check_folder();
    path = g_build_filename(folder, "trace", NULL);
}

static void tear_down(void)
{
    g_free(path);
    check_folder_remove(folder);
}

TestSuite(qemu_trace, .init = set_up, .fini = tear_down, .timeout = 60);

static void append(const GByteArray *file, gsize from, gsize to)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (to > from) {
        cr_assert_eq(write(fd, file->data + from, to - from), (ssize_t)(to - from));
    }
    close(fd);
}

static SyQemuTrace *opened(const GByteArray *file)
{
    GError *error = NULL;
    SyQemuTrace *trace;

    append(file, 0, file->len);
    trace = sy_qemu_trace_open(path, &error);
    check_no_error(error);
    return trace;
}

static SyQemuTraceStep next(SyQemuTrace *trace, SyQemuTraceRecord *record)
{
    GError *error = NULL;
    SyQemuTraceStep step = sy_qemu_trace_next(trace, record, &error);

    check_no_error(error);
    return step;
}

static GByteArray *two_records(void)
{
    GByteArray *file = trace_file_new();

    trace_file_name(file, 7, "kick");
    trace_file_name(file, 8, "wake");
    trace_file_numbers(file, 7, 1000, 0, (uint64_t)-5, 3);
    trace_file_numbers(file, 8, 2000, 1);
    return file;
}

Test(qemu_trace, records_come_with_name_time_pid_and_numbers)
{
    g_autoptr(GByteArray) file = two_records();
    g_autoptr(SyQemuTrace) trace = opened(file);
    SyQemuTraceRecord r;

    cr_assert_eq(next(trace, &r), SY_QEMU_TRACE_RECORD);
    cr_assert_str_eq(r.event, "kick");
    cr_assert_eq(r.time_ns, 1000);
    cr_assert_eq(r.pid, TRACE_FILE_PID);
    cr_assert_eq(r.n_args, 3);
    cr_assert_eq((int64_t)r.args[1], -5);
    cr_assert_eq(r.args[2], 3);
    cr_assert_eq(next(trace, &r), SY_QEMU_TRACE_RECORD);
    cr_assert_str_eq(r.event, "wake");
    cr_assert_eq(r.n_args, 1);
    cr_assert_eq(next(trace, &r), SY_QEMU_TRACE_END);
    cr_assert_eq(sy_qemu_trace_bytes(trace), file->len);
    cr_assert_eq(sy_qemu_trace_lost(trace), 0);
}

Test(qemu_trace, strings_come_as_their_bytes)
{
    static const char args[] = {3, 0, 0, 0, 'a', 'b', 'c'};
    g_autoptr(GByteArray) file = trace_file_new();
    g_autoptr(SyQemuTrace) trace = NULL;
    SyQemuTraceRecord r;

    trace_file_name(file, 1, "text");
    trace_file_record(file, 1, 5, args, sizeof(args));
    trace = opened(file);
    cr_assert_eq(next(trace, &r), SY_QEMU_TRACE_RECORD);
    cr_assert_eq(r.n_args, 0);
    cr_assert_eq(r.length, sizeof(args));
    cr_assert_arr_eq(r.bytes, args, sizeof(args));
}

Test(qemu_trace, lost_records_are_counted_and_are_no_records)
{
    g_autoptr(GByteArray) file = two_records();
    g_autoptr(SyQemuTrace) trace = NULL;
    SyQemuTraceRecord r;
    guint count = 0;

    trace_file_numbers(file, TRACE_FILE_LOST, 3000, 40);
    trace_file_numbers(file, TRACE_FILE_LOST, 4000, 2);
    trace_file_numbers(file, 8, 5000, 1);
    trace = opened(file);
    while (next(trace, &r) == SY_QEMU_TRACE_RECORD) {
        count++;
    }
    cr_assert_eq(count, 3);
    cr_assert_eq(r.event, NULL);
    cr_assert_eq(sy_qemu_trace_lost(trace), 42);
}

/* Whatever piece of it has been written, what is whole is read, and the rest when it is there. */
Test(qemu_trace, file_is_read_while_it_grows_byte_by_byte)
{
    g_autoptr(GByteArray) file = two_records();
    g_autoptr(GByteArray) nothing = g_byte_array_new();
    g_autoptr(SyQemuTrace) trace = opened(nothing);
    SyQemuTraceRecord r;
    guint count = 0;

    for (gsize i = 0; i < file->len; i++) {
        append(file, i, i + 1);
        count += next(trace, &r) == SY_QEMU_TRACE_RECORD;
    }
    cr_assert_eq(count, 2);
    cr_assert_eq(sy_qemu_trace_bytes(trace), file->len);
}

/* Longer than the reader's buffer: records are found across its ends. */
Test(qemu_trace, long_file_is_read_to_its_end)
{
    g_autoptr(GByteArray) file = two_records();
    g_autoptr(SyQemuTrace) trace = NULL;
    SyQemuTraceRecord r;
    uint64_t sum = 0;

    for (uint64_t i = 0; i < 40000; i++) {
        trace_file_numbers(file, 8, 3000, i);
    }
    trace = opened(file);
    cr_assert_gt(file->len, 1024 * 1024);
    while (next(trace, &r) == SY_QEMU_TRACE_RECORD) {
        sum += r.event[0] == 'w' ? r.args[0] : 0;
    }
    cr_assert_eq(sum, 1 + UINT64_C(40000) * 39999 / 2);
}

Test(qemu_trace, a_cut_file_is_read_up_to_its_last_whole_record)
{
    g_autoptr(GByteArray) file = two_records();
    const guint whole = file->len - 40; /* the last record: 8 + 24 + 8 */

    for (guint length = 0; length < file->len; length++) {
        g_autoptr(SyQemuTrace) trace = NULL;
        SyQemuTraceRecord r;

        unlink(path);
        append(file, 0, length);
        trace = sy_qemu_trace_open(path, NULL);
        while (next(trace, &r) == SY_QEMU_TRACE_RECORD) {
        }
        cr_assert_leq(sy_qemu_trace_bytes(trace), length);
        if (length >= whole) {
            cr_assert_eq(sy_qemu_trace_bytes(trace), whole);
        }
    }
}

static void check_broken(const GByteArray *file, SyError kind, const char *text)
{
    g_autoptr(SyQemuTrace) trace = opened(file);
    SyQemuTraceRecord r;
    GError *error = NULL;
    SyQemuTraceStep step;

    do {
        step = sy_qemu_trace_next(trace, &r, &error);
    } while (step == SY_QEMU_TRACE_RECORD);
    cr_assert_eq(step, SY_QEMU_TRACE_ERROR, "no error about: %s", text);
    cr_assert_not_null(strstr(error->message, path));
    cr_assert_not_null(strstr(error->message, "offset "));
    check_error(error, kind, text);
    cr_assert_eq(sy_qemu_trace_next(trace, &r, NULL), SY_QEMU_TRACE_ERROR);
    unlink(path);
}

Test(qemu_trace, broken_files_are_errors_that_name_file_and_offset)
{
    static const struct {
        guint offset;
        guint8 byte;
        SyError kind;
        const char *text;
    } table[] = {
        {8, 0, SY_ERROR_PROTOCOL, "offset 0: no header"},
        {16, 3, SY_ERROR_UNAVAILABLE, "version 3"},
        {24, 9, SY_ERROR_PROTOCOL, "offset 24: unknown type 0x9"},
        {40, 0, SY_ERROR_PROTOCOL, "name of 0 bytes"},
        {43, 1, SY_ERROR_PROTOCOL, "name of 16777220 bytes"},
        {56, 7, SY_ERROR_PROTOCOL, "event 7 has two names"},
        {80, 9, SY_ERROR_PROTOCOL, "offset 72: a record of event 9, which was not named"},
        {96, 23, SY_ERROR_PROTOCOL, "a record of 23 bytes"},
        {99, 1, SY_ERROR_PROTOCOL, "a record of 16777264 bytes"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GByteArray) file = two_records();

        file->data[table[i].offset] = table[i].byte;
        check_broken(file, table[i].kind, table[i].text);
    }
}

Test(qemu_trace, endless_names_do_not_fill_the_memory)
{
    g_autoptr(GByteArray) file = trace_file_new();

    for (uint64_t i = 0; i < 70000; i++) {
        trace_file_name(file, i, "name");
    }
    check_broken(file, SY_ERROR_PROTOCOL, "more than 65536 events have names");
}

Test(qemu_trace, missing_file_is_an_io_error)
{
    GError *error = NULL;

    cr_assert_null(sy_qemu_trace_open(path, &error));
    check_error(error, SY_ERROR_IO, path);
}
