/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal's entries of what was found, written as it is found and read again to resume or to
 * report:
 *
 *     {"event":"case", "index":3, "case":{...}}   a finished case, and its place among the planned
 *     {"event":"lab", "lab":{...}}                the lab as it stands after another boot
 */
#ifndef SY_RUN_JOURNAL_ENTRY_H
#define SY_RUN_JOURNAL_ENTRY_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "result/result.h"
#include "run/journal.h"

/* Adds `result` to the run, at its place, and to the journal (NULL: none is kept); takes it over in
 * any case. Blocks for the disk. SY_ERROR_IO. */
bool sy_journal_entry_keep(SyRunResult *run, SyCaseResult *result, SyJournal *journal,
                           GError **error);

/* Notes `run->lab` in the journal (NULL: none is kept). */
bool sy_journal_entry_lab(const SyRunResult *run, SyJournal *journal, GError **error);

/*
 * Does to `run` what `entry` tells: adds its case and the time that took, or replaces the lab.
 * Other events change nothing. `where` begins the messages, as in "journal.jsonl:7: $":
 * SY_ERROR_USAGE for an entry that is not as above.
 */
bool sy_journal_entry_replay(SyRunResult *run, JsonObject *entry, const char *where,
                             GError **error);

#endif
