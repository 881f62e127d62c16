/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways to read a guest's memory from outside, each a single QEMU command, for comparison. */
#ifndef SY_WORKLOADS_PAGES_DUMP_PATH_H
#define SY_WORKLOADS_PAGES_DUMP_PATH_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "vm/vm.h"

typedef enum {
    DUMP_ROWS,         /* query-phys-pages, rows */
    DUMP_BASE64,       /* query-phys-pages, base64 */
    DUMP_PMEMSAVE,     /* to a file in memory */
    DUMP_XP,           /* HMP xp, 8 bytes at a time, as text */
    DUMP_GUEST_MEMORY, /* dump-guest-memory, ELF, to a file in memory */
} DumpPath;

/* All names, for a parameter's `choices`. */
#define DUMP_PATH_NAMES "rows,base64,pmemsave,xp,dump-guest-memory"

/* The path with that name, which must be one of these. */
DumpPath dump_path_of(const char *name);

/* What one dump took in QEMU: the time from sending the command to the last byte of the reply,
 * without parsing the reply here or reading the file, where there is one. */
typedef struct {
    int64_t ns;
    gsize reply_bytes;
} DumpCost;

/* A memfd that QEMU can open by name. */
typedef struct {
    int fd;
    char *name; /* /proc/PID/fd/FD, with this program's PID */
} DumpFile;

/* Creates the file. SY_ERROR_IO. Call dump_file_close() only after success. */
bool dump_file_open(DumpFile *file, GError **error);
void dump_file_close(DumpFile *file);

/*
 * Dumps `pages` pages (at most 64) from address `base` on. SY_ERROR_PEER if QEMU refused,
 * SY_ERROR_PROTOCOL if the file is too short.
 */
bool dump_path_run(DumpPath path, SyVm *vm, const DumpFile *file, uint64_t base, guint pages,
                   DumpCost *cost, GError **error);

#endif
