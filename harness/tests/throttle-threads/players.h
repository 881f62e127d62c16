/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that act on the vCPUs besides the client: one plugs and pauses, one kicks, and one runs
 * exclusive sections. */
#ifndef THROTTLE_THREADS_PLAYERS_H
#define THROTTLE_THREADS_PLAYERS_H

#include <stdint.h>

#include "checks.h"
#include "machine.h"

/* Starts the three threads, which run until players_stop(). vCPU 0 is never unplugged. */
void players_start(uint64_t seed);
void players_stop(void);

/* Kicks the vCPU for a work item `n` times, and waits each time; an item that is never done is
 * fatal for the check `lost`. No vCPU is unplugged meanwhile. Without the BQL. */
void players_ask(CPUState *cpu, unsigned n, CheckId lost);

/* What the players have done so far, as a TAP comment. */
void players_print(void);

/* vCPU `cpu_index`, NULL if there is none. Under the BQL. */
CPUState *players_find(int cpu_index);

#endif
