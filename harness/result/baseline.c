/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/baseline.h"

#include <string.h>

static void function_free(gpointer data)
{
    SyBaselineFunction *function = data;

    g_free(function->name);
    g_free(function->sum);
    g_free(function);
}

SyBaseline *sy_baseline_new(void)
{
    SyBaseline *baseline = g_new0(SyBaseline, 1);

    baseline->functions = g_ptr_array_new_with_free_func(function_free);
    return baseline;
}

void sy_baseline_free(SyBaseline *baseline)
{
    if (!baseline) {
        return;
    }
    sy_build_info_free(baseline->build);
    g_free(baseline->compiler);
    g_ptr_array_unref(baseline->functions);
    g_free(baseline);
}

void sy_baseline_add(SyBaseline *baseline, const char *name, guint instructions, const char *sum)
{
    SyBaselineFunction *function = g_new0(SyBaselineFunction, 1);

    function->name = g_strdup(name);
    function->instructions = instructions;
    function->sum = g_strdup(sum);
    g_ptr_array_add(baseline->functions, function);
}

static int in_order(gconstpointer a, gconstpointer b)
{
    const SyBaselineFunction *x = *(SyBaselineFunction *const *)a;
    const SyBaselineFunction *y = *(SyBaselineFunction *const *)b;
    int names = strcmp(x->name, y->name);

    if (names != 0) {
        return names;
    }
    return x->instructions != y->instructions ? (x->instructions < y->instructions ? -1 : 1)
                                              : strcmp(x->sum, y->sum);
}

void sy_baseline_sort(SyBaseline *baseline)
{
    g_ptr_array_sort(baseline->functions, in_order);
}
