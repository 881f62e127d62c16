/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cases of one workload, and in which parameters they differ: what tables and plots are made of.
 * Pure. All arrays are the caller's, and what is in them is borrowed from the run. */
#ifndef SY_REPORT_CASE_SET_H
#define SY_REPORT_CASE_SET_H

#include "result/result.h"

/* The names of the run's workloads, const char*, in the order of its cases. */
GPtrArray *sy_case_set_workloads(const SyRunResult *run);

/* The cases of a workload, SyCaseResult*, in the run's order. */
GPtrArray *sy_case_set(const SyRunResult *run, const char *workload);

/* The value of a parameter as text; NULL: the case has none of that name. Borrowed. */
const char *sy_case_value(const SyCaseResult *result, const char *param);

/* The values of a parameter that occur among `cases`, const char*, in their order, each once. */
GPtrArray *sy_case_set_values(const GPtrArray *cases, const char *param);

/* True if the ids of all cases name the parameter: it says what is measured, not how. */
bool sy_case_set_names(const GPtrArray *cases, const char *param);

/* True if both have the same host mode and the same parameters except `param`. */
bool sy_cases_alike(const SyCaseResult *one, const SyCaseResult *two, const char *param);

/* "ratio_pct, period_ms": the parameters in which the cases differ, without `except` (or NULL), and
 * "host" if they ran in several host modes; "" if they differ in nothing. The caller frees. */
char *sy_case_set_head(const GPtrArray *cases, const char *except);

/* "10, 20": the values that one of them has of these. The caller frees. */
char *sy_case_label(const GPtrArray *cases, const char *except, const SyCaseResult *result);

/* The metric called `name`, or any if NULL, that some case measured; NULL: none did. Borrowed. */
const SyMetric *sy_case_set_measured(const GPtrArray *cases, const char *name);

/* The metric of a case if it was measured conclusively, else NULL. Borrowed. */
const SyMetric *sy_case_conclusive(const SyCaseResult *result, const char *metric);

#endif
