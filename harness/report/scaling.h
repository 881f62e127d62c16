/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How well more of something does more: workloads that measure efficiency_pct, over each whole
 * number among their parameters (vcpus, vms) that has three values or more while all else is equal.
 * Beside the efficiency stands the rate: the workload's first metric per second, if it has one.
 * Pure.
 */
#ifndef SY_REPORT_SCALING_H
#define SY_REPORT_SCALING_H

#include "result/result.h"

#define SY_SCALING_EFFICIENCY "efficiency_pct"

typedef struct {
    double x;                          /* the parameter's value */
    const SyMetric *rate, *efficiency; /* NULL: not measured, or without a verdict */
} SyScalingPoint;

/* Cases that differ in the parameter alone. */
typedef struct {
    char *label;    /* the values of the other parameters in which lines differ; "" for one line */
    GArray *points; /* SyScalingPoint, by ascending x */
    guint cpus;     /* of the host that they ran on; 0: not known */
} SyScalingLine;

/* All but the labels and the array is borrowed from the run. */
typedef struct {
    const char *workload, *param;
    const SyMetric *rate; /* of some case: its name and unit; NULL: none */
    GPtrArray *lines;     /* SyScalingLine*, in the order of the cases */
} SyScaling;

/* The scalings of a run, SyScaling*. They borrow from `run`. The caller owns the array. */
GPtrArray *sy_scalings_of_run(const SyRunResult *run);

/* "minikvm.scale by vcpus". The caller frees. */
char *sy_scaling_title(const SyScaling *scaling);

#endif
