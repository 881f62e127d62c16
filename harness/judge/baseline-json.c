/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "judge/baseline.h"
#include "result/build-json.h"
#include "result/json-fields.h"
#include "result/json-text.h"

static JsonObject *run_to_json(const SyRunResult *run)
{
    JsonObject *object =
        sy_compared_run_json(run->id, run->started, run->build, sy_run_result_faulty(run));

    sy_json_set_string(object, "key", run->lab->baseline_key);
    return object;
}

static JsonObject *difference_to_json(const SyBaselineDifference *difference)
{
    JsonObject *object = json_object_new();

    sy_json_set_string(object, "case", difference->case_id);
    sy_json_set_string(object, "figure", difference->metric);
    sy_json_set_string(object, "unit", difference->unit);
    json_object_set_int_member(object, "repetition", difference->repetition);
    sy_json_set_double(object, "was", difference->was);
    sy_json_set_double(object, "now", difference->now);
    sy_json_set_double(object, "change", difference->now - difference->was);
    sy_json_set_double(object, "change_pct", sy_baseline_change_pct(difference));
    sy_json_set_string(object, "text_was", difference->text_was);
    sy_json_set_string(object, "text_now", difference->text_now);
    return object;
}

char *sy_baseline_json(const SyBaselineCheck *check, const SyRunResult *baseline,
                       const SyRunResult *run, const char *path)
{
    JsonObject *object = json_object_new();
    JsonArray *changes = json_array_new(), *differences = json_array_new();
    g_autoptr(JsonNode) root = json_node_init_object(json_node_alloc(), object);

    for (guint i = 0; i < check->changes->len; i++) {
        json_array_add_string_element(changes, g_ptr_array_index(check->changes, i));
    }
    for (guint i = 0; i < check->differences->len; i++) {
        json_array_add_object_element(differences,
                                      difference_to_json(g_ptr_array_index(check->differences, i)));
    }
    json_object_set_int_member(object, "schema", 1);
    json_object_set_int_member(object, "exit", sy_baseline_exit_code(check));
    sy_json_set_string(object, "file", path);
    json_object_set_object_member(object, "baseline", run_to_json(baseline));
    json_object_set_object_member(object, "run", run_to_json(run));
    json_object_set_array_member(object, "key_changes", changes);
    json_object_set_int_member(object, "figures", check->values);
    json_object_set_array_member(object, "differences", differences);
    json_object_unref(object);
    return sy_json_text(root, SY_JSON_PRETTY);
}
