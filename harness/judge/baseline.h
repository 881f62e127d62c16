/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares the machine code of the mods with that of a recorded build. Pure. Nothing of the harness
 * has a part in it, so no change outside qemu-mods/ makes a difference.
 */
#ifndef SY_JUDGE_BASELINE_H
#define SY_JUDGE_BASELINE_H

#include "result/baseline.h"

/* How a function differs from the recorded one. */
typedef enum {
    SY_FUNCTION_CHANGED, /* other instructions */
    SY_FUNCTION_NEW,     /* `was` is NULL: the mods had no such function, or had not changed it */
    SY_FUNCTION_GONE,    /* `now` is NULL: likewise, the other way round */
} SyFunctionChange;

typedef struct {
    SyFunctionChange change;
    const SyBaselineFunction *was, *now; /* borrowed */
} SyBaselineDifference;

typedef struct {
    GPtrArray *reasons; /* char*: why a new baseline is due, "compiler: X -> Y"; empty: it is not */
    GPtrArray *differences; /* SyBaselineDifference*, by name */
    guint functions;        /* of the mods, now */
} SyBaselineCheck;

/* Adds those functions of `modded` to `baseline` that `stock` does not have with the same code:
 * those of the mods' own files, and those of QEMU that hooks change. */
void sy_baseline_take_code(SyBaseline *baseline, const SyCode *stock, const SyCode *modded);

/*
 * Compares two baselines, which must outlive the result. A new one is due if QEMU's version, its
 * configuration or the compiler is another: then differences need not come from the mods. The
 * caller owns the result.
 */
SyBaselineCheck *sy_baseline_check(const SyBaseline *was, const SyBaseline *now);

/* INCONCLUSIVE if a new baseline is due, else FAIL if there are differences, else PASS. */
int sy_baseline_exit_code(const SyBaselineCheck *check);

void sy_baseline_check_free(SyBaselineCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyBaselineCheck, sy_baseline_check_free)

/* The check against the baseline in the file `path`, as JSON (docs/RESULTS.md). To be freed. */
char *sy_baseline_check_json(const SyBaselineCheck *check, const SyBaseline *was,
                             const SyBaseline *now, const char *path);

#endif
