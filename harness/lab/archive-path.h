/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which names an archive may hold. Pure. */
#ifndef SY_LAB_ARCHIVE_PATH_H
#define SY_LAB_ARCHIVE_PATH_H

#include <stdbool.h>

/* The last entry of an archive that came to its end; it is never unpacked. */
#define SY_ARCHIVE_END ".end-of-archive"

/* Is `path` relative, not empty, and free of ".." and of empty components but for a trailing
 * slash? */
bool sy_archive_path_ok(const char *path);

/*
 * Does a symbolic link at `path` (which is ok, and whose folders are no links) to `target` lead to
 * within the folder that the archive is unpacked into, provided that all other links do? ".." may
 * only begin it: behind a link one could not say where it leads.
 */
bool sy_archive_link_ok(const char *path, const char *target);

#endif
