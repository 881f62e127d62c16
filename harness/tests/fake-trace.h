/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tracefs made of plain files and a trace-cmd made of shell, for tests where the kernel's are out
 * of reach. */
#ifndef SY_TESTS_FAKE_TRACE_H
#define SY_TESTS_FAKE_TRACE_H

#include <glib.h>

/* What the fake trace-cmd does. */
typedef enum {
    FAKE_TRACE_WELL,    /* records until SIGINT, then leaves the file */
    FAKE_TRACE_REFUSED, /* says so and exits with 1 before it records */
    FAKE_TRACE_DIES,    /* exits in the midst of recording */
    FAKE_TRACE_FULL,    /* exits with 1 after SIGINT, without the file */
} FakeTraceMode;

/*
 * Sets both up in `dir`, an empty folder, and makes this process use them. After SIGINT trace-cmd
 * leaves a copy of `dir`/made.dat, which is the caller's to write. As the real one, it has a
 * recorder: a `sleep` in a session of its own. The kernel's statistics are CPU 0: 40 entries
 * unread, 2 read, 3 overrun; CPU 1: 58 read, 1 dropped.
 */
void fake_trace_set_up(const char *dir, FakeTraceMode mode);

/* Contents of the buffer's file `name`, chomped; the caller frees. */
char *fake_trace_buffer_file(const char *dir, const char *name);

/* The arguments that trace-cmd was given, in one line; the caller frees. */
char *fake_trace_arguments(const char *dir);

#endif
