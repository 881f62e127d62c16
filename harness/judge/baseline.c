/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/baseline.h"

#include <stdbool.h>
#include <string.h>

#include "base/exit-code.h"

/* ---- which functions are the mods' ---- */

/* The name with the code; free it. */
static char *identity_of(const SyCodeFunction *function)
{
    return g_strdup_printf("%u %s %s", function->instructions, function->sum, function->name);
}

void sy_baseline_take_code(SyBaseline *baseline, const SyCode *stock, const SyCode *modded)
{
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < stock->functions->len; i++) {
        g_hash_table_add(known, identity_of(g_ptr_array_index(stock->functions, i)));
    }
    for (guint i = 0; i < modded->functions->len; i++) {
        const SyCodeFunction *function = g_ptr_array_index(modded->functions, i);
        g_autofree char *identity = identity_of(function);

        if (!g_hash_table_contains(known, identity)) {
            sy_baseline_add(baseline, function->name, function->instructions, function->sum);
        }
    }
    sy_baseline_sort(baseline);
}

/* ---- the comparison ---- */

static void add_reason(SyBaselineCheck *check, const char *what, const char *was, const char *now)
{
    if (g_strcmp0(was, now) != 0) {
        g_ptr_array_add(check->reasons, g_strdup_printf("%s: %s -> %s", what, was ? was : "unknown",
                                                        now ? now : "unknown"));
    }
}

static void add(SyBaselineCheck *check, const SyBaselineFunction *was,
                const SyBaselineFunction *now)
{
    SyBaselineDifference *difference = g_new0(SyBaselineDifference, 1);

    difference->change = was && now ? SY_FUNCTION_CHANGED
                         : was      ? SY_FUNCTION_GONE
                                    : SY_FUNCTION_NEW;
    difference->was = was;
    difference->now = now;
    g_ptr_array_add(check->differences, difference);
}

static bool same_code(const SyBaselineFunction *x, const SyBaselineFunction *y)
{
    return x->instructions == y->instructions && strcmp(x->sum, y->sum) == 0;
}

/* Removes the first function of `list` with the code of `function`. */
static bool take_same(GPtrArray *list, const SyBaselineFunction *function)
{
    for (guint i = 0; i < list->len; i++) {
        if (same_code(g_ptr_array_index(list, i), function)) {
            g_ptr_array_remove_index(list, i);
            return true;
        }
    }
    return false;
}

static const char *name_at(const GPtrArray *functions, guint i)
{
    return i < functions->len ? ((SyBaselineFunction *)g_ptr_array_index(functions, i))->name
                              : NULL;
}

/* The functions called `name` from *next on, which is moved behind them. */
static GPtrArray *take_named(const GPtrArray *functions, const char *name, guint *next)
{
    GPtrArray *named = g_ptr_array_new();

    while (g_strcmp0(name_at(functions, *next), name) == 0) {
        g_ptr_array_add(named, g_ptr_array_index(functions, (*next)++));
    }
    return named;
}

/* Compares functions of one name: those that have a match go, the others are paired in order. */
static void compare_named(SyBaselineCheck *check, GPtrArray *was, GPtrArray *now)
{
    for (guint i = was->len; i-- > 0;) {
        if (take_same(now, g_ptr_array_index(was, i))) {
            g_ptr_array_remove_index(was, i);
        }
    }
    for (guint i = 0; i < MAX(was->len, now->len); i++) {
        add(check, i < was->len ? g_ptr_array_index(was, i) : NULL,
            i < now->len ? g_ptr_array_index(now, i) : NULL);
    }
}

static void compare_functions(SyBaselineCheck *check, const SyBaseline *was, const SyBaseline *now)
{
    guint i = 0, j = 0;

    while (i < was->functions->len || j < now->functions->len) {
        const char *x = name_at(was->functions, i), *y = name_at(now->functions, j);
        const char *name = !x || (y && strcmp(y, x) < 0) ? y : x;
        g_autoptr(GPtrArray) before = NULL, after = NULL;

        g_assert(name);
        before = take_named(was->functions, name, &i);
        after = take_named(now->functions, name, &j);
        compare_named(check, before, after);
    }
}

SyBaselineCheck *sy_baseline_check(const SyBaseline *was, const SyBaseline *now)
{
    SyBaselineCheck *check = g_new0(SyBaselineCheck, 1);

    check->reasons = g_ptr_array_new_with_free_func(g_free);
    check->differences = g_ptr_array_new_with_free_func(g_free);
    check->functions = now->functions->len;
    add_reason(check, "flavor", was->build->flavor, now->build->flavor);
    add_reason(check, "QEMU", was->build->upstream, now->build->upstream);
    add_reason(check, "configuration", was->build->configure, now->build->configure);
    add_reason(check, "compiler", was->compiler, now->compiler);
    compare_functions(check, was, now);
    return check;
}

int sy_baseline_exit_code(const SyBaselineCheck *check)
{
    if (check->reasons->len > 0) {
        return SY_EXIT_INCONCLUSIVE;
    }
    return check->differences->len > 0 ? SY_EXIT_FAIL : SY_EXIT_PASS;
}

void sy_baseline_check_free(SyBaselineCheck *check)
{
    if (check) {
        g_ptr_array_unref(check->reasons);
        g_ptr_array_unref(check->differences);
        g_free(check);
    }
}
