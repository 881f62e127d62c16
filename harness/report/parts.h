/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a whole consists of. Metrics whose names are STEM.PART ("phase_us.open", "phase_us.memory")
 * are parts of one whole, in the order in which the workload declares them; the whole itself is the
 * workload's first metric of the same unit without a dot ("start_us"), if there is one. Pure.
 */
#ifndef SY_REPORT_PARTS_H
#define SY_REPORT_PARTS_H

#include "result/result.h"

/* One case. All but `label` is borrowed from the run. */
typedef struct {
    char *label;            /* the values of the parameters in which the cases differ */
    const SyMetric **parts; /* one for each name; NULL: not measured, or without a verdict */
    const SyMetric *whole;  /* likewise */
    double sum;             /* of the parts' medians; 0 without any */
    double total;           /* the whole's median, else `sum` */
} SyPartsRow;

typedef struct {
    const char *workload, *unit;
    char *stem;       /* "phase_us" */
    char *whole;      /* the name of the whole's metric; NULL: none */
    char *head;       /* "vmm, holder": what the labels are values of */
    GPtrArray *names; /* char*: "open", "memory" */
    GPtrArray *rows;  /* SyPartsRow*, in the order of the cases; cases with nothing are left out */
} SyParts;

/* The wholes of a run, SyParts*. They borrow from `run`. The caller owns the array. */
GPtrArray *sy_parts_of_run(const SyRunResult *run);

/* "minikvm.start: phase_us, us". The caller frees. */
char *sy_parts_title(const SyParts *parts);

#endif
