/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Host settings that make measurements noisy, or two hosts differ: what they are, what would be
 * better, and, where a running kernel allows it, setting and restoring them.
 */
#ifndef SY_HOST_TUNING_H
#define SY_HOST_TUNING_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
    SY_TUNING_GOOD,
    SY_TUNING_POOR,
    SY_TUNING_ABSENT, /* this host does not have it, or does not show it */
} SyTuningState;

typedef struct {
    const char *name;    /* "governor" */
    const char *summary; /* why it matters */
    SyTuningState state;
    char *evidence;     /* what was found, one line */
    const char *remedy; /* NULL unless POOR */
    bool settable;      /* sy_tuning_apply() can set it */
} SyTuning;

/*
 * Checks every setting; SyTuning*, in a fixed order. `root` is "" for this host, or a folder that
 * contains sys/ and proc/. Blocks for 0.2 s to watch steal time. The caller owns the array.
 */
GPtrArray *sy_tuning_check(const char *root);

/*
 * Sets what is POOR and settable. Each old value is first saved in ROOT/run/steelyard-tuning.ini,
 * so that a kill at any moment leaves it restorable; values saved by an earlier call stay.
 * `changes` gets a line for each change. SY_ERROR_IO names the first that cannot be saved or set;
 * the others are set all the same.
 */
bool sy_tuning_apply(const char *root, GString *changes, GError **error);

/* Restores the saved values and deletes the file. SY_ERROR_UNAVAILABLE if nothing was saved;
 * SY_ERROR_IO names the first that cannot be restored, and the file stays. */
bool sy_tuning_restore(const char *root, GString *changes, GError **error);

#endif
