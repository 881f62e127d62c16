/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpulimit(1): a process that watches another's CPU time and stops and continues it by signals. It
 * takes whole percents of one CPU, chooses its period itself, and stops the process as a whole,
 * with all its threads.
 */
#ifndef SY_HOST_CPULIMIT_H
#define SY_HOST_CPULIMIT_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct SyCpulimit SyCpulimit;

/* The limit that cpulimit can be given for `share_pct` of one CPU: rounded, at least 1. Pure. */
int sy_cpulimit_round(double share_pct);

/*
 * Starts cpulimit on process `pid` with `limit_pct`, its output in the folder `dir`. From the main
 * thread only. SY_ERROR_UNAVAILABLE if there is no such program. The caller owns the result.
 */
SyCpulimit *sy_cpulimit_start(pid_t pid, int limit_pct, const char *dir, GError **error);

/* True while it runs. Does not block. */
bool sy_cpulimit_alive(SyCpulimit *cpulimit);

/*
 * Ends it in order (then it lets the process go on by itself), or by force, and lets the process go
 * on in any case. Blocks for some ms, 2 s at most. NULL is fine.
 */
void sy_cpulimit_stop(SyCpulimit *cpulimit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyCpulimit, sy_cpulimit_stop)

#endif
