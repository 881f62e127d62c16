/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guest `exits` answers (docs/MINIKVM.md has the protocol), and what follows from it.
 * Pure. */
#ifndef SY_WORKLOADS_MINIKVM_EXIT_ANSWER_H
#define SY_WORKLOADS_MINIKVM_EXIT_ANSWER_H

#include <glib.h>
#include <stdbool.h>

#include "guests/minikvm/exits/protocol.h"

/* One EXITS_GO of one vCPU. */
typedef struct {
    guint vcpu;
    guint64 ticks; /* of the TSC, from begin to end; not 0 */
    guint64 count; /* exits, or units of computing; 0 in an answer with batches */
    guint batches; /* 0 in an answer with a count */
    /* Ticks of each batch: of the loop alone, and of the loop with exits. */
    double alone[EXITS_MAX_BATCHES], exits[EXITS_MAX_BATCHES];
} ExitAnswer;

/* Reads a line that begins with "exits: did"; SY_ERROR_PROTOCOL quotes it. */
bool exit_answer_parse(const char *line, ExitAnswer *out, GError **error);

/* From ticks at `tsc_khz`, with `instructions` exiting instructions of `units` units in a batch. */
typedef struct {
    double ns;       /* of a unit: the median batch less that of the loop alone; may be <= 0 */
    double gross_ns; /* with the loop */
} ExitCost;
ExitCost exit_answer_cost(const ExitAnswer *answer, double instructions, guint units,
                          guint tsc_khz);

/*
 * False with SY_ERROR_PROTOCOL if the answer took longer by the guest's TSC than the `wall_ns`
 * between the command and the answer: then its ticks are no measure of time.
 */
bool exit_answer_check(const ExitAnswer *answer, gint64 wall_ns, guint tsc_khz, GError **error);

/*
 * Reads how many exits mini-kvm --exits says that all vCPUs made; SY_ERROR_PROTOCOL.
 */
bool exit_count_parse(const char *log, guint64 *exits, GError **error);

/* Is it open on which side of `limit` the value lies? True if limit is within the interval, below
 * its upper end. */
bool exit_interval_straddles(const double interval[2], double limit);

#endif
