/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Matches two accounts of the same events: what the IRQ log says was set, and what KVM's trace says
 * happened. Pure.
 *
 * A step is one line (a GSI, a vector) being set to a level. On each line cause and effect
 * alternate: the effect of a cause comes after it and before the next cause. So an effect belongs
 * to the latest cause before it; what is left over on either side is a finding. Both accounts use
 * one clock; `tolerance_ns` allows for the difference of two readings of it.
 */
#ifndef SY_WORKLOADS_IRQ_MATCH_H
#define SY_WORKLOADS_IRQ_MATCH_H

#include <glib.h>
#include <stdint.h>

typedef struct {
    int64_t time_ns;
    int line;
    int level;
    uint64_t id; /* its name in findings: the log's sequence number */
} IrqStep;

typedef enum {
    IRQ_MISSING,      /* an effect without a cause: the log lacks a record */
    IRQ_SPURIOUS,     /* a cause without an effect: a record of something that did not happen */
    IRQ_OUT_OF_ORDER, /* a pair whose effect came before that of an earlier cause */
} IrqFindingKind;

typedef struct {
    IrqFindingKind kind;
    IrqStep step; /* MISSING: the effect; else the cause */
} IrqFinding;

typedef struct {
    guint cause, effect; /* indices */
} IrqPair;

typedef struct {
    GArray *pairs;    /* IrqPair, ascending by cause */
    GArray *findings; /* IrqFinding, ascending by time */
    guint missing, spurious, out_of_order;
} IrqMatch;

/*
 * Matches `causes`, in the order in which the log says they happened, with `effects`, ascending by
 * time. Takes linear time, except for sorting. The caller frees the result with irq_match_free().
 */
IrqMatch *irq_match(const IrqStep *causes, guint n_causes, const IrqStep *effects, guint n_effects,
                    int64_t tolerance_ns);

/* "missing: line 4 level 1 at 12.345678901 s", with the record's number if it has one; the caller
 * frees it. */
char *irq_finding_text(const IrqFinding *finding);

void irq_match_free(IrqMatch *match);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IrqMatch, irq_match_free)

#endif
