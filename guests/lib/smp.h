/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * All vCPUs of the machine, numbered 0..n-1 in the order of their APIC ids. QEMU's cpu-index has
 * the same order, so vCPU i here is the thread that query-cpus-fast calls cpu-index i.
 */
#ifndef GUESTS_LIB_SMP_H
#define GUESTS_LIB_SMP_H

#include <stdint.h>

/* How long vCPUs may take to start, in seconds. Generous: the host may be starved or the vCPU
 * throttled. */
#define SMP_START_S 20

/* vCPUs present at boot. Ends the guest (guest_fail) without fw_cfg and with more than SMP_MAX. */
unsigned smp_count(void);

/* Starts the vCPUs 1..n-1; each calls run(its number), interrupts off, on a stack of STACK_SIZE.
 * Returns when each has its number, perhaps before it is in `run`. Call it once, on vCPU 0. Ends
 * the guest if one does not start. */
void smp_start(unsigned n, void (*run)(unsigned number));

/* The APIC id of the vCPU with this number. */
unsigned smp_apic_id(unsigned number);

/* Ends the guest with the message "cpu N did not start". */
void smp_fail(unsigned number) __attribute__((noreturn));

#endif
