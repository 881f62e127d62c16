/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of a host that make figures noisy, or figures of two hosts differ: what they are, what
 * would be better, and, for those that a running kernel takes, setting and restoring them.
 */
#ifndef SY_HOST_TUNING_H
#define SY_HOST_TUNING_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
    SY_TUNING_GOOD,
    SY_TUNING_POOR,
    SY_TUNING_ABSENT, /* this host has no such thing, or does not show it */
} SyTuningState;

typedef struct {
    const char *name;    /* "governor" */
    const char *summary; /* what it is */
    SyTuningState state;
    char *evidence;     /* what was found, one line */
    const char *remedy; /* NULL unless POOR */
    bool settable;      /* sy_tuning_apply() can set it */
} SyTuning;

/*
 * Looks at every setting; SyTuning*, in a fixed order. `root` is "" for this host, or a folder that
 * has sys/ and proc/ in it. Takes a fifth of a second, in which steal time is watched. The caller
 * owns the array.
 */
GPtrArray *sy_tuning_check(const char *root);

/*
 * Sets what is POOR and settable, and notes before what it was, in ROOT/run/steelyard-tuning.ini,
 * so that a kill at any moment leaves it restorable; what was noted by an earlier call stays.
 * `told` gets a line for each. SY_ERROR_IO with the first that cannot be noted or set; the others
 * are set all the same.
 */
bool sy_tuning_apply(const char *root, GString *told, GError **error);

/* Sets back what was noted, and forgets it. SY_ERROR_UNAVAILABLE if nothing was; SY_ERROR_IO with
 * the first that cannot be set back: then nothing is forgotten. */
bool sy_tuning_restore(const char *root, GString *told, GError **error);

#endif
