/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/third-witness.h"

#include <string.h>

#include "base/error.h"
#include "result/json-fields.h"

typedef struct {
    const char *name;
    gsize offset;
    gint64 min;
} Number;

static const Number numbers[] = {
    {"repetition", G_STRUCT_OFFSET(SyThirdWitness, repetition), 1},
    {"vcpu", G_STRUCT_OFFSET(SyThirdWitness, vcpu), 0},
    {"schedstat_ns", G_STRUCT_OFFSET(SyThirdWitness, schedstat_ns), G_MININT64},
    {"perf_ns", G_STRUCT_OFFSET(SyThirdWitness, perf_ns), G_MININT64},
    {"on_cpu_ns", G_STRUCT_OFFSET(SyThirdWitness, on_cpu_ns), 0},
    {"interrupts_ns", G_STRUCT_OFFSET(SyThirdWitness, interrupts_ns), 0},
    {"slices", G_STRUCT_OFFSET(SyThirdWitness, slices), 0},
    {"switches_ns", G_STRUCT_OFFSET(SyThirdWitness, switches_ns), G_MININT64},
    {"standstill_ns", G_STRUCT_OFFSET(SyThirdWitness, standstill_ns), G_MININT64},
    {"within_ns", G_STRUCT_OFFSET(SyThirdWitness, within_ns), G_MININT64},
};

SyThirdWitness *sy_third_witness_new(const char *decided_by)
{
    SyThirdWitness *w = g_new0(SyThirdWitness, 1);

    w->decided_by = g_strdup(decided_by);
    return w;
}

SyThirdWitness *sy_third_witness_copy(const SyThirdWitness *w)
{
    SyThirdWitness *copy = g_memdup2(w, sizeof(*w));

    copy->decided_by = g_strdup(w->decided_by);
    copy->evidence = g_strdup(w->evidence);
    return copy;
}

void sy_third_witness_free(SyThirdWitness *w)
{
    if (!w) {
        return;
    }
    g_free(w->decided_by);
    g_free(w->evidence);
    g_free(w);
}

JsonArray *sy_third_witnesses_to_json(const GPtrArray *all)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; i < all->len; i++) {
        const SyThirdWitness *w = g_ptr_array_index(all, i);
        JsonObject *object = json_object_new();

        sy_json_set_string(object, "decided_by", w->decided_by);
        sy_json_set_string(object, "evidence", w->evidence);
        for (gsize k = 0; k < G_N_ELEMENTS(numbers); k++) {
            json_object_set_int_member(object, numbers[k].name,
                                       G_STRUCT_MEMBER(int64_t, w, numbers[k].offset));
        }
        json_array_add_object_element(array, object);
    }
    return array;
}

static bool read_one(JsonNode *node, const char *where, SyThirdWitness *w, GError **error)
{
    SyJsonReader reader;

    if (!sy_json_reader_init(&reader, node, where, error) ||
        !sy_json_read_string(&reader, "decided_by", SY_JSON_REQUIRED, &w->decided_by, error) ||
        !sy_json_read_string(&reader, "evidence", SY_JSON_REQUIRED, &w->evidence, error)) {
        return false;
    }
    if (strcmp(w->decided_by, "schedstat") != 0 && strcmp(w->decided_by, "perf") != 0 &&
        strcmp(w->decided_by, "none") != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s.decided_by: '%s' is not one of schedstat, perf, none", where,
                    w->decided_by);
        return false;
    }
    for (gsize k = 0; k < G_N_ELEMENTS(numbers); k++) {
        gint64 value;

        if (!sy_json_read_int(&reader, numbers[k].name, numbers[k].min, G_MAXINT64, &value,
                              error)) {
            return false;
        }
        G_STRUCT_MEMBER(int64_t, w, numbers[k].offset) = value;
    }
    return true;
}

bool sy_third_witnesses_read(JsonObject *object, const char *where, GPtrArray *all, GError **error)
{
    SyJsonReader reader = {object, where};
    JsonArray *array;

    if (!json_object_has_member(object, "third_witness")) {
        return true;
    }
    array = sy_json_read_array(&reader, "third_witness", error);
    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        g_autofree char *place = g_strdup_printf("%s.third_witness[%u]", where, i);
        SyThirdWitness *w = sy_third_witness_new(NULL);

        g_ptr_array_add(all, w);
        if (!read_one(json_array_get_element(array, i), place, w, error)) {
            return false;
        }
    }
    return array != NULL;
}
