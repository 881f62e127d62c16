/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine code of the mods in one build of QEMU, as results/baselines/RELEASE.json has it:
 * every function that the stock build does not have like this. Types and JSON.
 */
#ifndef SY_RESULT_BASELINE_H
#define SY_RESULT_BASELINE_H

#include <glib.h>

#include "observe/code.h"
#include "result/build.h"

typedef struct {
    char *name;         /* the symbol; several static functions may have the same */
    guint instructions; /* in the code */
    char *sum;          /* of the code, without addresses (observe/code-scan.h): hex digits */
} SyBaselineFunction;

typedef struct {
    SyBuildInfo *build;   /* without a path, which is not of the build but of a machine */
    char *compiler;       /* what the binary says: "GCC: (Debian 12.2.0-14) 12.2.0" */
    GPtrArray *functions; /* SyBaselineFunction*, by name, then instructions, then sum */
} SyBaseline;

/* Without functions. The caller owns it. */
SyBaseline *sy_baseline_new(void);
void sy_baseline_free(SyBaseline *baseline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyBaseline, sy_baseline_free)

/* Adds a function; `name` and `sum` are copied. */
void sy_baseline_add(SyBaseline *baseline, const char *name, guint instructions, const char *sum);

/* Puts the functions into the order above. */
void sy_baseline_sort(SyBaseline *baseline);

/* The baseline as JSON, a line for each function (docs/RESULTS.md). The caller frees. */
char *sy_baseline_to_text(const SyBaseline *baseline);

/* Reads that; `where` is the file, for messages. SY_ERROR_USAGE with field and remedy if it is
 * damaged or something else. The caller owns the result. */
SyBaseline *sy_baseline_parse(const char *text, gssize length, const char *where, GError **error);

#endif
