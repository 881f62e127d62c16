/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: what QAPI generates for the commands in qemu-mods/src/qapi/kvm-throttle.json. */
#ifndef STAND_IN_QAPI_COMMANDS_KVM_THROTTLE_H
#define STAND_IN_QAPI_COMMANDS_KVM_THROTTLE_H

#include "qapi/error.h"
#include "qapi/qapi-types-kvm-throttle.h"

void qmp_kvm_throttle_set(bool has_cpu_index, int64_t cpu_index, int64_t quota_ns,
                          int64_t period_ns, bool has_burst_ns, int64_t burst_ns,
                          bool has_max_debt_ns, int64_t max_debt_ns, bool has_starved_periods,
                          uint32_t starved_periods, Error **errp);
KvmThrottleInfoList *qmp_query_kvm_throttle(Error **errp);

#endif
