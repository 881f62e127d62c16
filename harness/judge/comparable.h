/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether two results of one case may be compared: whether a difference between them can come from
 * the builds alone. That takes one host mode, and besides that
 *
 *     native       one host (host/fingerprint.h)
 *     lab          one host, and one lab: kernel, emulator, CPUs, memory
 *     lab-exact    one lab; the host has no part in it
 *
 * What is not known counts as different. Pure.
 */
#ifndef SY_JUDGE_COMPARABLE_H
#define SY_JUDGE_COMPARABLE_H

#include "result/result.h"

/* Why `x` of the run `base` and `y` of `new_run` must not be compared, without a full stop; NULL if
 * they may. The caller frees. */
char *sy_comparable_obstacle(const SyRunResult *base, const SyCaseResult *x,
                             const SyRunResult *new_run, const SyCaseResult *y);

/* True if the case has a result: PASS or FAIL. */
bool sy_comparable_measured(const SyCaseResult *result);

/* The case's host mode; "unknown" without one. Owned by the case, or static. */
const char *sy_comparable_mode(const SyCaseResult *result);

#endif
