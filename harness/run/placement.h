/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decides where each case runs: on this machine ("native"), or in the virtual lab host, in real
 * time ("lab") or with time counted in instructions ("lab-exact").
 */
#ifndef SY_RUN_PLACEMENT_H
#define SY_RUN_PLACEMENT_H

#include <glib.h>
#include <stdbool.h>

#include "host/requirement.h"
#include "result/host-mode.h"
#include "result/result.h"
#include "run/matrix.h"

/*
 * Sets `host_mode` and `host_why` of all `plans` (SyCasePlan*). `asked` is a name from
 * result/host-mode.h. With "auto":
 *
 * - a case that requires nothing which this host lacks is native; - else it goes to the lab, if
 * that provides everything that is missing here; - else it stays native, where it will be skipped
 * with its reason; - a case without a guest, which measures the harness itself, follows the cases
 * with a guest to the
 *   lab, so that their values are comparable;
 * - inside a lab every case is native.
 *
 * SY_ERROR_USAGE for an unknown host mode or requirement. Probes the host; main thread only.
 */
bool sy_placement_decide(GPtrArray *plans, const char *asked, GError **error);

/*
 * Does `result`, from the lab in real time, leave open how the case of `plan` ends? There this
 * host's noise cannot be seen: if it withholds the lab's CPUs, the lab's clocks go on. So an
 * INCONCLUSIVE does, and a FAIL whose gates are all of `timed` metrics. Pure.
 */
bool sy_placement_is_open(const SyCasePlan *plan, const SyCaseResult *result);

/* Moves `plan` with such a result to lab-exact. */
void sy_placement_move_to_exact(SyCasePlan *plan, const SyCaseResult *result);

/* How to check a requirement: sy_requirement_check(), or the function of a test. */
typedef const SyRequirementResult *SyPlacementCheck(const char *name, GError **error);

/* sy_placement_decide() with another `check`. */
bool sy_placement_decide_by(GPtrArray *plans, const char *asked, SyPlacementCheck *check,
                            GError **error);

#endif
