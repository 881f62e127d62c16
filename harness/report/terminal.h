/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run on the terminal: progress, one line per finished case, the summary. These functions return
 * text, cli/ prints it. Every text ends in a line break except the tty progress line.
 */
#ifndef SY_REPORT_TERMINAL_H
#define SY_REPORT_TERMINAL_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"

typedef struct {
    guint width;    /* columns of the terminal; 0: 100. Clamped to 60..120 */
    bool color;     /* the caller decides: a tty, and NO_COLOR not set */
    guint id_width; /* columns of the run's longest case id: decides on one or two lines a case */
    bool brief;     /* leave out the event counts of traced cases */
} SyTerminalStyle;

/* Where a run stands. */
typedef struct {
    guint index;         /* the case being measured, from 1 */
    guint total;         /* planned cases */
    const char *case_id; /* as in "throttle.share/ratio_pct=25" */
    guint repetition;    /* from 1; 0: not yet measuring */
    guint repetitions;
    double elapsed_s; /* since the start of the run */
    double left_s;    /* estimate to the end of the run; NAN: unknown yet */
} SyProgress;

/* Erases the progress line; print it before anything else on the same terminal. */
#define SY_TERMINAL_CLEAR "\r\033[K"

/* A line that overwrites itself: starts with SY_TERMINAL_CLEAR and never wraps. The caller frees.
 */
char *sy_terminal_progress_tty(const SyProgress *progress, const SyTerminalStyle *style);

/* The same facts as a line for a log, uncut. The caller frees. */
char *sy_terminal_progress_plain(const SyProgress *progress);

/*
 * A finished case: status, id, headline metric; the reason below it unless it passed; the event
 * counts if it was traced. Values go to a line of their own where `id_width` leaves no room. The
 * caller frees.
 */
char *sy_terminal_case(const SyCaseResult *result, const SyTerminalStyle *style);

/*
 * The end of a run: counts, every case that did not pass with its reason, the verdict, and where
 * `report` (may be NULL) is. The caller frees.
 */
char *sy_terminal_summary(const SyRunResult *run, const char *report, const SyTerminalStyle *style);

/* Appends `word` in the colour of `status`, padded to `width` columns. */
void sy_terminal_append_status(GString *out, SyStatus status, guint width, bool color);

/* The columns to use: style->width with its default and limits. */
guint sy_terminal_columns(const SyTerminalStyle *style);

#endif
