/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steal time: CPU time that the hypervisor gave to others while a CPU of this host had work. */
#ifndef SY_HOST_STEAL_H
#define SY_HOST_STEAL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The steal time of all CPUs together from the text of /proc/stat, in the kernel's ticks (proc(5));
 * 0 if the kernel is too old to count it. False if the text is malformed. Pure.
 */
bool sy_steal_parse(const char *text, uint64_t *ticks);

/*
 * Steal time of all CPUs together since boot, in ns, counted in ticks (10 ms); 0 on bare metal.
 * Does not block. SY_ERROR_IO, SY_ERROR_PROTOCOL.
 */
bool sy_steal_read(int64_t *steal_ns, GError **error);

#endif
