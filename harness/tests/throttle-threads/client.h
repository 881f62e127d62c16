/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QMP client that knows what it has set, and checks every answer. All under the BQL. */
#ifndef THROTTLE_THREADS_CLIENT_H
#define THROTTLE_THREADS_CLIENT_H

#include <stdint.h>

#include "machine.h"
#include "qapi/qapi-types-kvm-throttle.h"

/* vCPU indices are below this. */
#define CPUS_MAX 4

/* In place of a vCPU's index: all there are and will be. */
#define ALL_CPUS (-1)

/* What the client is told by the machine. The next vCPU comes when there are no timers left. */
extern const MachineWatch client_watch;
void client_spoil_next_plug(void);

/* As the command's arguments, but that all are given; `quota_ns` = `period_ns` lifts the limit. */
typedef struct Settings {
    int64_t quota_ns;
    int64_t period_ns;
    int64_t burst_ns;
    uint32_t starved_periods;
} Settings;

/* Sets what must be accepted. */
void client_set(int cpu_index, const Settings *settings);

/* Makes one random change, seldom one that must be refused. */
void client_change(uint64_t *seed);

/* Events that told of a starved vCPU so far. */
unsigned client_starved_events(void);

/* Queries and checks the answer, which the caller frees. */
KvmThrottleInfoList *client_query(void);

#endif
