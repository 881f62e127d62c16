/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a small trace.dat, as trace-cmd.dat.v6(5) describes it: two CPUs, a main buffer and one
 * instance, with as many records of each event as one likes. */
#ifndef SY_TESTS_TRACE_DAT_H
#define SY_TESTS_TRACE_DAT_H

#include <glib.h>

#define TRACE_DAT_CPUS 2

typedef struct {
    const char *system; /* NULL ends the table */
    const char *name;   /* NULL: the file does not describe this event */
    guint main[TRACE_DAT_CPUS], instance[TRACE_DAT_CPUS]; /* records on each CPU */
} TraceDatEvent;

/* The n-th event of the table gets this id. */
#define TRACE_DAT_ID(n) (100 + (n))

/* Replaces `path`. */
void trace_dat_write(const char *path, const TraceDatEvent *events);

#endif
