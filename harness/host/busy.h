/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPU time that this host's processes use, to tell whether it has other work than a measurement. */
#ifndef SY_HOST_BUSY_H
#define SY_HOST_BUSY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What all CPUs together did other than idle or wait, from the text of /proc/stat, in the kernel's
 * ticks (proc(5)); steal time is not part of it. False if the text is malformed. Pure.
 */
bool sy_busy_parse(const char *text, uint64_t *ticks);

/*
 * CPU time, in ns, of everything on this host except this process and process `pid`. The kernel may
 * count the whole in ticks (4 or 10 ms each), so differences are rough: for seconds, to some
 * percent of a CPU. Does not block. SY_ERROR_IO, SY_ERROR_PROTOCOL; SY_ERROR_DIED: no such process.
 */
bool sy_busy_others_ns(pid_t pid, int64_t *ns, GError **error);

#endif
