/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the steelyard inside a lab tells the one outside: one JSON object per line (lab/inside.h).
 *
 *     {"event":"host","host":{...}}              first: the lab's fingerprint, as in results.json
 *     {"event":"begin","id":"CASE"}              a case begins; ids are the outer plan's
 *     {"event":"repetition","id":"CASE","repetition":0}     and a repetition of it, from 0
 *     {"event":"case","case":{...}}              it is finished: an element of results.json's cases
 *     {"event":"end","exit":0}                   all cases are; the exit code they add up to
 *     {"event":"stopped","message":"..."}        or the run inside had to stop early
 *
 * Cases come one after the other. One that has begun and has no "case" when the lab is gone is the
 * one that the lab died of.
 */
#ifndef SY_RUN_LAB_EVENT_H
#define SY_RUN_LAB_EVENT_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"

typedef enum {
    SY_LAB_HOST,
    SY_LAB_BEGIN,
    SY_LAB_REPETITION,
    SY_LAB_CASE,
    SY_LAB_END,
    SY_LAB_STOPPED,
} SyLabEventKind;

/* The members that the kind has; the others are NULL or 0. */
typedef struct {
    SyLabEventKind kind;
    char *id;                /* BEGIN, REPETITION */
    guint repetition;        /* REPETITION, from 0 */
    SyCaseResult *result;    /* CASE */
    SyHostFingerprint *host; /* HOST */
    int exit;                /* END */
    char *message;           /* STOPPED */
} SyLabEvent;

/* The line, without its end. The caller frees. */
char *sy_lab_event_text(const SyLabEvent *event);

/*
 * Reads a line into `event`, which then owns what it holds (sy_lab_event_clear()).
 * SY_ERROR_PROTOCOL for one that is none of the above; `event` is then empty.
 */
bool sy_lab_event_parse(const char *line, SyLabEvent *event, GError **error);

/* Frees what `event` holds, not itself. */
void sy_lab_event_clear(SyLabEvent *event);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SyLabEvent, sy_lab_event_clear)

#endif
