/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values as people read them: decimals, sign, unit, interval. ASCII except for the unit; a page may
 * replace "-" or "<=" by better signs.
 */
#ifndef SY_REPORT_FORMAT_H
#define SY_REPORT_FORMAT_H

#include <stdbool.h>

#include "result/result.h"

/* In place of a number of decimals: four significant digits and an exponent, "2.500e-10", because
 * nine decimals would not show them. */
#define SY_FORMAT_EXPONENT (-1)

/*
 * Decimals for every value of the metric, 0..9 or SY_FORMAT_EXPONENT: down to a thousandth of the
 * gate's finer limit, so that the rows of a table line up; without a gate, four significant digits
 * of the largest sample.
 */
int sy_format_decimals(const SyMetric *metric);

/* `value` with that many decimals, or as SY_FORMAT_EXPONENT says; "+" in front of positive ones if
 * `sign`; "n/a" for NAN. */
char *sy_format_number(double value, int decimals, bool sign);

/* `value` with four significant digits, whole from 1000 on, with an exponent below 1e-6; "+" in
 * front of positive ones if `sign`; "n/a" for NAN. */
char *sy_format_short(double value, bool sign);

/* One value of the metric with its decimals and sign. The caller frees, as below. */
char *sy_format_value(const SyMetric *metric, double value);

/* "+0.013 [-0.010, +0.021]": median, and the interval if there is one. "n/a" without samples. */
char *sy_format_interval(const SyMetric *metric);

/* "+0.013 [-0.010, +0.021] %": median, interval if there is one, unit. "n/a" without samples. */
char *sy_format_metric(const SyMetric *metric);

/* "+-5 %", "<= 100 ns", "+-0.5 %, median +-0.1 %", "median >= 3"; without a gate NULL, or the
 * reason for that, if there is one: "none: 4 vCPUs are more than the 2 CPUs". */
char *sy_format_gate(const SyMetric *metric);

/* "holds", "broken by 2 of 3 samples and the median"; NULL without a verdict. */
char *sy_format_outcome(const SyMetric *metric);

/* The metric to show when there is room for one: a failed gate, else a gate, else any with samples.
 */
const SyMetric *sy_format_headline(const SyCaseResult *result);

/* The events of the trace, the most frequent first: SyTraceEvent*, borrowed from `trace`. The
 * caller frees the array. */
GPtrArray *sy_format_trace_events(const SyCaseTrace *trace);

/*
 * "kvm_exit 1204, kvm_entry 1204, sched_switch 310 and 9 more": the `most` most frequent events
 * without their systems (0: all); "3 LOST, kvm_exit 1204 ..." if the trace has gaps. The caller
 * frees.
 */
char *sy_format_trace(const SyCaseTrace *trace, guint most);

/* "0:31", "12:05", "1:02:03"; "?" for NAN or below 0. */
char *sy_format_duration(double seconds);

#endif
