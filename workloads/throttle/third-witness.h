/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedstat and perf disagree about a thread's run time: which of them is off, by how much and why?
 * Decided by the intervals in which the thread was on a CPU. Pure; docs/METHOD.md gives the
 * reasons.
 */
#ifndef SY_WORKLOADS_THROTTLE_THIRD_WITNESS_H
#define SY_WORKLOADS_THROTTLE_THIRD_WITNESS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "result/third-witness.h"
#include "workloads/throttle/on-cpu.h"
#include "workloads/throttle/witness.h"

typedef enum {
    THIRD_WITNESS_ABSENT,  /* it was not there, or its trace is incomplete; `why` says which */
    THIRD_WITNESS_NEITHER, /* neither clock agrees with the intervals */
    THIRD_WITNESS_SCHEDSTAT,
    THIRD_WITNESS_PERF,
} ThirdWitnessVerdict;

typedef struct {
    ThirdWitnessVerdict verdict;
    char *why; /* of ABSENT; owned */
    OnCpu on_cpu;
    CpuTimes times;
    /* how far schedstat is from the intervals beyond what its switches cost, in % of them */
    double schedstat_off_pct;
    double perf_off_pct; /* how far perf's task clock is from them */
    bool stolen;         /* a hypervisor took CPU time meanwhile */
    int64_t run_ns;      /* schedstat's run time without what it is off by */
} ThirdWitness;

/*
 * Decides. `missing` is what is missing from the trace, or why there is none (NULL: nothing), and
 * `on_cpu` what it shows. The trace must have every time slice that schedstat counted, and every
 * nanosecond that it charged. A clock agrees with the intervals if it is at most `limit_pct` off;
 * both do: schedstat decides. Where a hypervisor took CPU time (`stolen`), schedstat may lack what
 * the intervals hold, and perf does not decide.
 */
void third_witness_decide(const OnCpu *on_cpu, const char *missing, const CpuTimes *times,
                          double limit_pct, bool stolen, ThirdWitness *out);

/* Was it asked about this repetition? An empty one was not. */
bool third_witness_asked(const ThirdWitness *w);

/* Does one of the clocks agree with it, so that the repetition counts? */
bool third_witness_decided(const ThirdWitness *w);

/* What it found, or that it was not asked, in one line without full stop; the caller frees. */
char *third_witness_text(const ThirdWitness *w);

/* The same for results.json; the caller owns it. */
SyThirdWitness *third_witness_result(const ThirdWitness *w, guint vcpu);

void third_witness_clear(ThirdWitness *w);

#endif
