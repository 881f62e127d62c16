/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/host-json.h"

#include <stddef.h>

#include "result/json-fields.h"

static const SyJsonStringField host_fields[] = {
    {"fingerprint", offsetof(SyHostFingerprint, fingerprint)},
    {"hostname", offsetof(SyHostFingerprint, hostname)},
    {"cpu_model", offsetof(SyHostFingerprint, cpu_model)},
    {"kernel", offsetof(SyHostFingerprint, kernel)},
    {"distro", offsetof(SyHostFingerprint, distro)},
    {"hypervisor", offsetof(SyHostFingerprint, hypervisor)},
    {"kvm", offsetof(SyHostFingerprint, kvm)},
    {"clocksource", offsetof(SyHostFingerprint, clocksource)},
};

static const SyJsonStringField lab_fields[] = {
    {"mode", offsetof(SyLabInfo, mode)},       {"kernel", offsetof(SyLabInfo, kernel)},
    {"qemu", offsetof(SyLabInfo, qemu)},       {"image_sha256", offsetof(SyLabInfo, image_sha256)},
    {"command", offsetof(SyLabInfo, command)},
};

JsonObject *sy_host_to_json(const SyHostFingerprint *host)
{
    JsonObject *object = json_object_new();

    sy_json_set_strings(object, host_fields, G_N_ELEMENTS(host_fields), host);
    json_object_set_int_member(object, "cpus", host->cpus);
    json_object_set_int_member(object, "mem_bytes", (gint64)MIN(host->mem_bytes, G_MAXINT64));
    sy_json_set_double(object, "load1", host->load1);
    return object;
}

static const SyJsonStringField part_fields[] = {
    {"name", offsetof(SyKeyPart, name)},
    {"sha256", offsetof(SyKeyPart, sha256)},
    {"what", offsetof(SyKeyPart, what)},
};

static JsonArray *parts_to_json(const GPtrArray *parts)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; i < parts->len; i++) {
        JsonObject *part = json_object_new();

        sy_json_set_strings(part, part_fields, G_N_ELEMENTS(part_fields),
                            g_ptr_array_index(parts, i));
        json_array_add_object_element(array, part);
    }
    return array;
}

JsonObject *sy_lab_info_to_json(const SyLabInfo *lab)
{
    JsonObject *object = json_object_new();
    JsonArray *boots = json_array_new();

    for (guint i = 0; i < lab->boot_s->len; i++) {
        json_array_add_double_element(boots, g_array_index(lab->boot_s, double, i));
    }
    sy_json_set_strings(object, lab_fields, G_N_ELEMENTS(lab_fields), lab);
    json_object_set_int_member(object, "cpus", lab->cpus);
    json_object_set_int_member(object, "memory_mib", lab->memory_mib);
    json_object_set_array_member(object, "boot_s", boots);
    if (lab->host) {
        json_object_set_object_member(object, "host", sy_host_to_json(lab->host));
    } else {
        json_object_set_null_member(object, "host");
    }
    sy_json_set_string(object, "baseline_key", lab->baseline_key);
    json_object_set_array_member(object, "key_parts", parts_to_json(lab->key_parts));
    return object;
}

static bool read_guint(const SyJsonReader *reader, const char *name, guint *out, GError **error)
{
    gint64 number = 0;

    if (!sy_json_read_int(reader, name, 0, G_MAXUINT, &number, error)) {
        return false;
    }
    *out = (guint)number;
    return true;
}

static bool read_host(const SyJsonReader *reader, SyHostFingerprint *host, GError **error)
{
    gint64 bytes = 0;

    if (!sy_json_read_strings(reader, host_fields, G_N_ELEMENTS(host_fields), host, error) ||
        !read_guint(reader, "cpus", &host->cpus, error) ||
        !sy_json_read_int(reader, "mem_bytes", 0, G_MAXINT64, &bytes, error)) {
        return false;
    }
    host->mem_bytes = (guint64)bytes;
    return sy_json_read_double(reader, "load1", SY_JSON_NULLABLE, &host->load1, error);
}

SyHostFingerprint *sy_host_from_json(JsonNode *node, const char *where, GError **error)
{
    g_autoptr(SyHostFingerprint) host = g_new0(SyHostFingerprint, 1);
    SyJsonReader reader;

    if (!sy_json_reader_init(&reader, node, where, error) || !read_host(&reader, host, error)) {
        return NULL;
    }
    return g_steal_pointer(&host);
}

static bool read_boots(const SyJsonReader *reader, GArray *boot_s, GError **error)
{
    JsonArray *array = sy_json_read_array(reader, "boot_s", error);

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        g_autofree char *where = g_strdup_printf("%s.boot_s[%u]", reader->where, i);
        double seconds;

        if (!sy_json_node_double(json_array_get_element(array, i), where, SY_JSON_REQUIRED,
                                 &seconds, error)) {
            return false;
        }
        g_array_append_val(boot_s, seconds);
    }
    return array != NULL;
}

static bool read_inner_host(const SyJsonReader *reader, SyLabInfo *lab, GError **error)
{
    g_autofree char *where = g_strdup_printf("%s.host", reader->where);
    JsonNode *node = sy_json_read_node(reader, "host", error);

    if (!node || JSON_NODE_HOLDS_NULL(node)) {
        return node != NULL;
    }
    lab->host = sy_host_from_json(node, where, error);
    return lab->host != NULL;
}

static bool read_part(JsonNode *node, const char *where, SyKeyPart *part, GError **error)
{
    SyJsonReader reader;

    return sy_json_reader_init(&reader, node, where, error) &&
           sy_json_read_string(&reader, "name", SY_JSON_REQUIRED, &part->name, error) &&
           sy_json_read_string(&reader, "sha256", SY_JSON_REQUIRED, &part->sha256, error) &&
           sy_json_read_string(&reader, "what", SY_JSON_NULLABLE, &part->what, error);
}

/* Older results have neither key nor parts. */
static bool read_key(const SyJsonReader *reader, SyLabInfo *lab, GError **error)
{
    JsonArray *array;

    if (!sy_json_read_string(reader, "baseline_key", SY_JSON_OPTIONAL, &lab->baseline_key, error)) {
        return false;
    }
    if (!json_object_has_member(reader->object, "key_parts")) {
        return true;
    }
    array = sy_json_read_array(reader, "key_parts", error);
    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        g_autofree char *where = g_strdup_printf("%s.key_parts[%u]", reader->where, i);
        SyKeyPart *part = sy_key_part_new(NULL, NULL, NULL);

        g_ptr_array_add(lab->key_parts, part);
        if (!read_part(json_array_get_element(array, i), where, part, error)) {
            return false;
        }
    }
    return array != NULL;
}

SyLabInfo *sy_lab_info_from_json(JsonNode *node, const char *where, GError **error)
{
    g_autoptr(SyLabInfo) lab = sy_lab_info_new();
    SyJsonReader reader;

    if (!sy_json_reader_init(&reader, node, where, error) ||
        !sy_json_read_strings(&reader, lab_fields, G_N_ELEMENTS(lab_fields), lab, error) ||
        !read_guint(&reader, "cpus", &lab->cpus, error) ||
        !read_guint(&reader, "memory_mib", &lab->memory_mib, error) ||
        !read_boots(&reader, lab->boot_s, error) || !read_inner_host(&reader, lab, error) ||
        !read_key(&reader, lab, error)) {
        return NULL;
    }
    return g_steal_pointer(&lab);
}
