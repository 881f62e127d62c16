/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How well several vCPUs work at once, from rounds of one alone and all together. Pure. */
#ifndef SY_WORKLOADS_MINIKVM_SCALE_ROUNDS_H
#define SY_WORKLOADS_MINIKVM_SCALE_ROUNDS_H

#include <glib.h>
#include <stdbool.h>

#include "workloads/lib/rounds.h"

/* A phase in which vCPUs that could have had a CPU each waited for one for more of the time than
 * this does not count: other work had it. */
#define SCALE_WAITED_MAX 0.01

typedef struct {
    double per_s;  /* what all vCPUs did, per second; 0: they were not at work all at once */
    double waited; /* the part of the time in which they were ready to run, and had no CPU */
} ScalePhase;

typedef struct {
    guint n;      /* rounds */
    guint vcpus;  /* that work together */
    bool crowded; /* more than there are CPUs: they have to wait for each other */
    ScalePhase alone[ROUNDS_MAX], together[ROUNDS_MAX];
} ScaleRounds;

/* Medians over the rounds that count. */
typedef struct {
    guint counted;
    double
        efficiency_pct; /* together, of so many times as much as one; NAN: too few rounds count */
    double interval[2]; /* of that, 95 % */
    double alone_per_s, together_per_s;
    double waited_pct; /* together */
} ScaleResult;

/* Too few rounds count if that is not more than half of them, and six. */
ScaleResult scale_result(const ScaleRounds *r);

/* Is it open whether it is at least `limit_pct`? A limit of 0 is none. */
bool scale_is_open(const ScaleResult *result, double limit_pct);

#endif
