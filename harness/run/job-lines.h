/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Line numbers of the sections and keys of a job file, for messages: GKeyFile reads the values, but
 * does not tell their lines. */
#ifndef SY_RUN_JOB_LINES_H
#define SY_RUN_JOB_LINES_H

#include <glib.h>

typedef struct SyJobLines SyJobLines;

/*
 * Scans `text` for the lines of all sections and keys. SY_ERROR_USAGE "FILE:LINE: ..." for a line
 * that is neither a section, nor "key = value", nor a comment, and for a section or key that occurs
 * twice, which GKeyFile would merge silently. The caller owns the result.
 */
SyJobLines *sy_job_lines_scan(const char *path, const char *text, GError **error);

/* The line (from 1) of `key` in `group`, or of the section itself if `key` is NULL or not in it; 0
 * if there is no such section. */
guint sy_job_lines_find(const SyJobLines *lines, const char *group, const char *key);

void sy_job_lines_free(SyJobLines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyJobLines, sy_job_lines_free)

#endif
