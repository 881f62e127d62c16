/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.jsonl, the run's memory: one entry per line, a JSON object, appended and synced as things
 * happen, so that a kill at any moment loses at most the case in flight. Room for the whole run is
 * reserved at the start, so a disk that fills up during the run costs no measured result.
 *
 *     {"event":"start", "request":{...}, "results":{...}}   what was asked for (run/request.h), and
 *                                                           the run so far: enough to resume
 *     {"event":"resume", "at":"..."}
 *     {"event":"case", "index":N, "case":{...}}             a finished case, as in results.json
 *     {"event":"lab", "lab":{...}}                          the lab after another boot
 *     {"event":"end", "exit":N, "duration_s":...}
 */
#ifndef SY_RUN_JOURNAL_H
#define SY_RUN_JOURNAL_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

typedef struct SyJournal SyJournal;

/* Bytes reserved per planned case; the entry of a case with 3 repetitions of ten metrics takes
 * about 3 KiB. */
#define SY_JOURNAL_CASE_BYTES (16 * 1024)

/*
 * Creates RUN_DIR/journal.jsonl, locks it against a second steelyard and reserves room for `cases`
 * entries. SY_ERROR_IO if that is refused. The caller owns the journal.
 */
SyJournal *sy_journal_create(const char *run_dir, guint cases, GError **error);

/*
 * Opens an existing journal to go on with it: locks it (SY_ERROR_USAGE if another steelyard is at
 * work on the run) and cuts off a half-written last line. SY_ERROR_PROTOCOL names file and line of
 * an entry that is not a JSON object.
 */
SyJournal *sy_journal_open(const char *run_dir, GError **error);

/* The entries of RUN_DIR's journal as JsonObject*, oldest first, without a torn last line. Takes no
 * lock. */
GPtrArray *sy_journal_read(const char *run_dir, GError **error);

/* Appends `entry` as one line and syncs it; blocks for the disk. Takes ownership of `entry`. */
bool sy_journal_append(SyJournal *journal, JsonObject *entry, GError **error);

/* Gives back unused reserved room, unlocks and frees; NULL is fine. */
void sy_journal_close(SyJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyJournal, sy_journal_close)

#endif
