/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/trace-events.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "vm/tracing.h"

/* Pause between two flushes that did not bring the end. */
#define FLUSH_AGAIN_NS (5 * SY_NS_PER_MS)

#define PREFIX "kvm_throttle_"

const char *const throttle_trace_all[] = {
    PREFIX "set",  PREFIX "arm",    PREFIX "kick", PREFIX "sleep",
    PREFIX "wake", PREFIX "refill", NULL};
const char *const throttle_trace_few[] = {PREFIX "set", PREFIX "kick", PREFIX "wake",
                                          PREFIX "refill", NULL};

/* Larger values are invalid: 9 years since boot, and 17 s for a period, which is at most 1 s. */
#define TIME_LIMIT_NS (INT64_C(1) << 58)
#define PERIOD_LIMIT_NS (INT64_C(1) << 34)

struct ThrottleTrace {
    SyVm *vm;
    SyQemuTrace *file;
    GPtrArray *vcpus; /* Periods */
};

/* Position of each value in the event's arguments; the first argument is always the vCPU. 0: the
 * event does not have the value. */
static const struct {
    const char *name;
    ThrottleEventKind kind;
    guint n_args, quota, period, budget, late, windows, used;
} forms[] = {
    {.name = "set", .kind = THROTTLE_SET, .n_args = 5, .quota = 1, .period = 2, .budget = 4},
    {.name = "arm", .kind = THROTTLE_ARM, .n_args = 2, .budget = 1},
    {.name = "kick", .kind = THROTTLE_KICK, .n_args = 3, .budget = 1, .late = 2},
    {.name = "sleep", .kind = THROTTLE_SLEEP, .n_args = 3, .budget = 1},
    {.name = "wake", .kind = THROTTLE_WAKE, .n_args = 4, .budget = 1, .late = 2},
    {.name = "refill",
     .kind = THROTTLE_REFILL,
     .n_args = 5,
     .windows = 1,
     .budget = 2,
     .used = 3,
     .late = 4},
};

static bool sane(const ThrottleEvent *e)
{
    const int64_t times[] = {e->time_ns, e->budget_ns, e->late_ns, e->used_ns};

    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        if (times[i] > TIME_LIMIT_NS || times[i] < -TIME_LIMIT_NS) {
            return false;
        }
    }
    return e->kind != THROTTLE_SET ||
           (e->quota_ns >= 1 && e->quota_ns <= e->period_ns && e->period_ns <= PERIOD_LIMIT_NS);
}

static int64_t arg(const SyQemuTraceRecord *record, guint position)
{
    return position ? (int64_t)record->args[position] : 0;
}

static void set_unknown_form(const SyQemuTraceRecord *record, GError **error)
{
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                "trace event %s has %u arguments or values that make no sense: QEMU's mods are of "
                "another version than steelyard; `make qemu` rebuilds QEMU",
                record->event, record->n_args);
}

bool throttle_event_parse(const SyQemuTraceRecord *record, ThrottleEvent *event, GError **error)
{
    guint i = 0;

    if (!g_str_has_prefix(record->event, PREFIX)) {
        return false;
    }
    while (i < G_N_ELEMENTS(forms) && strcmp(record->event + strlen(PREFIX), forms[i].name) != 0) {
        i++;
    }
    if (i == G_N_ELEMENTS(forms)) {
        return false;
    }
    if (record->n_args != forms[i].n_args) {
        set_unknown_form(record, error);
        return false;
    }
    *event = (ThrottleEvent){
        .kind = forms[i].kind,
        .cpu_index = (int)record->args[0],
        .time_ns = record->time_ns,
        .quota_ns = arg(record, forms[i].quota),
        .period_ns = arg(record, forms[i].period),
        .budget_ns = arg(record, forms[i].budget),
        .late_ns = arg(record, forms[i].late),
        .windows = arg(record, forms[i].windows),
        .used_ns = arg(record, forms[i].used),
    };
    if (!sane(event)) {
        set_unknown_form(record, error);
        return false;
    }
    return true;
}

ThrottleTrace *throttle_trace_open(SyVm *vm, guint vcpus, int64_t quota_ns, int64_t period_ns,
                                   GError **error)
{
    g_autofree char *path = sy_vm_trace_path(vm);
    g_autoptr(SyQemuTrace) file = sy_qemu_trace_open(path, error);
    ThrottleTrace *t;

    if (!file) {
        return NULL;
    }
    t = g_new0(ThrottleTrace, 1);
    t->vm = vm;
    t->file = g_steal_pointer(&file);
    t->vcpus = g_ptr_array_new_with_free_func((GDestroyNotify)periods_free);
    for (guint i = 0; i < vcpus; i++) {
        g_ptr_array_add(t->vcpus, periods_new(quota_ns, period_ns));
    }
    return t;
}

void throttle_trace_free(ThrottleTrace *t)
{
    if (!t) {
        return;
    }
    g_ptr_array_unref(t->vcpus);
    sy_qemu_trace_free(t->file);
    g_free(t);
}

bool throttle_trace_take(ThrottleTrace *t, GError **error)
{
    SyQemuTraceRecord record;
    SyQemuTraceStep step;

    while ((step = sy_qemu_trace_next(t->file, &record, error)) == SY_QEMU_TRACE_RECORD) {
        GError *cause = NULL;
        ThrottleEvent event;

        if (throttle_event_parse(&record, &event, &cause)) {
            if (event.cpu_index >= 0 && (guint)event.cpu_index < t->vcpus->len) {
                periods_add(g_ptr_array_index(t->vcpus, (guint)event.cpu_index), &event);
            }
        } else if (cause) {
            g_propagate_error(error, cause);
            return false;
        }
    }
    return step == SY_QEMU_TRACE_END;
}

/* A vCPU without an event after `time_ns`; the number of vCPUs if all have one. */
static guint laggard(const ThrottleTrace *t, int64_t time_ns)
{
    guint i = 0;

    while (i < t->vcpus->len && periods_last_ns(throttle_trace_periods(t, i)) > time_ns) {
        i++;
    }
    return i;
}

bool throttle_trace_take_until(ThrottleTrace *t, int64_t time_ns, int64_t deadline_ns,
                               GError **error)
{
    guint vcpu;

    for (;;) {
        if (!sy_vm_trace_flush(t->vm, error) || !throttle_trace_take(t, error)) {
            return false;
        }
        vcpu = laggard(t, time_ns);
        if (vcpu == t->vcpus->len) {
            return true;
        }
        if (sy_now_ns() >= deadline_ns) {
            break;
        }
        if (!sy_sleep_until_ns(sy_now_ns() + FLUSH_AGAIN_NS, error)) {
            return false;
        }
    }
    g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT,
                "QEMU's trace has no throttle event of vCPU %u after the end of the measurement",
                vcpu);
    return false;
}

const Periods *throttle_trace_periods(const ThrottleTrace *t, guint vcpu)
{
    return g_ptr_array_index(t->vcpus, vcpu);
}

uint64_t throttle_trace_lost(const ThrottleTrace *t)
{
    return sy_qemu_trace_lost(t->file);
}

uint64_t throttle_trace_bytes(const ThrottleTrace *t)
{
    return sy_qemu_trace_bytes(t->file);
}
