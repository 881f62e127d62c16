/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The throttle mod as a QMP client sees it (docs/qmp/kvm-throttle.md). */
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
    int64_t kicks;                    /* times the quota ran out */
    int64_t used_ns;                  /* CPU time by the throttle's own account */
    int64_t granted_ns, forfeited_ns; /* quota given, and of that not used in time */
    int64_t credit_ns, debt_ns;       /* one of them is 0 */
    bool enabled;
} ThrottleInfo;

/* Sets every vCPU's quota and period, and checks that QEMU then reports exactly these
 * (SY_ERROR_PROTOCOL if not). */
bool throttle_set(SyVm *vm, int64_t quota_ns, int64_t period_ns, GError **error);

/* The same for vCPU `cpu_index` alone; the others stay as they are. */
bool throttle_set_one(SyVm *vm, int cpu_index, int64_t quota_ns, int64_t period_ns, GError **error);

/* What the books are off by, in ns: granted - forfeited - used must be credit - debt. Pure. */
int64_t throttle_books_error_ns(const ThrottleInfo *info);

/* The entry of vCPU `cpu_index`. */
bool throttle_query(SyVm *vm, int cpu_index, ThrottleInfo *info, GError **error);

#endif
