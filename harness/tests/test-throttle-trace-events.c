/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The throttle's trace events among QEMU's. */
#include "workloads/throttle/trace-events.h"

#include "tests/check.h"
#include "workloads/throttle/qmp.h"

TestSuite(throttle_trace, .timeout = 60);

static SyQemuTraceRecord record(const char *event, guint n_args, int64_t b, int64_t c, int64_t d,
                                int64_t e)
{
    return (SyQemuTraceRecord){
        .event = event,
        .time_ns = 5000,
        .n_args = n_args,
        .args = {1, (uint64_t)b, (uint64_t)c, (uint64_t)d, (uint64_t)e},
    };
}

static ThrottleEvent parsed(const SyQemuTraceRecord *r)
{
    ThrottleEvent event;
    GError *error = NULL;

    cr_assert(throttle_event_parse(r, &event, &error), "%s", r->event);
    check_no_error(error);
    cr_assert_eq(event.cpu_index, 1);
    cr_assert_eq(event.time_ns, 5000);
    return event;
}

Test(throttle_trace, each_event_has_its_values_in_their_places)
{
    SyQemuTraceRecord set = record("kvm_throttle_set", 5, 2, 20, 3, -4);
    SyQemuTraceRecord arm = record("kvm_throttle_arm", 2, 7, 0, 0, 0);
    SyQemuTraceRecord kick = record("kvm_throttle_kick", 3, -8, 9, 0, 0);
    SyQemuTraceRecord sleep = record("kvm_throttle_sleep", 3, -8, 30, 0, 0);
    SyQemuTraceRecord wake = record("kvm_throttle_wake", 4, 10, -11, 1, 0);
    SyQemuTraceRecord refill = record("kvm_throttle_refill", 5, 2, -12, 13, 14);
    ThrottleEvent e = parsed(&set);

    cr_assert(e.kind == THROTTLE_SET && e.quota_ns == 2 && e.period_ns == 20 && e.budget_ns == -4);
    e = parsed(&arm);
    cr_assert(e.kind == THROTTLE_ARM && e.budget_ns == 7);
    e = parsed(&kick);
    cr_assert(e.kind == THROTTLE_KICK && e.budget_ns == -8 && e.late_ns == 9);
    e = parsed(&sleep);
    cr_assert(e.kind == THROTTLE_SLEEP && e.budget_ns == -8 && e.late_ns == 0);
    e = parsed(&wake);
    cr_assert(e.kind == THROTTLE_WAKE && e.budget_ns == 10 && e.late_ns == -11);
    e = parsed(&refill);
    cr_assert(e.kind == THROTTLE_REFILL && e.windows == 2 && e.budget_ns == -12 &&
              e.used_ns == 13 && e.late_ns == 14);
}

Test(throttle_trace, other_events_are_ignored)
{
    static const char *const events[] = {"kvm_run_exit", "kvm_throttle_starved", "kvm_throttle_"};

    for (gsize i = 0; i < G_N_ELEMENTS(events); i++) {
        SyQemuTraceRecord r = record(events[i], 3, 0, 0, 0, 0);
        ThrottleEvent event;
        GError *error = NULL;

        cr_assert_not(throttle_event_parse(&r, &event, &error));
        check_no_error(error);
    }
}

Test(throttle_trace, events_in_another_form_or_with_impossible_values_are_errors)
{
    const SyQemuTraceRecord records[] = {
        record("kvm_throttle_kick", 2, 0, 0, 0, 0),
        record("kvm_throttle_refill", 0, 0, 0, 0, 0),
        record("kvm_throttle_set", 5, 0, 20, 0, 0),
        record("kvm_throttle_set", 5, 21, 20, 0, 0),
        record("kvm_throttle_set", 5, 1, INT64_MAX, 0, 0),
        record("kvm_throttle_arm", 2, INT64_MIN, 0, 0, 0),
        record("kvm_throttle_refill", 5, 1, 0, INT64_MAX, 0),
    };

    for (gsize i = 0; i < G_N_ELEMENTS(records); i++) {
        ThrottleEvent event;
        GError *error = NULL;

        cr_assert_not(throttle_event_parse(&records[i], &event, &error), "%zu", i);
        check_error(error, SY_ERROR_PROTOCOL, records[i].event);
    }
}

Test(throttle_trace, the_books_error_is_what_does_not_balance)
{
    ThrottleInfo info = {.granted_ns = 100, .forfeited_ns = 10, .used_ns = 95, .debt_ns = 5};

    cr_assert_eq(throttle_books_error_ns(&info), 0);
    info.debt_ns = 4;
    cr_assert_eq(throttle_books_error_ns(&info), -1);
    info = (ThrottleInfo){.granted_ns = 100, .used_ns = 60, .credit_ns = 38};
    cr_assert_eq(throttle_books_error_ns(&info), 2);
}
