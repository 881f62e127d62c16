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
#include "kvm-throttle-fault.h"
#include "kvm-throttle-int.h"

#define PERIOD_MIN_NS (1 * (int64_t)SCALE_MS)
#define PERIOD_MAX_NS (1000 * (int64_t)SCALE_MS)
#define PERIOD_DEFAULT_NS (20 * (int64_t)SCALE_MS)
#define BURST_MAX_NS (3600 * NANOSECONDS_PER_SECOND)

/*
 * A timer on monotonic time is a few microseconds early in CPU time.  Carrying
 * that rest over is cheaper than entering the guest again for it.
 */
#define GRAIN_NS (10 * (int64_t)SCALE_US)

/* The reasons are in docs/system/kvm-throttle.rst. */
KvmThrottleSettings kvm_throttle_default = {
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
                                uint32_t starved_periods, Error **errp)
{
    int64_t period_min = PERIOD_MIN_NS / params->unit_ns;
    int64_t period_max = PERIOD_MAX_NS / params->unit_ns;
    int64_t burst_max = BURST_MAX_NS / params->unit_ns;
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

    cfg = (KvmThrottleConfig) {
        .quota_ns = quota * params->unit_ns,
        .period_ns = period * params->unit_ns,
        .burst_ns = burst * params->unit_ns,
    };
    cfg.grain_ns = MIN(GRAIN_NS, cfg.quota_ns / 16);
    cfg.grain_ns = MIN(cfg.grain_ns, cfg.burst_ns);
    g_assert(kvm_throttle_config_valid(&cfg));
    s->bucket = cfg;
    s->starved_periods = starved_periods;
    return true;
}

/* There is only one accelerator object, so its properties can be static. */
typedef struct AccelOption {
    bool set;
    int64_t us;
} AccelOption;

static AccelOption quota_option;
static AccelOption period_option;
static AccelOption burst_option;

static const KvmThrottleParams accel_params = {
    .quota = "throttle-quota-us",
    .period = "throttle-period-us",
    .burst = "throttle-burst-us",
    .unit_ns = SCALE_US,
};

static void set_option(Object *obj, Visitor *v, const char *name,
                       void *opaque, Error **errp)
{
    AccelOption *option = opaque;

    option->set = visit_type_int(v, name, &option->us, errp);
}

void kvm_throttle_class_init(ObjectClass *oc)
{
    object_class_property_add(oc, accel_params.quota, "int", NULL, set_option,
                              NULL, &quota_option);
    object_class_property_set_description(oc, accel_params.quota,
        "CPU time of each vCPU per throttle-period-us (default: no limit)");

    object_class_property_add(oc, accel_params.period, "int", NULL, set_option,
                              NULL, &period_option);
    object_class_property_set_description(oc, accel_params.period,
        "Length of a period, 1000 to 1000000 (default: 20000)");

    object_class_property_add(oc, accel_params.burst, "int", NULL, set_option,
                              NULL, &burst_option);
    object_class_property_set_description(oc, accel_params.burst,
        "How much CPU time that the host withheld a vCPU can make up in a "
        "period (default: throttle-quota-us)");

    kvm_throttle_fault_class_init(oc);
}

static bool make_default(KVMState *s, Error **errp)
{
    int64_t period_us = period_option.set ? period_option.us
                                          : PERIOD_DEFAULT_NS / SCALE_US;

    if (!quota_option.set) {
        if (period_option.set || burst_option.set) {
            error_setg(errp, "Parameter '%s' is missing: '%s' needs it to "
                       "take effect", accel_params.quota,
                       period_option.set ? accel_params.period
                                         : accel_params.burst);
            return false;
        }
        return true;
    }
    if (!kvm_check_extension(s, KVM_CAP_IMMEDIATE_EXIT)) {
        error_setg(errp, "'%s' requires a host kernel with "
                   "KVM_CAP_IMMEDIATE_EXIT", accel_params.quota);
        return false;
    }
    return kvm_throttle_make_settings(&kvm_throttle_default, &accel_params,
                                      quota_option.us, period_us,
                                      burst_option.set, burst_option.us,
                                      KVM_THROTTLE_STARVED_PERIODS, errp);
}

int kvm_throttle_init(KVMState *s)
{
    Error *err = NULL;

    if (!make_default(s, &err)) {
        error_report_err(err);
        return -EINVAL;
    }
    return 0;
}
