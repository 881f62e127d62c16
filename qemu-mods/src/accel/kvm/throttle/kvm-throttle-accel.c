/*
 * Limit the CPU time of KVM vCPUs: no limit, no start
 *
 * If KVM cannot be used, QEMU goes on to the next -accel.  A VM whose limit
 * was asked for must not run without one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/accel.h"
#include "qemu/config-file.h"
#include "qemu/option.h"
#include "qom/object.h"
#include "kvm-throttle-accel.h"

#define QUOTA "throttle-quota-us"

static int check_opts(void *opaque, QemuOpts *opts, Error **errp)
{
    Object *accel = opaque;

    if (!qemu_opt_get(opts, QUOTA) ||
        (object_property_find(accel, QUOTA) &&
         object_property_get_int(accel, QUOTA, NULL) > 0)) {
        return 0;
    }
    error_setg(errp, "'%s' takes no effect, because %s is used without it: "
               "the VM would run without its limit",
               QUOTA, current_accel_name());
    return -1;
}

void kvm_throttle_check_accel(Error **errp)
{
    qemu_opts_foreach(qemu_find_opts("accel"), check_opts,
                      OBJECT(current_accel()), errp);
}
