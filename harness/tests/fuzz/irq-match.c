/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any two accounts of events: each step is in exactly one pair or finding, and pairs agree. */
#include "workloads/irq/match.h"

#include <stdbool.h>

#include "tests/fuzz/fuzz.h"

#define STEP_BYTES 3
#define TOLERANCE_NS 4

static GArray *take_steps(const uint8_t *data, size_t count, bool ascending)
{
    GArray *steps = g_array_new(FALSE, FALSE, sizeof(IrqStep));
    int64_t now_ns = 0;

    for (; count > 0; count--, data += STEP_BYTES) {
        IrqStep step = {0};

        now_ns += ascending ? data[0] : (int8_t)data[0];
        step = (IrqStep){now_ns, data[1] % 4, data[2] % 3, count};
        g_array_append_val(steps, step);
    }
    return steps;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count = size > 1 ? (size - 1) / STEP_BYTES : 0;
    size_t causes_n = size > 0 ? count * data[0] / 255 : 0;
    g_autoptr(GArray) causes = take_steps(data + 1, causes_n, false);
    g_autoptr(GArray) effects =
        take_steps(data + 1 + causes_n * STEP_BYTES, count - causes_n, true);
    g_autoptr(IrqMatch) m =
        irq_match((const IrqStep *)(const void *)causes->data, causes->len,
                  (const IrqStep *)(const void *)effects->data, effects->len, TOLERANCE_NS);

    g_assert(m->pairs->len + m->spurious == causes->len);
    g_assert(m->pairs->len + m->missing == effects->len);
    g_assert(m->findings->len == m->missing + m->spurious + m->out_of_order);
    for (guint i = 0; i < m->pairs->len; i++) {
        const IrqPair *p = &g_array_index(m->pairs, IrqPair, i);
        const IrqStep *cause = &g_array_index(causes, IrqStep, p->cause);
        const IrqStep *effect = &g_array_index(effects, IrqStep, p->effect);

        g_assert(cause->line == effect->line && cause->level == effect->level);
        g_assert(effect->time_ns + TOLERANCE_NS >= cause->time_ns);
    }
    for (guint i = 0; i < m->findings->len; i++) {
        g_free(irq_finding_text(&g_array_index(m->findings, IrqFinding, i)));
    }
    return 0;
}
