/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where each case is to run: on this machine ("native"), or in the virtual lab host ("lab", and
 * "lab-exact" where only the instructions count).
 */
#ifndef SY_RUN_PLACEMENT_H
#define SY_RUN_PLACEMENT_H

#include <glib.h>
#include <stdbool.h>

#include "host/requirement.h"
#include "result/host-mode.h"
#include "run/matrix.h"

/*
 * Sets `host_mode` and `host_why` of all `plans` (SyCasePlan*). `asked` is one of the words above.
 * With "auto" a case is native if this host meets all that it requires. If not, it goes to the lab,
 * as long as that has all that is missing here; if that lacks it, too, the case stays native, to be
 * skipped there with its reason. A case that requires no KVM, as the harness weighed by itself,
 * goes where those that do have to go: their figures belong together. Within a lab all is native.
 * SY_ERROR_USAGE for another word, or a requirement that does not exist. Probes the host; main
 * thread only.
 */
bool sy_placement_decide(GPtrArray *plans, const char *asked, GError **error);

/* Places `plan`, of which the lab in real time could not say anything, in lab-exact; `reason` is
 * why it could not, one line. */
void sy_placement_move_to_exact(SyCasePlan *plan, const char *reason);

/* What answers for the host: sy_requirement_check(), or a test. */
typedef const SyRequirementResult *SyPlacementCheck(const char *name, GError **error);

/* sy_placement_decide() by the answers of `check`. */
bool sy_placement_decide_by(GPtrArray *plans, const char *asked, SyPlacementCheck *check,
                            GError **error);

#endif
