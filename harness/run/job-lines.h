/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where in a job file a section or a key stands: GKeyFile reads the values, but it knows no line
 * numbers. */
#ifndef SY_RUN_JOB_LINES_H
#define SY_RUN_JOB_LINES_H

#include <glib.h>

typedef struct SyJobLines SyJobLines;

/*
 * Scans `text` and notes the line of every section and key. SY_ERROR_USAGE "FILE:LINE: ..." for a
 * line that is neither a section, nor "key = value", nor a comment, and for a section or key that
 * GKeyFile would merge silently.
 */
SyJobLines *sy_job_lines_scan(const char *path, const char *text, GError **error);

/* The line (from 1) of `key` in `group`, or of the section itself if `key` is NULL or not in it; 0
 * if unknown. */
guint sy_job_lines_find(const SyJobLines *lines, const char *group, const char *key);

void sy_job_lines_free(SyJobLines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyJobLines, sy_job_lines_free)

#endif
