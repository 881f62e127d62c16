/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a run's cases ran, and why there, for the renderers. */
#ifndef SY_REPORT_HOSTS_H
#define SY_REPORT_HOSTS_H

#include "result/result.h"

/*
 * One line per host mode and reason, in the order of the cases: "8 lab: no kvm here: ...". Empty if
 * no case ran in the lab. The caller frees (g_strfreev).
 */
GStrv sy_hosts_lines(const SyRunResult *run);

/* Where the case ran and why: "lab: no ftrace here: ..."; NULL if unknown. The caller frees. */
char *sy_hosts_case(const SyCaseResult *result);

#endif
