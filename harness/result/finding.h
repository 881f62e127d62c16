/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a host at one moment: each requirement (host/requirement.h) and each setting that
 * makes measurements noisy (host/tuning.h), with evidence and remedy. `doctor` prints it, and a run
 * records it at its start.
 */
#ifndef SY_RESULT_FINDING_H
#define SY_RESULT_FINDING_H

#include <glib.h>
#include <stdbool.h>

#define SY_FINDING_REQUIREMENT "requirement"
#define SY_FINDING_TUNING "tuning"

/* Any string but `kind`, `name` and `evidence` may be NULL. */
typedef struct {
    char *kind;     /* SY_FINDING_REQUIREMENT or SY_FINDING_TUNING */
    char *name;     /* "kvm", "governor" */
    char *summary;  /* what it is, one line */
    char *evidence; /* what was found, one line */
    char *remedy;   /* what to do about it, one line; NULL: nothing is needed, or possible */
    bool met;       /* the host has it; or the setting is right, or does not exist here */
} SyFinding;

/* An empty finding, and an array that owns findings. The caller owns them. */
SyFinding *sy_finding_new(const char *kind, const char *name, bool met);
void sy_finding_free(SyFinding *finding);
GPtrArray *sy_findings_new(void);

/*
 * Looks at this host: all requirements that a host can lack (not those that are `where_only`),
 * sorted by name, then all settings. A requirement that was checked before is not probed again
 * (sy_requirement_check()). Takes about half a second, at most some seconds. Main thread only. The
 * caller owns the array of SyFinding*.
 */
GPtrArray *sy_findings_take(void);

/* True if it is of `kind` and not met. */
bool sy_finding_is_open(const SyFinding *finding, const char *kind);

/* Number of findings of `kind` that are not met. */
guint sy_findings_open(const GPtrArray *findings, const char *kind);

#endif
