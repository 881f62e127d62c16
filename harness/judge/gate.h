/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule of a gate: which values a limit allows. run/job-gates.h says where limits come from.
 * Pure. */
#ifndef SY_JUDGE_GATE_H
#define SY_JUDGE_GATE_H

#include "result/result.h"

/*
 * True if `value` is within `limit`:
 *
 *     target    |value| <= limit
 *     lower     value <= limit
 *     higher    value >= limit
 *
 * False if `value` or `limit` is not finite. 0 is a valid limit.
 */
bool sy_gate_holds(SyBetter better, double limit, double value);

/* The tighter of the gate's limits, on samples and on the median; NAN without a gate. */
double sy_gate_tightest(const SyGate *gate, SyBetter better);

#endif
