/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * QEMU's fw_cfg device, through its I/O ports: what the machine consists of, without ACPI tables.
 */
#ifndef GUESTS_LIB_FWCFG_H
#define GUESTS_LIB_FWCFG_H

#include <stdbool.h>
#include <stdint.h>

/* Whether there is such a device. The numbers below mean nothing without. */
bool fwcfg_present(void);

/* vCPUs present at boot: -smp's first number, hot-pluggable ones not counted. */
unsigned fwcfg_cpus(void);

/* One more than the highest APIC id this machine can ever have. */
unsigned fwcfg_apic_id_limit(void);

#endif
