/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a gate's limit allows. Where limits come from: run/job-gates.h. Pure. */
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
 * False if either of them is not finite. 0 is a limit like any other.
 */
bool sy_gate_holds(SyBetter better, double limit, double value);

#endif
