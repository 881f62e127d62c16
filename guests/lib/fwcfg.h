/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * QEMU's fw_cfg device, through its I/O ports: describes the machine without ACPI tables.
 */
#ifndef GUESTS_LIB_FWCFG_H
#define GUESTS_LIB_FWCFG_H

#include <stdbool.h>
#include <stdint.h>

/* Whether there is a fw_cfg device. Without one the numbers below are undefined. */
bool fwcfg_present(void);

/* vCPUs present at boot: -smp's first number, hot-pluggable ones not counted. */
unsigned fwcfg_cpus(void);

/* One more than the highest APIC id this machine can ever have. */
unsigned fwcfg_apic_id_limit(void);

#endif
