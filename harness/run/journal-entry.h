/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the journal entries that hold results, and reads them again to resume or report a run:
 *
 *     {"event":"case", "index":3, "case":{...}}   a finished case, and its index among all cases
 *     {"event":"lab", "lab":{...}}                the lab, after each boot
 */
#ifndef SY_RUN_JOURNAL_ENTRY_H
#define SY_RUN_JOURNAL_ENTRY_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "result/result.h"
#include "run/journal.h"

/* Adds `result` to the run, sorted by its index, and to the journal (NULL: there is none). Always
 * takes ownership of it. Blocks for the disk. SY_ERROR_RUN_FOLDER. */
bool sy_journal_entry_keep(SyRunResult *run, SyCaseResult *result, SyJournal *journal,
                           GError **error);

/* Writes `run->lab` to the journal (NULL: there is none). SY_ERROR_RUN_FOLDER. */
bool sy_journal_entry_lab(const SyRunResult *run, SyJournal *journal, GError **error);

/*
 * Applies `entry` to `run`: adds its case and that one's duration, or replaces the lab. Other
 * events change nothing. SY_ERROR_USAGE for a malformed entry; the message begins with `where`, as
 * in "journal.jsonl:7: $".
 */
bool sy_journal_entry_replay(SyRunResult *run, JsonObject *entry, const char *where,
                             GError **error);

#endif
