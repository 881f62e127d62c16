/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steal time: what a hypervisor below this host gave to others while a CPU here had work. */
#ifndef SY_HOST_STEAL_H
#define SY_HOST_STEAL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The steal time in the text of /proc/stat, of all CPUs together, in the kernel's ticks (proc(5));
 * a kernel too old to tell has 0. False if the text is no such file. Pure.
 */
bool sy_steal_parse(const char *text, uint64_t *ticks);

/*
 * Steal time of all CPUs together since boot, in ns; its resolution is a tick (10 ms). 0 on a
 * machine of its own. Does not block. SY_ERROR_IO, SY_ERROR_PROTOCOL.
 */
bool sy_steal_read(int64_t *steal_ns, GError **error);

#endif
