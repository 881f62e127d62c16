/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/ab-turns.h"

#include <string.h>

#include "result/host-mode.h"

static void group_free(gpointer data)
{
    SyAbGroup *group = data;

    g_array_unref(group->cases);
    g_free(group);
}

static const char *mode_at(const GPtrArray *plans, guint i)
{
    return ((const SyCasePlan *)g_ptr_array_index(plans, i))->host_mode;
}

static SyAbGroup *group_new(const char *host_mode, guint repetitions, bool second_look)
{
    SyAbGroup *group = g_new0(SyAbGroup, 1);

    group->cases = g_array_new(FALSE, FALSE, sizeof(guint));
    group->host_mode = host_mode;
    if (sy_host_mode_is_exact(host_mode)) {
        group->turns = 2;
    } else {
        group->turns = 2 * (repetitions ? repetitions : SY_COMPARE_REPETITIONS);
        group->repeat = 1;
        group->flipped = second_look;
    }
    return group;
}

GPtrArray *sy_ab_groups(const GPtrArray *plans, guint repetitions, const bool *open)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);

    for (guint next = 0; next < plans->len;) {
        const char *mode = mode_at(plans, next);
        SyAbGroup *group = group_new(mode, repetitions, open != NULL);

        do {
            if (!open || open[next]) {
                g_array_append_val(group->cases, next);
            }
            next++;
        } while (sy_host_mode_is_lab(mode) && next < plans->len &&
                 strcmp(mode_at(plans, next), mode) == 0);
        if (group->cases->len > 0) {
            g_ptr_array_add(groups, group);
        } else {
            group_free(group);
        }
    }
    return groups;
}

bool sy_ab_turn_is_base(const SyAbGroup *group, guint turn)
{
    return (turn % 4 == 0 || turn % 4 == 3) != group->flipped;
}

static bool was_measured(const SyRunResult *run, const char *case_id)
{
    const SyCaseResult *result = sy_run_result_find(run, case_id);

    return result && result->status != SY_STATUS_ERROR && result->status != SY_STATUS_SKIP;
}

static bool is_open(const SyRunDiff *diff, const char *case_id)
{
    for (guint i = 0; i < diff->rows->len; i++) {
        const SyRunDiffRow *row = g_ptr_array_index(diff->rows, i);

        if (strcmp(row->case_id, case_id) == 0 && !row->exact &&
            (row->verdict == SY_RUN_DIFF_UNDECIDED || row->verdict == SY_RUN_DIFF_REGRESSION)) {
            return true;
        }
    }
    return false;
}

bool *sy_ab_open_cases(const GPtrArray *plans, const SyRunDiff *diff, const SyRunResult *base,
                       const SyRunResult *new_run)
{
    bool *open = g_new0(bool, plans->len);

    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);

        open[i] = is_open(diff, plan->id) && was_measured(base, plan->id) &&
                  was_measured(new_run, plan->id);
    }
    return open;
}

/* All cases, or those that are `open` (sy_ab_groups()). */
static bool take_look(const SyAbTurns *turns, const bool *open, GError **error)
{
    g_autoptr(GPtrArray) groups = sy_ab_groups(turns->plans, turns->repetitions, open);

    for (guint i = 0; i < groups->len; i++) {
        const SyAbGroup *group = g_ptr_array_index(groups, i);

        for (guint turn = 0; turn < group->turns; turn++) {
            if (!turns->take(group, turn, sy_ab_turn_is_base(group, turn), turns->data, error)) {
                return false;
            }
        }
    }
    return true;
}

bool sy_ab_take_turns(const SyAbTurns *turns, GError **error)
{
    g_autoptr(SyRunDiff) diff = NULL;
    g_autofree bool *open = NULL;

    if (!take_look(turns, NULL, error)) {
        return false;
    }
    diff = sy_run_diff_of(turns->base, turns->new_run, turns->rule, error);
    if (!diff) {
        return false;
    }
    open = sy_ab_open_cases(turns->plans, diff, turns->base, turns->new_run);
    return take_look(turns, open, error);
}
