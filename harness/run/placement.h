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
#include "run/matrix.h"

#define SY_PLACE_NATIVE "native"
#define SY_PLACE_LAB "lab"
#define SY_PLACE_LAB_EXACT "lab-exact"
#define SY_PLACE_AUTO "auto"

/*
 * Sets `host_mode` and `host_why` of all `plans` (SyCasePlan*). `asked` is one of the words above.
 * With "auto" a case is native if this host meets all that it requires. If not, it goes to the lab,
 * as long as that has all that is missing here; if that lacks it, too, the case stays native, to be
 * skipped there with its reason. A case that requires no KVM, as the harness weighed by itself,
 * goes where those that do have to go: their figures belong together. Within a lab all is native.
 * SY_ERROR_USAGE for another word, or a requirement that does not exist. Probes the host; main
 * thread only.
 */
bool sy_place_plans(GPtrArray *plans, const char *asked, GError **error);

/* Places `plan`, of which the lab in real time could not say anything, in lab-exact; `reason` is
 * why it could not, one line. */
void sy_place_again(SyCasePlan *plan, const char *reason);

/* True for the two modes of the lab. NULL is none. */
bool sy_place_in_lab(const char *host_mode);

/* What answers for the host: sy_requirement_check(), or a test. */
typedef const SyRequirementResult *SyPlaceCheck(const char *name, GError **error);

/* sy_place_plans() by the answers of `check`. */
bool sy_place_plans_by(GPtrArray *plans, const char *asked, SyPlaceCheck *check, GError **error);

#endif
