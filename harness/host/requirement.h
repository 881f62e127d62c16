/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a case may require of its host, and whether this host has it: the table behind `requires`
 * and `doctor`. */
#ifndef SY_HOST_REQUIREMENT_H
#define SY_HOST_REQUIREMENT_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *name; /* of the requirement; static */
    bool met;
    char *evidence; /* what was tried and what the kernel answered, one line */
    char *remedy;   /* what to do about it, one line; NULL if met */
} SyRequirementResult;

typedef struct {
    const char *name;    /* "kvm", "perf-sw" ... as in a workload's requires[] */
    const char *summary; /* what it is for, one line */

    /* Tries it on this host; one of host/probe.h. */
    void (*probe)(SyRequirementResult *result);

    /* What it costs a case that only prefers it to do without; NULL: no case prefers it. */
    const char *without;

    bool lab;        /* the virtual lab host meets it, whatever this host has */
    bool where_only; /* says only where a case may run: a host without it lacks nothing */
} SyRequirement;

/* All requirements, sorted by name. Static. */
const SyRequirement *sy_requirement_all(gsize *count);

/* The requirement called `name`, or NULL. Static. */
const SyRequirement *sy_requirement_find(const char *name);

/* Says where the guests are (BUILD/guests), before "linux-guest" is checked; copied. NULL:
 * nowhere. */
void sy_requirement_set_guests_dir(const char *dir);

/*
 * Says where the stock QEMU of the release under test is or would be, before "stock-qemu" is
 * checked; copied. NULL: nowhere.
 */
void sy_requirement_set_stock_qemu(const char *path);

/*
 * Probes the host for `name` on first use and remembers the answer for the process. At most 1 s, no
 * lasting effect. NULL with SY_ERROR_USAGE, listing the known names, for an unknown one. Owned by
 * the cache. Main thread only.
 */
const SyRequirementResult *sy_requirement_check(const char *name, GError **error);

/*
 * True if every requirement in the NULL-terminated `names` is met. Else SY_ERROR_UNAVAILABLE with
 * evidence and remedy, and *missing (may be NULL) is the first that is not met; or SY_ERROR_USAGE
 * for an unknown name, with *missing NULL.
 */
bool sy_requirement_check_all(const char *const *names, const SyRequirementResult **missing,
                              GError **error);

#endif
