/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware that boots a multiboot guest soonest. */
#ifndef SY_WORKLOADS_LIB_QUICK_BOOT_H
#define SY_WORKLOADS_LIB_QUICK_BOOT_H

#include "run/case.h"

/*
 * What to add to QEMU's command line; NULL, which is nothing, where only QEMU's own firmware is at
 * hand. Static.
 */
const char *const *quick_boot_args(const SyRunEnv *env);

#endif
