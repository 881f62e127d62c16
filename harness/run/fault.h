/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fault injection: makes QEMU under test wrong on purpose, to prove that a gate can fail. A run
 * with faults says so in its results. Examples:
 *
 *     --fault quota=+10%     programs every throttle quota 10 % too high
 *     --fault lost-wakeup    loses a wake-up in the throttle's sleep
 *     --fault page-bit       flips a bit of a page that was read
 *     --fault irq-drop=100   leaves the hundredth record out of the IRQ log
 */
#ifndef SY_RUN_FAULT_H
#define SY_RUN_FAULT_H

#include <glib.h>
#include <stdbool.h>

typedef struct SyFaults SyFaults;

/* Reads specs such as "quota=+10%"; NULL or an empty array: no faults. SY_ERROR_USAGE lists the
 * known faults. The caller owns the result. */
SyFaults *sy_faults_parse(const char *const *specs, GError **error);

/* True if each of `specs`, which sy_faults_parse() accepts, is one of the NULL-terminated names
 * `heeded`; else SY_ERROR_USAGE, because such a fault would show nothing. */
bool sy_faults_check_heeded(const char *const *specs, const char *const *heeded, GError **error);

/* The factor for `what`: 1.10 for "+10%"; 1 without such a fault. `faults` may be NULL, here and
 * below. */
double sy_faults_scale(const SyFaults *faults, const char *what);

/* True if the fault `what` is set, with or without a value. */
bool sy_faults_has(const SyFaults *faults, const char *what);

/* The number given for `what`; 0 without such a fault. */
guint64 sy_faults_number(const SyFaults *faults, const char *what);

void sy_faults_free(SyFaults *faults);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyFaults, sy_faults_free)

#endif
