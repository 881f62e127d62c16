/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * throttle.share's judgement: from the windows and books of a repetition to its samples and doubts.
 * No clock, no process, no QEMU is asked here.
 */
#ifndef SY_WORKLOADS_THROTTLE_SHARE_METRICS_H
#define SY_WORKLOADS_THROTTLE_SHARE_METRICS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "run/case.h"
#include "workloads/throttle/qmp.h"
#include "workloads/throttle/vcpu-window.h"

#define SHARE_VCPUS_MAX 8

/* What the guest, the throttle, the competitor and the host count; to be read before and after the
 * windows. */
typedef struct {
    int64_t when_ns; /* CLOCK_MONOTONIC */
    uint64_t work[SHARE_VCPUS_MAX];
    ThrottleInfo throttle[SHARE_VCPUS_MAX];
    uint64_t competitor_ns; /* CPU time it has used; 0 without one */
    int64_t steal_ns;       /* of all CPUs of this host */
} ShareCounts;

/* One repetition. */
typedef struct {
    guint vcpus;
    int64_t period_ns;
    int64_t quota_ns[SHARE_VCPUS_MAX]; /* the targets: what each vCPU should get */
    VcpuShare window[SHARE_VCPUS_MAX];
    SwitchOffset offset; /* between the witnesses */
    double gate_pct;     /* what share_error_pct is held to; 0: nothing */
    ShareCounts before, after;
    const char *load; /* the competitor, for people; NULL: none of ours */
    bool load_died;
} ShareRepetition;

/* Records every metric of throttle.share, and what speaks against the repetition. With several
 * vCPUs a sample is the worst one's: an average would hide it. */
void share_metrics_record(SyCase *c, const ShareRepetition *r);

#endif
