/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The throttle's QMP commands (docs/qmp/kvm-throttle.md). */
#ifndef SY_WORKLOADS_THROTTLE_QMP_H
#define SY_WORKLOADS_THROTTLE_QMP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "vm/vm.h"

/* One vCPU's entry of query-kvm-throttle; times in ns. */
typedef struct {
    int64_t quota_ns, period_ns;
    int64_t periods;                  /* boundaries passed */
    int64_t kicks;                    /* times the quota expired */
    int64_t used_ns;                  /* CPU time used, as the throttle counts it */
    int64_t granted_ns, forfeited_ns; /* quota granted, and the part of it forfeited unused */
    int64_t credit_ns, debt_ns;       /* at least one of them is 0 */
    bool enabled;
} ThrottleInfo;

/* Sets the quota and period of every vCPU and checks that QEMU then reports them (SY_ERROR_PROTOCOL
 * if not). */
bool throttle_set(SyVm *vm, int64_t quota_ns, int64_t period_ns, GError **error);

/* The same for vCPU `cpu_index` alone; the others keep their settings. */
bool throttle_set_one(SyVm *vm, int cpu_index, int64_t quota_ns, int64_t period_ns, GError **error);

/* By how much the throttle's books do not balance, in ns: granted - forfeited - used must equal
 * credit - debt. Pure. */
int64_t throttle_books_error_ns(const ThrottleInfo *info);

/* Reads the entry of vCPU `cpu_index`. SY_ERROR_PROTOCOL if QEMU does not list it. */
bool throttle_query(SyVm *vm, int cpu_index, ThrottleInfo *info, GError **error);

#endif
