/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware that boots a multiboot guest fastest. */
#ifndef SY_WORKLOADS_LIB_QUICK_BOOT_H
#define SY_WORKLOADS_LIB_QUICK_BOOT_H

#include "run/case.h"

/*
 * Arguments to add to QEMU's command line; NULL, that is none, where only QEMU's default firmware
 * is installed. Static.
 */
const char *const *quick_boot_args(const SyRunEnv *env);

#endif
