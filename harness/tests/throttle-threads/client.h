/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QMP client that knows what it has set and checks every reply. All under the BQL. */
#ifndef THROTTLE_THREADS_CLIENT_H
#define THROTTLE_THREADS_CLIENT_H

#include <stdint.h>

#include "machine.h"
#include "qapi/qapi-types-kvm-throttle.h"

/* vCPU indices are below this. */
#define CPUS_MAX 4

/* In place of a vCPU's index: all present and future vCPUs. */
#define ALL_CPUS (-1)

/* For machine_init(): the machine reports its vCPUs to the client. */
extern const MachineWatch client_watch;

/* The next vCPU is added while the host has no timers left. */
void client_spoil_next_plug(void);

/* The command's arguments, all of them given; `quota_ns` = `period_ns` lifts the limit. */
typedef struct Settings {
    int64_t quota_ns;
    int64_t period_ns;
    int64_t burst_ns;
    uint32_t starved_periods;
    int64_t max_debt_ns; /* 0: no limit */
} Settings;

/* Makes settings that must be accepted. */
void client_set(int cpu_index, const Settings *settings);

/* Makes one random change, rarely one that must be refused. */
void client_change(uint64_t *seed);

/* How many events have reported a starved vCPU so far. */
unsigned client_starved_events(void);

/* Queries and checks the reply, which the caller frees. */
KvmThrottleInfoList *client_query(void);

#endif
