/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: what QAPI makes of the event in qemu-mods/src/qapi/kvm-throttle.json. */
#ifndef STAND_IN_QAPI_EVENTS_KVM_THROTTLE_H
#define STAND_IN_QAPI_EVENTS_KVM_THROTTLE_H

#include <stdint.h>

void qapi_event_send_kvm_throttle_starved(int64_t cpu_index, uint64_t periods, int64_t quota_ns,
                                          int64_t period_ns, uint64_t forfeited_ns,
                                          uint64_t withheld_ns);

#endif
