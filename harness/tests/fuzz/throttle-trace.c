/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any sequence of trace events: accepted ones make ascending periods, and metrics that are
 * numbers. */
#include "workloads/throttle/trace-events.h"

#include <math.h>

#include "tests/fuzz/fuzz.h"

#define RECORD_LENGTH (2 + 6 * sizeof(uint64_t))

static void add(Periods *p, const uint8_t *data)
{
    static const char *const names[] = {
        "kvm_throttle_set",  "kvm_throttle_arm",    "kvm_throttle_kick", "kvm_throttle_sleep",
        "kvm_throttle_wake", "kvm_throttle_refill", "kvm_throttle_x",    "x"};
    SyQemuTraceRecord record = {.event = names[data[0] % 8], .n_args = data[1] % 6};
    g_autoptr(GError) error = NULL;
    ThrottleEvent event;

    memcpy(&record.time_ns, data + 2, sizeof(record.time_ns));
    memcpy(record.args, data + 2 + sizeof(record.time_ns), 5 * sizeof(uint64_t));
    if (throttle_event_parse(&record, &event, &error)) {
        g_assert(!error);
        event.windows %= 1024; /* each makes a period: enough to see all states */
        periods_add(p, &event);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Periods) p = periods_new(1000000, 20000000);
    PeriodsSpan all = {0};

    for (; size >= RECORD_LENGTH; data += RECORD_LENGTH, size -= RECORD_LENGTH) {
        add(p, data);
    }
    all.end = periods_all(p)->len;
    for (int metric = PERIODS_ERROR; metric <= PERIODS_WAKE_LATE; metric++) {
        PeriodsSpread s = periods_spread(p, &all, (PeriodsMetric)metric, 1000000);

        g_assert(isfinite(s.max) && s.p50 <= s.p99 && s.p99 <= s.max && s.n <= all.end);
    }
    g_assert(isfinite(periods_drift(p)) && periods_drift(p) >= 0);
    return 0;
}
