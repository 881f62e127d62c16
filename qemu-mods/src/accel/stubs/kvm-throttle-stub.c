/*
 * Limit the CPU time of KVM vCPUs: QMP commands of targets without KVM
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-kvm-throttle.h"

void qmp_kvm_throttle_set(bool has_cpu_index, int64_t cpu_index,
                          int64_t quota_ns, int64_t period_ns,
                          bool has_burst_ns, int64_t burst_ns,
                          bool has_max_debt_ns, int64_t max_debt_ns,
                          bool has_starved_periods, uint32_t starved_periods,
                          Error **errp)
{
    error_setg(errp, "kvm-throttle-set requires the KVM accelerator");
}

KvmThrottleInfoList *qmp_query_kvm_throttle(Error **errp)
{
    error_setg(errp, "query-kvm-throttle requires the KVM accelerator");
    return NULL;
}
