/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/irq/match.h"

#include <stdbool.h>

#define NS_PER_S G_GINT64_CONSTANT(1000000000)

typedef struct {
    const IrqStep *steps;
    GArray *index; /* guint: the steps of one line, in order */
} Account;

static const IrqStep *step_at(const Account *a, guint n)
{
    return n < a->index->len ? &a->steps[g_array_index(a->index, guint, n)] : NULL;
}

static void add_finding(IrqMatch *m, IrqFindingKind kind, const IrqStep *step)
{
    const IrqFinding finding = {kind, *step};

    m->missing += kind == IRQ_MISSING;
    m->spurious += kind == IRQ_SPURIOUS;
    m->out_of_order += kind == IRQ_OUT_OF_ORDER;
    g_array_append_val(m->findings, finding);
}

static void add_pair(IrqMatch *m, const Account *causes, guint i, const Account *effects, guint j)
{
    const IrqPair pair = {g_array_index(causes->index, guint, i),
                          g_array_index(effects->index, guint, j)};

    g_array_append_val(m->pairs, pair);
}

/* Which of the two is left over if the first cause and the first effect are no pair. */
typedef enum { PAIR, NO_CAUSE, NO_EFFECT } Step;

/*
 * The next cause is within the tolerance of the effect, which then belongs to it, as an effect
 * belongs to the latest cause before it; unless the next cause has another effect after it that is
 * closer to it than to the cause after it.
 */
static bool belongs_to_next(const IrqStep *cause, const IrqStep *next_cause, const IrqStep *after,
                            const IrqStep *effect, const IrqStep *next_effect, int64_t tolerance_ns)
{
    bool another = next_effect && next_effect->level == next_cause->level &&
                   (!after || next_effect->time_ns - next_cause->time_ns <
                                  after->time_ns - next_effect->time_ns);

    return next_cause->time_ns <= effect->time_ns + tolerance_ns &&
           next_cause->level == effect->level && next_cause->time_ns > cause->time_ns && !another;
}

static Step judge(const Account *causes, guint i, const Account *effects, guint j,
                  int64_t tolerance_ns)
{
    const IrqStep *cause = step_at(causes, i), *effect = step_at(effects, j);
    const IrqStep *next_cause = step_at(causes, i + 1), *next_effect = step_at(effects, j + 1);

    if (!cause || (effect && effect->time_ns + tolerance_ns < cause->time_ns)) {
        return NO_CAUSE;
    }
    if (!effect || (next_cause && next_cause->time_ns + tolerance_ns < effect->time_ns)) {
        return NO_EFFECT;
    }
    if (cause->level == effect->level) {
        return next_cause && belongs_to_next(cause, next_cause, step_at(causes, i + 2), effect,
                                             next_effect, tolerance_ns)
                   ? NO_EFFECT
                   : PAIR;
    }
    /* The cause may have another effect before the next cause. */
    return next_effect && next_effect->level == cause->level &&
                   (!next_cause || next_effect->time_ns <= next_cause->time_ns + tolerance_ns)
               ? NO_CAUSE
               : NO_EFFECT;
}

static void match_line(IrqMatch *m, const Account *causes, const Account *effects,
                       int64_t tolerance_ns)
{
    guint i = 0, j = 0;

    while (i < causes->index->len || j < effects->index->len) {
        switch (judge(causes, i, effects, j, tolerance_ns)) {
        case PAIR:
            add_pair(m, causes, i++, effects, j++);
            break;
        case NO_CAUSE:
            add_finding(m, IRQ_MISSING, step_at(effects, j++));
            break;
        case NO_EFFECT:
            add_finding(m, IRQ_SPURIOUS, step_at(causes, i++));
            break;
        }
    }
}

/* line -> GArray of indices */
static GHashTable *by_line(const IrqStep *steps, guint n)
{
    GHashTable *lines = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);

    for (guint i = 0; i < n; i++) {
        gpointer line = GINT_TO_POINTER(steps[i].line);
        GArray *index = g_hash_table_lookup(lines, line);

        if (!index) {
            index = g_array_new(FALSE, FALSE, sizeof(guint));
            g_hash_table_insert(lines, line, index);
        }
        g_array_append_val(index, i);
    }
    return lines;
}

static gint compare_pairs(gconstpointer a, gconstpointer b)
{
    const IrqPair *x = a, *y = b;

    return x->cause < y->cause ? -1 : x->cause > y->cause;
}

static gint compare_findings(gconstpointer a, gconstpointer b)
{
    const IrqFinding *x = a, *y = b;

    if (x->step.time_ns != y->step.time_ns) {
        return x->step.time_ns < y->step.time_ns ? -1 : 1;
    }
    return x->step.line != y->step.line ? (x->step.line < y->step.line ? -1 : 1)
                                        : (int)x->kind - (int)y->kind;
}

/* Between lines: effects must come in the order of their causes. */
static void check_order(IrqMatch *m, const IrqStep *causes, const IrqStep *effects,
                        int64_t tolerance_ns)
{
    int64_t latest_ns = G_MININT64;

    for (guint i = 0; i < m->pairs->len; i++) {
        const IrqPair *pair = &g_array_index(m->pairs, IrqPair, i);
        int64_t time_ns = effects[pair->effect].time_ns;

        if (i > 0 && time_ns + tolerance_ns < latest_ns) {
            add_finding(m, IRQ_OUT_OF_ORDER, &causes[pair->cause]);
        }
        latest_ns = MAX(latest_ns, time_ns);
    }
}

IrqMatch *irq_match(const IrqStep *causes, guint n_causes, const IrqStep *effects, guint n_effects,
                    int64_t tolerance_ns)
{
    IrqMatch *m = g_new0(IrqMatch, 1);
    g_autoptr(GHashTable) cause_lines = by_line(causes, n_causes);
    g_autoptr(GHashTable) effect_lines = by_line(effects, n_effects);
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(guint));
    GHashTableIter iter;
    gpointer line, index;

    m->pairs = g_array_new(FALSE, FALSE, sizeof(IrqPair));
    m->findings = g_array_new(FALSE, FALSE, sizeof(IrqFinding));
    g_hash_table_iter_init(&iter, cause_lines);
    while (g_hash_table_iter_next(&iter, &line, &index)) {
        GArray *other = g_hash_table_lookup(effect_lines, line);

        match_line(m, &(Account){causes, index}, &(Account){effects, other ? other : none},
                   tolerance_ns);
    }
    g_hash_table_iter_init(&iter, effect_lines);
    while (g_hash_table_iter_next(&iter, &line, &index)) {
        if (!g_hash_table_contains(cause_lines, line)) {
            match_line(m, &(Account){causes, none}, &(Account){effects, index}, tolerance_ns);
        }
    }
    g_array_sort(m->pairs, compare_pairs);
    check_order(m, causes, effects, tolerance_ns);
    g_array_sort(m->findings, compare_findings);
    return m;
}

char *irq_finding_text(const IrqFinding *f)
{
    static const char *const names[] = {"missing", "spurious", "out of order"};
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%s: line %d level %d at %" G_GINT64_FORMAT ".%09d s",
                           names[f->kind], f->step.line, f->step.level, f->step.time_ns / NS_PER_S,
                           (int)(f->step.time_ns % NS_PER_S));
    if (f->step.id) {
        g_string_append_printf(text, ", record %" G_GUINT64_FORMAT, f->step.id);
    }
    return g_string_free(text, FALSE);
}

void irq_match_free(IrqMatch *m)
{
    if (m) {
        g_array_unref(m->pairs);
        g_array_unref(m->findings);
        g_free(m);
    }
}
