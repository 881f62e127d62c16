/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/qmp.h"

#include "base/error.h"

/* Reads an integer member; if it is missing, the peer is at fault. */
static bool read_int(JsonObject *entry, const char *name, int64_t *value, GError **error)
{
    JsonNode *node = json_object_get_member(entry, name);

    if (!node || !JSON_NODE_HOLDS_VALUE(node)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "query-kvm-throttle lacks %s: QEMU's mods are of another version than "
                    "steelyard; `make qemu` rebuilds QEMU",
                    name);
        return false;
    }
    *value = json_node_get_int(node);
    return true;
}

static bool read_info(JsonObject *entry, ThrottleInfo *info, GError **error)
{
    info->enabled = json_object_get_boolean_member_with_default(entry, "enabled", FALSE);
    return read_int(entry, "quota-ns", &info->quota_ns, error) &&
           read_int(entry, "period-ns", &info->period_ns, error) &&
           read_int(entry, "periods", &info->periods, error) &&
           read_int(entry, "kicks", &info->kicks, error) &&
           read_int(entry, "used-ns", &info->used_ns, error) &&
           read_int(entry, "granted-ns", &info->granted_ns, error) &&
           read_int(entry, "forfeited-ns", &info->forfeited_ns, error) &&
           read_int(entry, "credit-ns", &info->credit_ns, error) &&
           read_int(entry, "debt-ns", &info->debt_ns, error);
}

int64_t throttle_books_error_ns(const ThrottleInfo *info)
{
    return info->granted_ns - info->forfeited_ns - info->used_ns -
           (info->credit_ns - info->debt_ns);
}

static JsonNode *query_all(SyVm *vm, GError **error)
{
    g_autoptr(JsonNode) reply = sy_vm_execute(vm, "query-kvm-throttle", NULL, error);

    if (reply &&
        (!JSON_NODE_HOLDS_ARRAY(reply) || json_array_get_length(json_node_get_array(reply)) == 0)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "query-kvm-throttle returned no list of vCPUs");
        return NULL;
    }
    return g_steal_pointer(&reply);
}

/* Sends the settings; `cpu_index` -1: for every vCPU. */
static bool send_settings(SyVm *vm, int cpu_index, int64_t quota_ns, int64_t period_ns,
                          GError **error)
{
    g_autoptr(JsonObject) arguments = json_object_new();
    g_autoptr(JsonNode) reply = NULL;

    if (cpu_index >= 0) {
        json_object_set_int_member(arguments, "cpu-index", cpu_index);
    }
    json_object_set_int_member(arguments, "quota-ns", quota_ns);
    json_object_set_int_member(arguments, "period-ns", period_ns);
    reply = sy_vm_execute(vm, "kvm-throttle-set", arguments, error);
    return reply != NULL;
}

static bool check_settings(const ThrottleInfo *info, int cpu_index, int64_t quota_ns,
                           int64_t period_ns, GError **error)
{
    if (info->quota_ns == quota_ns && info->period_ns == period_ns &&
        info->enabled == (quota_ns < period_ns)) {
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                "kvm-throttle-set %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT
                " ns had no effect: vCPU %d reports %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " ns",
                quota_ns, period_ns, cpu_index, info->quota_ns, info->period_ns);
    return false;
}

bool throttle_set(SyVm *vm, int64_t quota_ns, int64_t period_ns, GError **error)
{
    g_autoptr(JsonNode) reply = NULL;
    JsonArray *entries;

    if (!send_settings(vm, -1, quota_ns, period_ns, error)) {
        return false;
    }
    reply = query_all(vm, error);
    if (!reply) {
        return false;
    }
    entries = json_node_get_array(reply);
    for (guint i = 0; i < json_array_get_length(entries); i++) {
        ThrottleInfo info;

        if (!read_info(json_array_get_object_element(entries, i), &info, error) ||
            !check_settings(&info, (int)i, quota_ns, period_ns, error)) {
            return false;
        }
    }
    return true;
}

bool throttle_set_one(SyVm *vm, int cpu_index, int64_t quota_ns, int64_t period_ns, GError **error)
{
    ThrottleInfo info;

    return send_settings(vm, cpu_index, quota_ns, period_ns, error) &&
           throttle_query(vm, cpu_index, &info, error) &&
           check_settings(&info, cpu_index, quota_ns, period_ns, error);
}

bool throttle_query(SyVm *vm, int cpu_index, ThrottleInfo *info, GError **error)
{
    g_autoptr(JsonNode) reply = query_all(vm, error);
    JsonArray *entries = reply ? json_node_get_array(reply) : NULL;

    for (guint i = 0; entries && i < json_array_get_length(entries); i++) {
        JsonObject *entry = json_array_get_object_element(entries, i);
        int64_t index = -1;

        if (!read_int(entry, "cpu-index", &index, error)) {
            return false;
        }
        if (index == cpu_index) {
            return read_info(entry, info, error);
        }
    }
    if (entries) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "query-kvm-throttle does not list vCPU %d",
                    cpu_index);
    }
    return false;
}
