/*
 * Limit the CPU time of KVM vCPUs: settings, their ranges and defaults, and
 * the properties of the accelerator that make them at start-up
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/error-report.h"
#include "qom/object.h"
#include "system/kvm.h"
#include "system/kvm_int.h"
#include "kvm-throttle-int.h"

#define PERIOD_MIN_NS (1 * (int64_t)SCALE_MS)
#define PERIOD_MAX_NS (1000 * (int64_t)SCALE_MS)
#define PERIOD_DEFAULT_NS (20 * (int64_t)SCALE_MS)
#define BURST_MAX_NS (3600 * NANOSECONDS_PER_SECOND)
#define MAX_DEBT_MAX_NS (3600 * NANOSECONDS_PER_SECOND)

/*
 * A timer on monotonic time is a few microseconds early in CPU time.  Carrying
 * that rest over is cheaper than entering the guest again for it.
 */
#define GRAIN_NS (10 * (int64_t)SCALE_US)

/* The reasons are in docs/system/kvm-throttle.rst. */
static const KvmThrottleSettings no_limit = {
    .bucket = {
        .quota_ns = PERIOD_DEFAULT_NS,
        .period_ns = PERIOD_DEFAULT_NS,
        .burst_ns = PERIOD_DEFAULT_NS,
    },
    .starved_periods = KVM_THROTTLE_STARVED_PERIODS,
};

bool kvm_throttle_make_settings(KvmThrottleSettings *s,
                                const KvmThrottleParams *params,
                                int64_t quota, int64_t period,
                                bool has_burst, int64_t burst,
                                int64_t max_debt, uint32_t starved_periods,
                                Error **errp)
{
    int64_t period_min = PERIOD_MIN_NS / params->unit_ns;
    int64_t period_max = PERIOD_MAX_NS / params->unit_ns;
    int64_t burst_max = BURST_MAX_NS / params->unit_ns;
    int64_t max_debt_max = MAX_DEBT_MAX_NS / params->unit_ns;
    KvmThrottleConfig cfg;

    if (period < period_min || period > period_max) {
        error_setg(errp, "Parameter '%s' must be between %" PRId64
                   " and %" PRId64 ", not %" PRId64,
                   params->period, period_min, period_max, period);
        return false;
    }
    if (quota < 1 || quota > period) {
        error_setg(errp, "Parameter '%s' must be between 1 and "
                   "%s (%" PRId64 "), not %" PRId64,
                   params->quota, params->period, period, quota);
        return false;
    }
    if (!has_burst) {
        burst = quota;
    }
    if (burst < 0 || burst > burst_max) {
        error_setg(errp, "Parameter '%s' must be between 0 and %" PRId64
                   ", not %" PRId64, params->burst, burst_max, burst);
        return false;
    }
    if (max_debt < 0 || max_debt > max_debt_max) {
        error_setg(errp, "Parameter '%s' must be between 0 and %" PRId64
                   ", not %" PRId64, params->max_debt, max_debt_max, max_debt);
        return false;
    }

    cfg = (KvmThrottleConfig) {
        .quota_ns = quota * params->unit_ns,
        .period_ns = period * params->unit_ns,
        .burst_ns = burst * params->unit_ns,
        .max_debt_ns = max_debt * params->unit_ns,
    };
    cfg.grain_ns = MIN(GRAIN_NS, cfg.quota_ns / 16);
    cfg.grain_ns = MIN(cfg.grain_ns, cfg.burst_ns);
    g_assert(kvm_throttle_config_valid(&cfg));
    s->bucket = cfg;
    s->starved_periods = starved_periods;
    return true;
}

static const KvmThrottleParams accel_params = {
    .quota = "throttle-quota-us",
    .period = "throttle-period-us",
    .burst = "throttle-burst-us",
    .max_debt = "throttle-max-debt-us",
    .unit_ns = SCALE_US,
};

/* See kvm-throttle-fault.h. */
static const char *const lose_wakeup = "x-throttle-lose-wakeup";

typedef struct AccelProperty {
    const char *const *name;
    size_t option;              /* offset of its value in KvmThrottleState */
    const char *description;
} AccelProperty;

static const AccelProperty accel_properties[] = {
    { &accel_params.quota, offsetof(KvmThrottleState, quota),
      "CPU time of each vCPU per throttle-period-us (default: no limit)" },
    { &accel_params.period, offsetof(KvmThrottleState, period),
      "Length of a period, 1000 to 1000000 (default: 20000)" },
    { &accel_params.burst, offsetof(KvmThrottleState, burst),
      "How much CPU time that the host withheld a vCPU can make up in a "
      "period (default: throttle-quota-us)" },
    { &accel_params.max_debt, offsetof(KvmThrottleState, max_debt),
      "How much excess CPU time a vCPU has to pay back at most (default: 0, "
      "all of it)" },
    { &lose_wakeup, offsetof(KvmThrottleState, lose_wakeup),
      "For tests: the n-th time that a vCPU's quota runs out, only a kick "
      "wakes it up (default: 0, never)" },
};

static KvmThrottleOption *find_option(Object *obj, const AccelProperty *p)
{
    return (KvmThrottleOption *)((char *)&KVM_STATE(obj)->throttle + p->option);
}

/* The value as given; 0 if it was not, which no limit on the quota allows. */
static void get_option(Object *obj, Visitor *v, const char *name,
                       void *opaque, Error **errp)
{
    int64_t value = find_option(obj, opaque)->value;

    visit_type_int(v, name, &value, errp);
}

static void set_option(Object *obj, Visitor *v, const char *name,
                       void *opaque, Error **errp)
{
    KvmThrottleOption *option = find_option(obj, opaque);
    int64_t value = 0;

    if (KVM_STATE(obj)->fd != -1) {
        error_setg(errp, "Cannot set properties after the accelerator has been "
                   "initialized");
        return;
    }
    if (visit_type_int(v, name, &value, errp)) {
        *option = (KvmThrottleOption) { .set = true, .value = value };
    }
}

void kvm_throttle_class_init(ObjectClass *oc)
{
    size_t i;

    for (i = 0; i < ARRAY_SIZE(accel_properties); i++) {
        const AccelProperty *p = &accel_properties[i];

        object_class_property_add(oc, *p->name, "int", get_option, set_option,
                                  NULL, (void *)p);
        object_class_property_set_description(oc, *p->name, p->description);
    }
}

static bool set_initial(KVMState *s, Error **errp)
{
    KvmThrottleState *t = &s->throttle;
    int64_t period_us = t->period.set ? t->period.value
                                      : PERIOD_DEFAULT_NS / SCALE_US;

    if (!t->quota.set) {
        const char *given = t->period.set ? accel_params.period :
                            t->burst.set ? accel_params.burst :
                            t->max_debt.set ? accel_params.max_debt : NULL;

        if (given) {
            error_setg(errp, "Parameter '%s' is missing: '%s' needs it to "
                       "take effect", accel_params.quota, given);
        }
        return !given;
    }
    if (!kvm_check_extension(s, KVM_CAP_IMMEDIATE_EXIT)) {
        error_setg(errp, "'%s' requires a host kernel with "
                   "KVM_CAP_IMMEDIATE_EXIT", accel_params.quota);
        return false;
    }
    return kvm_throttle_make_settings(&t->initial, &accel_params,
                                      t->quota.value, period_us,
                                      t->burst.set, t->burst.value,
                                      t->max_debt.value,
                                      KVM_THROTTLE_STARVED_PERIODS, errp);
}

int kvm_throttle_init(KVMState *s)
{
    Error *err = NULL;

    QTAILQ_INIT(&s->throttle.vcpus);
    s->throttle.initial = no_limit;
    if (!set_initial(s, &err)) {
        error_report_err(err);
        return -EINVAL;
    }
    return 0;
}
