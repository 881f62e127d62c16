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

/* `share_pct` of one CPU as a limit that cpulimit accepts: rounded to whole percent, at least 1.
 * Pure. */
int sy_cpulimit_round(double share_pct);

/*
 * Starts cpulimit on process `pid` with `limit_pct`; its output goes to the folder `dir`. From the
 * main thread only. SY_ERROR_UNAVAILABLE if cpulimit is not installed. The caller owns the result.
 */
SyCpulimit *sy_cpulimit_start(pid_t pid, int limit_pct, const char *dir, GError **error);

/* True while cpulimit runs. Does not block. */
bool sy_cpulimit_alive(SyCpulimit *cpulimit);

/*
 * Ends cpulimit, by SIGKILL if it ignores SIGTERM, and continues the process it may have stopped.
 * Blocks for some ms, at most 2 s. NULL is fine.
 */
void sy_cpulimit_stop(SyCpulimit *cpulimit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyCpulimit, sy_cpulimit_stop)

#endif
