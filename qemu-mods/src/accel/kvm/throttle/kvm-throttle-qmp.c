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
#include "kvm-throttle-int.h"

#define PERIOD_MIN_NS (1 * (int64_t)SCALE_MS)
#define PERIOD_MAX_NS (1000 * (int64_t)SCALE_MS)

/*
 * A timer that ran on monotonic time is a few microseconds early in CPU time.
 * What is left then is cheaper to carry over than to go back for.
 */
#define GRAIN_NS (10 * (int64_t)SCALE_US)

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

static bool make_config(KvmThrottleConfig *cfg, int64_t quota_ns,
                        int64_t period_ns, Error **errp)
{
    if (period_ns < PERIOD_MIN_NS || period_ns > PERIOD_MAX_NS) {
        error_setg(errp, "Parameter 'period-ns' must be between %" PRId64
                   " and %" PRId64 ", not %" PRId64,
                   PERIOD_MIN_NS, PERIOD_MAX_NS, period_ns);
        return false;
    }
    if (quota_ns < 1 || quota_ns > period_ns) {
        error_setg(errp, "Parameter 'quota-ns' must be between 1 and "
                   "period-ns (%" PRId64 "), not %" PRId64,
                   period_ns, quota_ns);
        return false;
    }
    *cfg = (KvmThrottleConfig) {
        .quota_ns = quota_ns,
        .period_ns = period_ns,
        .burst_ns = quota_ns,
        .grain_ns = MIN(GRAIN_NS, quota_ns / 16),
    };
    g_assert(kvm_throttle_config_valid(cfg));
    return true;
}

void qmp_kvm_throttle_set(bool has_cpu_index, int64_t cpu_index,
                          int64_t quota_ns, int64_t period_ns, Error **errp)
{
    KvmThrottleConfig cfg;
    KvmThrottle *t;
    bool found = false;

    if (!check_accel("kvm-throttle-set", errp) ||
        !make_config(&cfg, quota_ns, period_ns, errp)) {
        return;
    }

    /* First all that can fail; a timer made in vain waits for its use. */
    QTAILQ_FOREACH(t, &kvm_throttle_vcpus, next) {
        if (has_cpu_index && t->cpu->cpu_index != cpu_index) {
            continue;
        }
        found = true;
        if (kvm_throttle_is_limit(&cfg) && !kvm_throttle_make_timer(t, errp)) {
            return;
        }
    }
    if (has_cpu_index && !found) {
        error_setg(errp, "There is no vCPU with cpu-index %" PRId64,
                   cpu_index);
        return;
    }

    if (!has_cpu_index) {
        kvm_throttle_default = cfg;
    }
    QTAILQ_FOREACH(t, &kvm_throttle_vcpus, next) {
        if (!has_cpu_index || t->cpu->cpu_index == cpu_index) {
            t->wanted = cfg;
            kvm_throttle_queue(t);
        }
    }
}

static KvmThrottleInfo *make_info(KvmThrottle *t)
{
    KvmThrottleInfo *info = g_new0(KvmThrottleInfo, 1);
    KvmThrottleView v;
    int64_t mono;
    int64_t used = 0;

    kvm_throttle_read(t, &v);
    if (v.enabled) {
        /* What has happened since the vCPU last looked, worked out here. */
        if (t->clock == KVM_THROTTLE_CLOCK_THREAD_CPU) {
            used = kvm_throttle_clock_ns(t->cpu_clock) - v.clock_ns;
        }
        mono = kvm_throttle_clock_ns(CLOCK_MONOTONIC);
        kvm_throttle_bucket_account(&v.bucket, mono, used, INT64_MAX);
        if (v.asleep_ns) {
            v.throttled_ns += mono - v.asleep_ns;
        }
    }

    info->cpu_index = t->cpu->cpu_index;
    info->thread_id = t->cpu->thread_id;
    info->enabled = kvm_throttle_is_limit(&t->wanted);
    info->clock = t->clock;
    info->quota_ns = t->wanted.quota_ns;
    info->period_ns = t->wanted.period_ns;
    info->burst_ns = t->wanted.burst_ns;
    info->periods = v.bucket.periods;
    info->kicks = v.kicks;
    info->throttled_ns = v.throttled_ns;
    info->used_ns = v.bucket.used_ns;
    info->granted_ns = v.bucket.granted_ns;
    info->forfeited_ns = v.bucket.forfeited_ns;
    info->credit_ns = MAX(v.bucket.budget_ns, 0);
    info->debt_ns = MAX(-v.bucket.budget_ns, 0);
    return info;
}

KvmThrottleInfoList *qmp_query_kvm_throttle(Error **errp)
{
    KvmThrottleInfoList *list = NULL, **tail = &list;
    KvmThrottle *t;

    if (!check_accel("query-kvm-throttle", errp)) {
        return NULL;
    }
    QTAILQ_FOREACH(t, &kvm_throttle_vcpus, next) {
        QAPI_LIST_APPEND(tail, make_info(t));
    }
    return list;
}
