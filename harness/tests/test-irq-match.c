/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matcher of the IRQ log with KVM's trace: known answers, and what holds for any input. */
#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

#include "workloads/irq/match.h"

TestSuite(irq_match, .timeout = 120);

#define TOLERANCE_NS 1000
#define LINES 5
#define STEPS_MAX 300
#define HISTORIES 3000

typedef struct {
    IrqStep causes[STEPS_MAX], effects[STEPS_MAX];
    guint n_causes, n_effects;
} History;

/* Lines are set one after another; each effect comes before the next cause on any line, at least
 * three tolerances away from both. */
static void make_history(History *h, GRand *rand)
{
    int levels[LINES] = {0};
    int64_t now_ns = 5000000000;

    h->n_causes = h->n_effects = (guint)g_rand_int_range(rand, 2, STEPS_MAX + 1);
    for (guint i = 0; i < h->n_causes; i++) {
        int line = g_rand_int_range(rand, 0, LINES);

        levels[line] ^= 1;
        now_ns += 3 * TOLERANCE_NS + g_rand_int_range(rand, 0, 100000);
        h->causes[i] = (IrqStep){now_ns, line, levels[line], i + 1};
        now_ns += 3 * TOLERANCE_NS + g_rand_int_range(rand, 0, 100000);
        h->effects[i] = (IrqStep){now_ns, line, levels[line], 0};
    }
}

static IrqMatch *match(const History *h)
{
    return irq_match(h->causes, h->n_causes, h->effects, h->n_effects, TOLERANCE_NS);
}

static void remove_step(IrqStep *steps, guint *n, guint at)
{
    memmove(&steps[at], &steps[at + 1], (*n - at - 1) * sizeof(*steps));
    --*n;
}

/* What holds for any match: each step is in one pair or in one finding, and pairs agree. */
static void check_books(const History *h, const IrqMatch *m)
{
    cr_assert_eq(m->pairs->len + m->spurious, h->n_causes);
    cr_assert_eq(m->pairs->len + m->missing, h->n_effects);
    cr_assert_eq(m->findings->len, m->missing + m->spurious + m->out_of_order);
    for (guint i = 0; i < m->pairs->len; i++) {
        const IrqPair *p = &g_array_index(m->pairs, IrqPair, i);
        const IrqStep *cause = &h->causes[p->cause], *effect = &h->effects[p->effect];

        cr_assert(cause->line == effect->line && cause->level == effect->level);
        cr_assert_geq(effect->time_ns + TOLERANCE_NS, cause->time_ns);
    }
}

static IrqFinding only_finding(const IrqMatch *m)
{
    cr_assert_eq(m->findings->len, 1);
    return g_array_index(m->findings, IrqFinding, 0);
}

#define for_any_history(h, rand)                                                                   \
    g_autoptr(GRand) rand = g_rand_new_with_seed(6);                                               \
    g_autofree History *h = g_new0(History, 1);                                                    \
    for (int round = 0; make_history(h, rand), round < HISTORIES; round++)

Test(irq_match, accounts_that_agree_match_completely)
{
    for_any_history(h, rand)
    {
        g_autoptr(IrqMatch) m = match(h);

        check_books(h, m);
        cr_assert_eq(m->findings->len, 0);
        for (guint i = 0; i < m->pairs->len; i++) {
            const IrqPair *p = &g_array_index(m->pairs, IrqPair, i);

            cr_assert(p->cause == i && p->effect == i);
        }
    }
}

Test(irq_match, jitter_within_the_tolerance_changes_nothing)
{
    for_any_history(h, rand)
    {
        g_autoptr(IrqMatch) m = NULL;

        for (guint i = 0; i < h->n_effects; i++) {
            h->effects[i].time_ns += g_rand_int_range(rand, -TOLERANCE_NS, TOLERANCE_NS + 1);
        }
        m = match(h);
        check_books(h, m);
        cr_assert_eq(m->findings->len, 0);
    }
}

Test(irq_match, a_dropped_record_is_found_and_named)
{
    for_any_history(h, rand)
    {
        guint at = (guint)g_rand_int_range(rand, 0, (gint32)h->n_causes);
        IrqStep effect = h->effects[at];
        g_autoptr(IrqMatch) m = NULL;
        IrqFinding f;

        remove_step(h->causes, &h->n_causes, at);
        m = match(h);
        check_books(h, m);
        f = only_finding(m);
        cr_assert(f.kind == IRQ_MISSING && f.step.time_ns == effect.time_ns &&
                  f.step.line == effect.line && f.step.level == effect.level);
    }
}

Test(irq_match, a_record_without_effect_is_found_and_named)
{
    for_any_history(h, rand)
    {
        guint at = (guint)g_rand_int_range(rand, 0, (gint32)h->n_effects);
        IrqStep cause = h->causes[at];
        g_autoptr(IrqMatch) m = NULL;
        IrqFinding f;

        remove_step(h->effects, &h->n_effects, at);
        m = match(h);
        check_books(h, m);
        f = only_finding(m);
        cr_assert(f.kind == IRQ_SPURIOUS && f.step.id == cause.id);
    }
}

/* The second copy follows at once, as in a log that writes a record twice. */
/*
 * One line that only rises, as the log has it with irqchip=split: each effect comes much sooner
 * than the tolerance after its cause, or before it where the clocks mislead.
 */
static void make_rises(History *h, GRand *rand)
{
    int64_t now_ns = 5000000000;

    h->n_causes = h->n_effects = (guint)g_rand_int_range(rand, 2, STEPS_MAX + 1);
    for (guint i = 0; i < h->n_causes; i++) {
        now_ns += 3 * TOLERANCE_NS + g_rand_int_range(rand, 0, 100000);
        h->causes[i] = (IrqStep){now_ns, 4, 1, i + 1};
        h->effects[i] = (IrqStep){now_ns + g_rand_int_range(rand, -300, 500), 4, 1, 0};
    }
}

Test(irq_match, of_close_rises_the_one_without_effect_is_named)
{
    for_any_history(h, rand)
    {
        guint at;

        make_rises(h, rand);
        at = (guint)g_rand_int_range(rand, 0, (gint32)h->n_effects);
        remove_step(h->effects, &h->n_effects, at);
        g_autoptr(IrqMatch) m = match(h);

        check_books(h, m);
        cr_assert_eq(only_finding(m).kind, IRQ_SPURIOUS);
        cr_assert_eq(only_finding(m).step.id, at + 1);
    }
}

Test(irq_match, of_close_rises_the_one_without_record_is_named)
{
    for_any_history(h, rand)
    {
        int64_t time_ns;
        guint at;

        make_rises(h, rand);
        at = (guint)g_rand_int_range(rand, 0, (gint32)h->n_causes);
        time_ns = h->effects[at].time_ns;
        remove_step(h->causes, &h->n_causes, at);
        g_autoptr(IrqMatch) m = match(h);

        check_books(h, m);
        cr_assert_eq(only_finding(m).kind, IRQ_MISSING);
        cr_assert_eq(only_finding(m).step.time_ns, time_ns);
    }
}

Test(irq_match, a_doubled_record_is_one_spurious_record)
{
    for_any_history(h, rand)
    {
        guint at = (guint)g_rand_int_range(rand, 0, (gint32)h->n_causes);
        g_autoptr(IrqMatch) m = NULL;

        if (h->n_causes == STEPS_MAX) {
            continue;
        }
        memmove(&h->causes[at + 1], &h->causes[at], (h->n_causes - at) * sizeof(IrqStep));
        h->n_causes++;
        m = match(h);
        check_books(h, m);
        cr_assert(m->spurious == 1 && m->missing == 0);
        cr_assert_eq(only_finding(m).step.id, h->causes[at].id);
    }
}

Test(irq_match, a_doubled_effect_is_one_missing_record)
{
    for_any_history(h, rand)
    {
        guint at = (guint)g_rand_int_range(rand, 0, (gint32)h->n_effects);
        g_autoptr(IrqMatch) m = NULL;

        if (h->n_effects == STEPS_MAX) {
            continue;
        }
        memmove(&h->effects[at + 1], &h->effects[at], (h->n_effects - at) * sizeof(IrqStep));
        h->n_effects++;
        m = match(h);
        check_books(h, m);
        cr_assert(m->missing == 1 && m->spurious == 0);
    }
}

Test(irq_match, swapped_records_are_out_of_order)
{
    for_any_history(h, rand)
    {
        guint at = (guint)g_rand_int_range(rand, 0, (gint32)h->n_causes - 1);
        IrqStep step = h->causes[at];
        g_autoptr(IrqMatch) m = NULL;

        h->causes[at] = h->causes[at + 1];
        h->causes[at + 1] = step;
        m = match(h);
        check_books(h, m);
        cr_assert_gt(m->findings->len, 0);
        if (h->causes[at].line != h->causes[at + 1].line) {
            cr_assert(m->missing == 0 && m->spurious == 0);
            cr_assert_eq(only_finding(m).step.id, step.id, "the earlier one");
        }
    }
}

Test(irq_match, a_wrong_level_or_line_is_never_a_match)
{
    for_any_history(h, rand)
    {
        guint at = (guint)g_rand_int_range(rand, 0, (gint32)h->n_causes);
        g_autoptr(IrqMatch) m = NULL;

        if (round % 2) {
            h->causes[at].level ^= 1;
        } else {
            h->causes[at].line += LINES;
        }
        m = match(h);
        check_books(h, m);
        cr_assert(m->missing >= 1 && m->spurious >= 1);
    }
}

Test(irq_match, every_step_is_in_a_pair_or_a_finding_whatever_the_input)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    g_autofree History *h = g_new0(History, 1);

    for (int round = 0; round < HISTORIES; round++) {
        h->n_causes = (guint)g_rand_int_range(rand, 0, 60);
        h->n_effects = (guint)g_rand_int_range(rand, 0, 60);
        for (guint i = 0; i < h->n_causes; i++) {
            h->causes[i] =
                (IrqStep){g_rand_int_range(rand, 0, 100000), g_rand_int_range(rand, 0, 3),
                          g_rand_int_range(rand, 0, 3), i + 1};
        }
        for (guint i = 0, t = 0; i < h->n_effects; i++) {
            t += (guint)g_rand_int_range(rand, 0, 3000);
            h->effects[i] =
                (IrqStep){t, g_rand_int_range(rand, 0, 3), g_rand_int_range(rand, 0, 3), 0};
        }
        g_autoptr(IrqMatch) m = match(h);

        check_books(h, m);
    }
}

Test(irq_match, a_finding_says_what_where_and_when)
{
    const IrqFinding missing = {IRQ_MISSING, {12345678901, 4, 1, 0}};
    const IrqFinding spurious = {IRQ_SPURIOUS, {2000000005, 8, 0, 77}};
    g_autofree char *a = irq_finding_text(&missing), *b = irq_finding_text(&spurious);

    cr_assert_str_eq(a, "missing: line 4 level 1 at 12.345678901 s");
    cr_assert_str_eq(b, "spurious: line 8 level 0 at 2.000000005 s, record 77");
}
