/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.jsonl, the source of truth of a run folder: one entry per line, each a JSON object. Every
 * entry is synced at once, so a kill at any moment loses at most the case in flight. Disk space for
 * the whole run is reserved at the start, so a disk that fills up later costs no measured result.
 *
 *     {"event":"start", "request":{...}, "results":{...}}   the request (run/request.h) and the run
 *                                                           before its first case: enough to resume
 *     {"event":"resume", "at":"..."}                        the run was resumed
 *     {"event":"case", "index":N, "case":{...}}             a finished case, as in results.json
 *     {"event":"lab", "lab":{...}}                          the lab, after each boot
 *     {"event":"end", "exit":N, "duration_s":...}
 */
#ifndef SY_RUN_JOURNAL_H
#define SY_RUN_JOURNAL_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

typedef struct SyJournal SyJournal;

/* Bytes reserved per planned case. The entry of a case with 3 repetitions of ten metrics takes
 * about 3 KiB. */
#define SY_JOURNAL_CASE_BYTES (16 * 1024)

/*
 * Creates RUN_DIR/journal.jsonl, locks it against a second steelyard and reserves space for `cases`
 * entries. SY_ERROR_RUN_FOLDER if that fails. The caller owns the journal.
 */
SyJournal *sy_journal_create(const char *run_dir, guint cases, GError **error);

/*
 * Opens an existing journal to append to it: locks it (SY_ERROR_USAGE if another steelyard is using
 * the run) and drops a half-written last line. SY_ERROR_PROTOCOL names file and line of an entry
 * that is not a JSON object. The caller owns the journal.
 */
SyJournal *sy_journal_open(const char *run_dir, GError **error);

/* The entries of RUN_DIR's journal, oldest first, without a half-written last line. Takes no lock.
 * Errors as above. The caller owns the array of JsonObject*. */
GPtrArray *sy_journal_read(const char *run_dir, GError **error);

/* Appends `entry` as one line and syncs it; blocks for the disk. Takes ownership of `entry`.
 * SY_ERROR_RUN_FOLDER. */
bool sy_journal_append(SyJournal *journal, JsonObject *entry, GError **error);

/* Gives back the reserved space that is unused, unlocks and frees; accepts NULL. */
void sy_journal_close(SyJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyJournal, sy_journal_close)

#endif
