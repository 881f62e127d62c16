/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who acts on the vCPUs besides the client: hotplug with pause, one who kicks, one who wants to be
 * alone. */
#ifndef THROTTLE_THREADS_PLAYERS_H
#define THROTTLE_THREADS_PLAYERS_H

#include <stdint.h>

#include "checks.h"
#include "machine.h"

/* Threads for the three, from now until players_stop(). vCPU 0 is never unplugged. */
void players_start(uint64_t seed);
void players_stop(void);

/* Kicks it for a piece of work, `n` times, and waits each time; what is never done is fatal for
 * `lost`. No vCPU is unplugged meanwhile. Without the BQL. */
void players_ask(CPUState *cpu, unsigned n, CheckId lost);

/* What the players have done so far, as a TAP comment. */
void players_print(void);

/* vCPU `cpu_index`, NULL if there is none. Under the BQL. */
CPUState *players_find(int cpu_index);

#endif
