/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPU lists as the kernel writes them (cpuset's format): "0", "0-1,3". */
#ifndef SY_BASE_CPULIST_H
#define SY_BASE_CPULIST_H

#include <glib.h>
#include <sched.h>
#include <stdbool.h>

/* Reads `text` into `set`. SY_ERROR_USAGE quotes a text that is not a list, or an empty one. */
bool sy_cpulist_parse(const char *text, cpu_set_t *set, GError **error);

/* The shortest list that names exactly the CPUs of `set`, ascending; the caller frees. */
char *sy_cpulist_format(const cpu_set_t *set);

/* Sets the error of a sched_setaffinity() for `who` to the CPUs `text`: SY_ERROR_USAGE that names
 * the CPUs there are if these are none of them, else SY_ERROR_IO. */
void sy_cpulist_set_refused(GError **error, int errno_value, const char *who, const char *text);

#endif
