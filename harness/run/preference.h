/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cases would like their host to have, but are measured without. */
#ifndef SY_RUN_PREFERENCE_H
#define SY_RUN_PREFERENCE_H

#include <glib.h>

/*
 * One line for each requirement that a native case of `plans` (SyCasePlan*) prefers and this host
 * does not meet: why not, what that costs, and the remedy. The caller owns the array.
 */
GPtrArray *sy_preferences_unmet(const GPtrArray *plans);

#endif
