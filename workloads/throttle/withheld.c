/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/withheld.h"

static const WithheldMark *mark(const GArray *marks, guint i)
{
    return &g_array_index(marks, WithheldMark, i);
}

/* The first mark later than `when_ns`; the number of marks if there is none. */
static guint first_after(const GArray *marks, int64_t when_ns)
{
    guint low = 0, high = marks->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (mark(marks, middle)->when_ns > when_ns) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

int64_t withheld_between(const GArray *marks, int64_t from_ns, int64_t to_ns)
{
    guint begin = first_after(marks, from_ns), end = first_after(marks, to_ns);
    const WithheldMark *b, *e;

    if (marks->len == 0) {
        return 0;
    }
    b = mark(marks, begin > 0 ? begin - 1 : 0);
    e = mark(marks, MIN(end, marks->len - 1));
    return MAX(e->delay_ns - b->delay_ns, MAX(e->steal_ns - b->steal_ns, e->gap_ns - b->gap_ns));
}

int64_t withheld_delay_ns(const GArray *marks, int64_t from_ns, int64_t to_ns)
{
    int64_t sum_ns = 0;

    for (guint i = MAX(first_after(marks, from_ns), 1); i < marks->len; i++) {
        int64_t new_ns = mark(marks, i)->delay_ns - mark(marks, i - 1)->delay_ns;

        if (MIN(mark(marks, i - 1)->when_ns, mark(marks, i)->when_ns - new_ns) < to_ns) {
            sum_ns += new_ns;
        }
    }
    return sum_ns;
}

WithheldCount withheld_count(const GArray *misses, const GArray *marks, int64_t from_ns,
                             int64_t to_ns)
{
    WithheldCount count = {0};

    for (guint i = 0; i < misses->len; i++) {
        const PeriodsMiss *m = &g_array_index(misses, PeriodsMiss, i);
        int64_t late_ns = m->done_ns - m->due_ns, left_ns;
        uint64_t missed;

        if (m->due_ns < from_ns || m->due_ns >= to_ns) {
            continue;
        }
        left_ns = MAX(late_ns - withheld_between(marks, m->due_ns, m->done_ns), 0);
        missed = (uint64_t)(left_ns / m->period_ns);
        count.missed += missed;
        count.starved += (uint64_t)(late_ns / m->period_ns) - missed;
    }
    return count;
}
