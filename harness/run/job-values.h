/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of one key of a job file. */
#ifndef SY_RUN_JOB_VALUES_H
#define SY_RUN_JOB_VALUES_H

#include "run/workload.h"

/*
 * The values in `text`, a comma list such as "1, 2.5", in the canonical spelling of `spec`.
 * SY_ERROR_USAGE if one is empty, given twice or not one of the parameter's, and if `text` may be
 * meant as one number with a comma: "1,5" or "1,000". "10,20,30" and "0.5,1.5" cannot, so they are
 * lists. The caller frees (g_strfreev).
 */
GStrv sy_job_values(const SyParamSpec *spec, const char *text, GError **error);

#endif
