/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "judge/baseline.h"
#include "result/json-fields.h"
#include "result/json-text.h"

static const char *const changes[] = {"changed", "new", "gone"};

static JsonObject *build_to_json(const SyBaseline *baseline)
{
    JsonObject *object = json_object_new();

    sy_json_set_string(object, "release", baseline->build->release);
    sy_json_set_string(object, "flavor", baseline->build->flavor);
    sy_json_set_string(object, "upstream", baseline->build->upstream);
    sy_json_set_string(object, "mods_sha256", baseline->build->mods_sha256);
    sy_json_set_string(object, "compiler", baseline->compiler);
    return object;
}

static void set_count(JsonObject *object, const char *name, const SyBaselineFunction *function)
{
    sy_json_set_double(object, name, function ? function->instructions : NAN);
}

static JsonObject *difference_to_json(const SyBaselineDifference *d)
{
    JsonObject *object = json_object_new();
    double was = d->was ? d->was->instructions : 0, now = d->now ? d->now->instructions : 0;
    const SyBaselineFunction *either = d->was ? d->was : d->now;

    g_assert(either);
    sy_json_set_string(object, "function", either->name);
    sy_json_set_string(object, "change", changes[d->change]);
    set_count(object, "was", d->was);
    set_count(object, "now", d->now);
    sy_json_set_double(object, "instructions", now - was);
    return object;
}

char *sy_baseline_check_json(const SyBaselineCheck *check, const SyBaseline *was,
                             const SyBaseline *now, const char *path)
{
    JsonObject *object = json_object_new();
    JsonArray *reasons = json_array_new(), *differences = json_array_new();
    g_autoptr(JsonNode) root = json_node_init_object(json_node_alloc(), object);

    for (guint i = 0; i < check->reasons->len; i++) {
        json_array_add_string_element(reasons, g_ptr_array_index(check->reasons, i));
    }
    for (guint i = 0; i < check->differences->len; i++) {
        json_array_add_object_element(differences,
                                      difference_to_json(g_ptr_array_index(check->differences, i)));
    }
    json_object_set_int_member(object, "schema", 1);
    json_object_set_int_member(object, "exit", sy_baseline_exit_code(check));
    sy_json_set_string(object, "file", path);
    json_object_set_object_member(object, "baseline", build_to_json(was));
    json_object_set_object_member(object, "build", build_to_json(now));
    json_object_set_array_member(object, "due", reasons);
    json_object_set_int_member(object, "functions", check->functions);
    json_object_set_array_member(object, "differences", differences);
    json_object_unref(object);
    return sy_json_text(root, SY_JSON_PRETTY);
}
