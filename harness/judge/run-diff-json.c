/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/run-diff-json.h"

#include <math.h>

#include "result/build-json.h"
#include "result/json-fields.h"
#include "result/json-text.h"

static JsonObject *run_to_json(const SyRunDiffRun *run)
{
    return sy_compared_run_json(run->id, run->started, run->build, run->faulty);
}

static JsonObject *values_to_json(size_t n, double median, guint outliers)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "n", (gint64)n);
    sy_json_set_double(object, "median", median);
    json_object_set_int_member(object, "outliers", outliers);
    return object;
}

static JsonObject *row_to_json(const SyRunDiffRow *row)
{
    JsonObject *object = json_object_new();
    const SyShift *s = &row->shift;

    sy_json_set_string(object, "case", row->case_id);
    sy_json_set_string(object, "metric", row->metric);
    sy_json_set_string(object, "unit", row->unit);
    sy_json_set_string(object, "better", sy_better_name(row->better));
    sy_json_set_string(object, "host_mode", row->host_mode);
    json_object_set_boolean_member(object, "exact", row->exact);
    json_object_set_int_member(object, "differing", row->exact ? row->differing : 0);
    sy_json_set_double(object, "largest", row->exact ? row->largest : NAN);
    sy_json_set_double(object, "spread", row->exact ? row->spread : NAN);
    json_object_set_object_member(object, "base",
                                  values_to_json(s->n_base, s->median_base, row->outliers_base));
    json_object_set_object_member(object, "new",
                                  values_to_json(s->n_new, s->median_new, row->outliers_new));
    sy_json_set_double(object, "shift", s->shift);
    sy_json_set_interval(object, "ci99", s->interval);
    sy_json_set_double(object, "p", row->p);
    sy_json_set_double(object, "p_alone", isnan(row->p) ? NAN : s->p);
    sy_json_set_double(object, "threshold", row->threshold);
    sy_json_set_double(object, "tolerance", row->tolerance);
    sy_json_set_double(object, "detectable", row->detectable);
    sy_json_set_string(object, "verdict", sy_run_diff_verdict_name(row->verdict));
    json_object_set_boolean_member(object, "lost", row->lost);
    sy_json_set_string(object, "reason", row->reason);
    return object;
}

char *sy_run_diff_json(const SyRunDiff *diff)
{
    JsonObject *object = json_object_new(), *rule = json_object_new();
    JsonArray *notes = json_array_new(), *rows = json_array_new();
    g_autoptr(JsonNode) root = json_node_init_object(json_node_alloc(), object);

    for (guint i = 0; i < diff->notes->len; i++) {
        json_array_add_string_element(notes, g_ptr_array_index(diff->notes, i));
    }
    for (guint i = 0; i < diff->rows->len; i++) {
        json_array_add_object_element(rows, row_to_json(g_ptr_array_index(diff->rows, i)));
    }
    sy_json_set_double(rule, "level", diff->rule.level);
    sy_json_set_double(rule, "effect_pct", diff->rule.effect_pct);
    sy_json_set_double(rule, "tolerance_pct", diff->rule.tolerance_pct);
    sy_json_set_double(rule, "max_undecided_pct", diff->rule.max_undecided_pct);
    json_object_set_boolean_member(rule, "forced", diff->rule.force);
    json_object_set_int_member(object, "schema", 1);
    json_object_set_int_member(object, "exit", sy_run_diff_exit_code(diff));
    json_object_set_object_member(object, "base", run_to_json(&diff->base));
    json_object_set_object_member(object, "new", run_to_json(&diff->new));
    json_object_set_object_member(object, "rule", rule);
    json_object_set_int_member(object, "compared", diff->compared);
    json_object_set_array_member(object, "notes", notes);
    json_object_set_array_member(object, "rows", rows);
    json_object_unref(object);
    return sy_json_text(root, SY_JSON_PRETTY);
}
