/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process and all that descend from it, as /proc shows them at one moment. */
#ifndef SY_HOST_PROCTREE_H
#define SY_HOST_PROCTREE_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    pid_t pid;
    pid_t parent;
    char state;     /* proc(5): R, S, Z ... */
    char name[32];  /* the kernel keeps 15 characters */
    guint64 cpu_ns; /* its own CPU time: of all threads, in steps of 10 ms; or of the first thread,
                          exactly, if that is more */
    guint64 reaped_ns; /* CPU time of the children it has waited for */
} SyProc;

/* Reads one process from the text of /proc/PID/stat (proc(5)). False if it is malformed. Pure. */
bool sy_proc_parse(const char *text, SyProc *out);

/*
 * The SyProc of every descendant of `root` (without `root`), parents before their children. One
 * pass over /proc, some ms on a busy host; processes that come or go meanwhile may be missing. The
 * caller frees (g_array_unref).
 */
GArray *sy_proctree_below(pid_t root);

/* CPU time of `pid` and everything below it in `tree`, reaped children included, in ns. */
guint64 sy_proctree_cpu_ns(const GArray *tree, pid_t pid);

#endif
