/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the windows and counters of a repetition of throttle.share to its metrics and, where it
 * cannot be judged, the reason. It reads no clock, no process and no QEMU.
 */
#ifndef SY_WORKLOADS_THROTTLE_SHARE_METRICS_H
#define SY_WORKLOADS_THROTTLE_SHARE_METRICS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "run/case.h"
#include "workloads/throttle/on-cpu.h"
#include "workloads/throttle/qmp.h"
#include "workloads/throttle/vcpu-window.h"

#define SHARE_VCPUS_MAX 8

/* Counters of the guest, the throttle, the competing load and the host; read before and after the
 * windows. */
typedef struct {
    int64_t when_ns; /* CLOCK_MONOTONIC */
    uint64_t work[SHARE_VCPUS_MAX];
    ThrottleInfo throttle[SHARE_VCPUS_MAX];
    uint64_t competitor_ns; /* CPU time that the load has used; 0 without one */
    int64_t steal_ns;       /* of all CPUs of this host, in ns */
} ShareCounts;

/* One repetition. */
typedef struct {
    guint vcpus;
    int64_t period_ns;
    int64_t quota_ns[SHARE_VCPUS_MAX]; /* the targets */
    VcpuShare window[SHARE_VCPUS_MAX];
    SwitchOffset offset; /* difference between the witnesses per sleep */
    double gate_pct;     /* gate of share_error_pct; 0: none */
    /* of the third witness: what it saw of each vCPU, and what it lacks (NULL: nothing) */
    bool third_called;
    OnCpu on_cpu[SHARE_VCPUS_MAX];
    const char *missing[SHARE_VCPUS_MAX]; /* borrowed */
    ShareCounts before, after;
    const char *load; /* describes the competing load; NULL: steelyard started none */
    bool load_died;
} ShareRepetition;

/* Records every metric of throttle.share and, if the repetition cannot be judged, the reason. With
 * several vCPUs a sample is that of the worst one: an average would hide it. */
void share_metrics_record(SyCase *c, const ShareRepetition *r);

#endif
