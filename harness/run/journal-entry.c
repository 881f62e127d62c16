/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/journal-entry.h"

#include <math.h>
#include <string.h>

#include "result/case-json.h"
#include "result/host-json.h"
#include "result/json-fields.h"

/* Takes ownership of `entry`; `journal` may be NULL. */
static bool append(SyJournal *journal, JsonObject *entry, GError **error)
{
    if (!journal) {
        json_object_unref(entry);
        return true;
    }
    return sy_journal_append(journal, entry, error);
}

bool sy_journal_entry_keep(SyRunResult *run, SyCaseResult *result, SyJournal *journal,
                           GError **error)
{
    JsonObject *entry = json_object_new();

    sy_run_result_add(run, result);
    json_object_set_string_member(entry, "event", "case");
    json_object_set_int_member(entry, "index", result->index);
    json_object_set_object_member(entry, "case", sy_case_result_to_json(result));
    return append(journal, entry, error);
}

bool sy_journal_entry_lab(const SyRunResult *run, SyJournal *journal, GError **error)
{
    JsonObject *entry = json_object_new();

    json_object_set_string_member(entry, "event", "lab");
    json_object_set_object_member(entry, "lab", sy_lab_info_to_json(run->lab));
    return append(journal, entry, error);
}

/* Older journals have no index; their cases are in order. */
static bool read_index(const SyJsonReader *reader, guint otherwise, guint *index, GError **error)
{
    gint64 number = otherwise;

    if (json_object_has_member(reader->object, "index") &&
        !sy_json_read_int(reader, "index", 0, G_MAXUINT, &number, error)) {
        return false;
    }
    *index = (guint)number;
    return true;
}

static bool replay_case(SyRunResult *run, const SyJsonReader *entry, GError **error)
{
    g_autofree char *where = g_strdup_printf("%s.case", entry->where);
    JsonNode *node = sy_json_read_node(entry, "case", error);
    g_autoptr(SyCaseResult) result = NULL;
    SyJsonReader inner;

    if (!node || !sy_json_reader_init(&inner, node, where, error)) {
        return false;
    }
    result = sy_case_result_from_json(inner.object, where, error);
    if (!result || !read_index(entry, run->cases->len, &result->index, error)) {
        return false;
    }
    run->duration_s += isnan(result->duration_s) ? 0 : result->duration_s;
    sy_run_result_add(run, g_steal_pointer(&result));
    return true;
}

static bool replay_lab(SyRunResult *run, const SyJsonReader *entry, GError **error)
{
    g_autofree char *where = g_strdup_printf("%s.lab", entry->where);
    JsonNode *node = sy_json_read_node(entry, "lab", error);
    SyLabInfo *lab = node ? sy_lab_info_from_json(node, where, error) : NULL;

    if (!lab) {
        return false;
    }
    sy_lab_info_free(run->lab);
    run->lab = lab;
    return true;
}

bool sy_journal_entry_replay(SyRunResult *run, JsonObject *entry, const char *where, GError **error)
{
    SyJsonReader reader = {entry, where};
    g_autofree char *event = NULL;

    if (!sy_json_read_string(&reader, "event", SY_JSON_REQUIRED, &event, error)) {
        return false;
    }
    if (strcmp(event, "case") == 0) {
        return replay_case(run, &reader, error);
    }
    if (strcmp(event, "lab") == 0) {
        return replay_lab(run, &reader, error);
    }
    return true;
}
