/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu.log, a QEMU's stdout and stderr in the run folder, as far as messages quote it. */
#ifndef SY_VM_QEMU_LOG_H
#define SY_VM_QEMU_LOG_H

#include <sys/types.h>

#define SY_QEMU_LOG "qemu.log"

/*
 * The last lines from byte `start` on, joined by " | "; NULL if there are none or the file cannot
 * be read. `dir_fd` is the run folder. The caller frees.
 */
char *sy_qemu_log_tail(int dir_fd, off_t start);

/* Appends one line, if the file can be written. */
void sy_qemu_log_append(int dir_fd, const char *line);

#endif
