/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the third witness of a repetition found, where schedstat and perf disagreed about the run
 * time of a vCPU's thread; and its JSON. */
#ifndef SY_RESULT_THIRD_WITNESS_H
#define SY_RESULT_THIRD_WITNESS_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Times in ns; those of the trace are 0 if there is none. */
typedef struct {
    int64_t repetition; /* from 1, discarded ones counted */
    int64_t vcpu;
    char *decided_by; /* "schedstat", "perf", or "none" */
    char *evidence;   /* one line */
    int64_t schedstat_ns, perf_ns, on_cpu_ns, interrupts_ns, slices;
    int64_t switches_ns, standstill_ns, within_ns; /* what makes schedstat differ from on_cpu_ns */
} SyThirdWitness;

/* The caller owns it; freeing NULL is fine. */
SyThirdWitness *sy_third_witness_new(const char *decided_by);
SyThirdWitness *sy_third_witness_copy(const SyThirdWitness *w);
void sy_third_witness_free(SyThirdWitness *w);

/* The array `third_witness` of a case, from and to SyThirdWitness*. Results older than it have no
 * such member. */
JsonArray *sy_third_witnesses_to_json(const GPtrArray *all);
bool sy_third_witnesses_read(JsonObject *object, const char *where, GPtrArray *all, GError **error);

#endif
