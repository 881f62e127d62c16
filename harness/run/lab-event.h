/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The events that the steelyard inside a lab sends to the one outside: one JSON object per line
 * (lab/inside.h).
 *
 *     {"event":"host","host":{...}}                       first: the lab's fingerprint
 *     {"event":"begin","id":"CASE"}                       a case begins
 *     {"event":"repetition","id":"CASE","repetition":0}   a repetition of it begins, from 0
 *     {"event":"case","case":{...}}                       the case is finished
 *     {"event":"end","exit":0}                            the run is finished, with this exit code
 *     {"event":"stopped","message":"..."}                 the run had to stop early
 *
 * Host and case are as in results.json. Cases run one after the other: if the lab ends and a case
 * has begun but not finished, that case is the one that broke the lab.
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

/* An event. The members that its kind does not have are NULL or 0. */
typedef struct {
    SyLabEventKind kind;
    char *id;                /* BEGIN, REPETITION */
    guint repetition;        /* REPETITION, from 0 */
    SyCaseResult *result;    /* CASE */
    SyHostFingerprint *host; /* HOST */
    int exit;                /* END */
    char *message;           /* STOPPED */
} SyLabEvent;

/* The event as a line, without newline. The caller frees. */
char *sy_lab_event_text(const SyLabEvent *event);

/*
 * Reads a line into `event`; free that with sy_lab_event_clear(). SY_ERROR_PROTOCOL if the line is
 * not one of the above; `event` is then empty.
 */
bool sy_lab_event_parse(const char *line, SyLabEvent *event, GError **error);

/* Frees the members of `event`, not `event` itself. */
void sy_lab_event_clear(SyLabEvent *event);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SyLabEvent, sy_lab_event_clear)

#endif
