/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a run's cases ran, and why there, for the renderers. */
#ifndef SY_REPORT_HOSTS_H
#define SY_REPORT_HOSTS_H

#include "result/result.h"

/*
 * One line per host mode and reason, in the order of the cases: "8 lab: no kvm here: ...". None
 * if no case ran in the lab: then there is nothing to tell. The caller frees (g_strfreev).
 */
GStrv sy_hosts_lines(const SyRunResult *run);

/* "lab: no ftrace here: ...", where that case ran; NULL if it is not known. The caller frees. */
char *sy_hosts_case(const SyCaseResult *result);

#endif
