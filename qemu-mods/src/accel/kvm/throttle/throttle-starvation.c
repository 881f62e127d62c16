/*
 * Tells when a throttled vCPU has been starved by the host for a while
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* No QEMU header here, not even qemu/osdep.h: see throttle-starvation.h. */
#include "throttle-starvation.h"

#define REPORT_INTERVAL_NS INT64_C(1000000000)

void kvm_throttle_starvation_update(KvmThrottleStarvation *s, uint64_t windows,
                                    int64_t quota_ns, uint64_t lost_ns,
                                    uint64_t withheld_ns)
{
    if (lost_ns / windows <= (uint64_t)quota_ns / 100) {
        kvm_throttle_starvation_end(s);
        return;
    }
    s->periods += windows;
    s->forfeited_ns += lost_ns;
    s->withheld_ns += withheld_ns;
    s->total += windows;
}

void kvm_throttle_starvation_end(KvmThrottleStarvation *s)
{
    s->periods = 0;
    s->forfeited_ns = 0;
    s->withheld_ns = 0;
}

bool kvm_throttle_starvation_due(KvmThrottleStarvation *s, uint64_t threshold,
                                 int64_t now_ns)
{
    if (!threshold || s->periods < threshold || now_ns < s->quiet_until_ns) {
        return false;
    }
    if (__builtin_add_overflow(now_ns, REPORT_INTERVAL_NS,
                               &s->quiet_until_ns)) {
        s->quiet_until_ns = INT64_MAX;
    }
    return true;
}
