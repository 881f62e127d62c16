/*
 * Limit the CPU time of KVM vCPUs: HMP command
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "monitor/monitor.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-kvm-throttle.h"
#include "qapi/type-helpers.h"

static void append_row(GString *buf, const KvmThrottleInfo *info)
{
    g_string_append_printf(buf, "%3" PRId64, info->cpu_index);
    if (info->enabled) {
        g_string_append_printf(buf, " %10.3f %10.3f %6.2f %10.3f",
                               info->quota_ns / 1e6, info->period_ns / 1e6,
                               100.0 * info->quota_ns / info->period_ns,
                               info->burst_ns / 1e6);
    } else {
        g_string_append_printf(buf, " %10s %10.3f %6s %10s",
                               "no limit", info->period_ns / 1e6, "-", "-");
    }
    g_string_append_printf(buf, " %9" PRIu64 " %9" PRIu64
                           " %12.3f %12.3f %12.3f %12.3f %10.3f %s\n",
                           info->periods, info->kicks,
                           info->used_ns / 1e6, info->throttled_ns / 1e6,
                           info->forfeited_ns / 1e6, info->starved_ns / 1e6,
                           (info->credit_ns - (double)info->debt_ns) / 1e6,
                           KvmThrottleClock_str(info->clock));
}

static HumanReadableText *info_kvm_throttle(Error **errp)
{
    g_autoptr(GString) buf = g_string_new("");
    g_autoptr(KvmThrottleInfoList) list = qmp_query_kvm_throttle(errp);
    KvmThrottleInfoList *entry;

    if (!list) {
        return NULL;
    }
    g_string_append(buf, "Times in ms; a negative balance is debt.\n");
    g_string_append_printf(buf, "%3s %10s %10s %6s %10s %9s %9s"
                           " %12s %12s %12s %12s %10s %s\n",
                           "CPU", "quota", "period", "%", "burst",
                           "periods", "kicks", "used", "throttled",
                           "forfeited", "starved", "balance", "clock");
    for (entry = list; entry; entry = entry->next) {
        append_row(buf, entry->value);
    }
    return human_readable_text_from_str(buf);
}

static void hmp_kvm_throttle_register(void)
{
    monitor_register_hmp_info_hrt("kvm-throttle", info_kvm_throttle);
}

type_init(hmp_kvm_throttle_register);
