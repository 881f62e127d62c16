/*
 * Limit the CPU time of KVM vCPUs: QMP commands
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "qapi/qapi-commands-kvm-throttle.h"
#include "system/kvm.h"
#include "system/kvm_int.h"
#include "kvm-throttle-int.h"

static const KvmThrottleParams qmp_params = {
    .quota = "quota-ns",
    .period = "period-ns",
    .burst = "burst-ns",
    .max_debt = "max-debt-ns",
    .unit_ns = 1,
};

static bool check_accel(const char *command, Error **errp)
{
    if (!kvm_enabled()) {
        error_setg(errp, "%s requires the KVM accelerator", command);
        return false;
    }
    if (!kvm_check_extension(kvm_state, KVM_CAP_IMMEDIATE_EXIT)) {
        error_setg(errp, "%s requires a host kernel with "
                   "KVM_CAP_IMMEDIATE_EXIT", command);
        return false;
    }
    return true;
}

void qmp_kvm_throttle_set(bool has_cpu_index, int64_t cpu_index,
                          int64_t quota_ns, int64_t period_ns,
                          bool has_burst_ns, int64_t burst_ns,
                          bool has_max_debt_ns, int64_t max_debt_ns,
                          bool has_starved_periods, uint32_t starved_periods,
                          Error **errp)
{
    KvmThrottleState *s;
    KvmThrottleSettings settings;
    KvmThrottle *t;
    bool found = false;

    if (!has_starved_periods) {
        starved_periods = KVM_THROTTLE_STARVED_PERIODS;
    }
    if (!check_accel("kvm-throttle-set", errp) ||
        !kvm_throttle_make_settings(&settings, &qmp_params,
                                    quota_ns, period_ns,
                                    has_burst_ns, burst_ns,
                                    has_max_debt_ns ? max_debt_ns : 0,
                                    starved_periods, errp)) {
        return;
    }

    /* Do first what can fail; a timer made in vain is kept for later. */
    s = &kvm_state->throttle;
    QTAILQ_FOREACH(t, &s->vcpus, next) {
        if (has_cpu_index && t->cpu->cpu_index != cpu_index) {
            continue;
        }
        found = true;
        if (kvm_throttle_is_limit(&settings) &&
            !kvm_throttle_make_timer(t, errp)) {
            return;
        }
    }
    if (has_cpu_index && !found) {
        error_setg(errp, "There is no vCPU with cpu-index %" PRId64,
                   cpu_index);
        return;
    }

    if (!has_cpu_index) {
        s->initial = settings;
    }
    QTAILQ_FOREACH(t, &s->vcpus, next) {
        if (!has_cpu_index || t->cpu->cpu_index == cpu_index) {
            t->wanted = settings;
            kvm_throttle_queue(t);
        }
    }
}

static KvmThrottleInfo *make_info(KvmThrottle *t, Error **errp)
{
    KvmThrottleInfo *info;
    KvmThrottleView v;

    if (!kvm_throttle_look(t, &v, errp)) {
        return NULL;
    }
    info = g_new0(KvmThrottleInfo, 1);
    info->cpu_index = t->cpu->cpu_index;
    info->thread_id = t->cpu->thread_id;
    info->enabled = kvm_throttle_is_limit(&t->wanted);
    info->clock = t->clock;
    info->quota_ns = t->wanted.bucket.quota_ns;
    info->period_ns = t->wanted.bucket.period_ns;
    info->burst_ns = t->wanted.bucket.burst_ns;
    info->max_debt_ns = t->wanted.bucket.max_debt_ns;
    info->starved_periods = t->wanted.starved_periods;
    info->periods = v.bucket.periods;
    info->kicks = v.expiries;
    info->throttled_ns = v.throttled_ns;
    info->used_ns = v.bucket.used_ns;
    info->granted_ns = v.bucket.granted_ns;
    info->forfeited_ns = v.bucket.forfeited_ns;
    info->forgiven_ns = v.bucket.forgiven_ns;
    info->starved_ns = v.bucket.starved_ns;
    info->starved_total = v.starvation.total;
    info->starved_in_row = v.starvation.periods;
    info->credit_ns = MAX(v.bucket.budget_ns, 0);
    info->debt_ns = MAX(-v.bucket.budget_ns, 0);
    return info;
}

KvmThrottleInfoList *qmp_query_kvm_throttle(Error **errp)
{
    g_autoptr(KvmThrottleInfoList) list = NULL;
    KvmThrottleInfoList **tail = &list;
    KvmThrottle *t;

    if (!check_accel("query-kvm-throttle", errp)) {
        return NULL;
    }
    QTAILQ_FOREACH(t, &kvm_state->throttle.vcpus, next) {
        KvmThrottleInfo *info = make_info(t, errp);

        if (!info) {
            return NULL;
        }
        QAPI_LIST_APPEND(tail, info);
    }
    return g_steal_pointer(&list);
}
