/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a hypervisor below this host takes from its CPUs. */
#ifndef SY_HOST_STEAL_H
#define SY_HOST_STEAL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Steal time of all CPUs together in clock ticks (sysconf(_SC_CLK_TCK) in a second), from the text
 * of /proc/stat (proc(5), first line, eighth figure). False if the text has no such figure. Pure.
 */
bool sy_steal_parse(const char *text, uint64_t *ticks);

/* Steal time of all CPUs together since the host was booted, in ns; as coarse as a clock tick.
 * False where the kernel does not say. Does not block. */
bool sy_steal_ns(uint64_t *ns);

#endif
