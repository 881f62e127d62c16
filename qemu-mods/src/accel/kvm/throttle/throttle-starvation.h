/*
 * Tells when a throttled vCPU has been starved by the host for a while
 *
 * Pure logic like throttle-bucket.h: no QEMU header, no clock, no lock.
 *
 * A period is starved if more than 1 % of its quota was lost because the host
 * withheld the CPU.  What matters to an operator is not one such period but
 * an unbroken series of them, a spell: this host then cannot provide the share
 * that was asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef KVM_THROTTLE_STARVATION_H
#define KVM_THROTTLE_STARVATION_H

#include <stdbool.h>
#include <stdint.h>

/* All zeros: nothing has happened yet. */
typedef struct KvmThrottleStarvation {
    /* The current spell; zeros if there is none */
    uint64_t periods;           /* starved in a row */
    uint64_t forfeited_ns;      /* quota lost in them */
    uint64_t withheld_ns;       /* time the host withheld in them */

    uint64_t total;             /* starved periods in all spells */
    int64_t quiet_until_ns;     /* no report is due before this time */
} KvmThrottleStarvation;

/*
 * @windows (at least 1) periods of @quota_ns have ended.  In all of them
 * together @lost_ns of quota were lost to the host, which withheld the CPU
 * for @withheld_ns.  Several periods are starved or not as a whole.
 */
void kvm_throttle_starvation_update(KvmThrottleStarvation *s, uint64_t windows,
                                    int64_t quota_ns, uint64_t lost_ns,
                                    uint64_t withheld_ns);

/* End the spell, if there is one: the settings have changed. */
void kvm_throttle_starvation_end(KvmThrottleStarvation *s);

/*
 * True if the spell has lasted for @threshold periods (0: never true) and was
 * not reported within the last second.  Returning true counts as a report.
 */
bool kvm_throttle_starvation_due(KvmThrottleStarvation *s, uint64_t threshold,
                                 int64_t now_ns);

#endif /* KVM_THROTTLE_STARVATION_H */
