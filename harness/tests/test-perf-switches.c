/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf's records of a thread's switches, from bytes. */
#include "observe/perf-switches.h"

#include <linux/perf_event.h>

#include "tests/check.h"

static GByteArray *bytes;
static GArray *events;
static uint64_t lost;

static void set_up(void)
{
    bytes = g_byte_array_new();
    events = g_array_new(FALSE, FALSE, sizeof(SySchedEvent));
    lost = 0;
}

static void tear_down(void)
{
    g_byte_array_unref(bytes);
    g_array_unref(events);
}

TestSuite(perf_switches, .init = set_up, .fini = tear_down, .timeout = 60);

/* A record with `body` before the thread and the time that every record ends in. */
static void put(uint32_t type, uint16_t misc, const void *body, guint size, uint64_t when_ns)
{
    const uint32_t thread[2] = {100, 101};
    struct perf_event_header header = {
        .type = type, .misc = misc, .size = (uint16_t)(sizeof(header) + size + 16)};

    g_byte_array_append(bytes, (const guint8 *)&header, sizeof(header));
    g_byte_array_append(bytes, body, size);
    g_byte_array_append(bytes, (const guint8 *)thread, sizeof(thread));
    g_byte_array_append(bytes, (const guint8 *)&when_ns, sizeof(when_ns));
}

static bool parse(void)
{
    return sy_perf_switches_parse(bytes->data, bytes->len, events, &lost);
}

Test(perf_switches, a_switch_has_its_thread_time_and_direction)
{
    const SySchedEvent *e;

    put(PERF_RECORD_SWITCH, 0, NULL, 0, 5000);
    put(PERF_RECORD_SWITCH, PERF_RECORD_MISC_SWITCH_OUT, NULL, 0, 7000);
    put(PERF_RECORD_SWITCH, PERF_RECORD_MISC_SWITCH_OUT | PERF_RECORD_MISC_SWITCH_OUT_PREEMPT, NULL,
        0, 9000);
    cr_assert(parse());
    cr_assert_eq(events->len, 3);
    cr_assert_eq(lost, 0);
    e = &g_array_index(events, SySchedEvent, 0);
    cr_assert(e[0].kind == SY_SCHED_IN && e[0].when_ns == 5000 && e[0].tid == 101);
    cr_assert(e[1].kind == SY_SCHED_OUT && e[1].when_ns == 7000);
    cr_assert(e[2].kind == SY_SCHED_OUT && e[2].when_ns == 9000);
}

Test(perf_switches, lost_and_throttled_records_are_counted_and_others_skipped)
{
    const uint64_t three_lost[2] = {77, 3}, throttle[3] = {0};

    put(PERF_RECORD_LOST, 0, three_lost, sizeof(three_lost), 1);
    put(PERF_RECORD_THROTTLE, 0, throttle, sizeof(throttle), 2);
    put(PERF_RECORD_COMM, 0, throttle, sizeof(throttle), 3);
    cr_assert(parse());
    cr_assert_eq(events->len, 0);
    cr_assert_eq(lost, 4);
}

Test(perf_switches, bytes_that_end_within_a_record_are_refused_wherever_they_end)
{
    const uint64_t three_lost[2] = {77, 3};

    put(PERF_RECORD_SWITCH, 0, NULL, 0, 5000);
    put(PERF_RECORD_LOST, 0, three_lost, sizeof(three_lost), 1);
    for (guint length = 0; length <= bytes->len; length++) {
        bool whole = length == 0 || length == 24 || length == bytes->len;
        g_autofree uint8_t *part = g_memdup2(bytes->data, length);

        cr_assert_eq(sy_perf_switches_parse(part, length, events, &lost), whole, "%u", length);
    }
}

Test(perf_switches, records_too_short_for_what_they_should_hold_are_refused)
{
    static const uint32_t types[] = {PERF_RECORD_SWITCH, PERF_RECORD_LOST, PERF_RECORD_COMM};

    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        struct perf_event_header header = {.type = types[i], .size = i == 2 ? 4 : sizeof(header)};

        cr_assert_not(
            sy_perf_switches_parse((const uint8_t *)&header, sizeof(header), events, &lost));
    }
}

Test(perf_switches, a_thread_that_does_not_exist_is_an_error_that_names_it)
{
    g_autoptr(GError) error = NULL;

    cr_assert_null(sy_perf_switches_open(G_MAXINT32, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "thread 2147483647");
}
