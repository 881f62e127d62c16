/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which paths and links an archive may hold. Pure. */
#ifndef SY_LAB_ARCHIVE_PATH_H
#define SY_LAB_ARCHIVE_PATH_H

#include <stdbool.h>

/* The name of the entry that ends a complete archive; it is never unpacked. */
#define SY_ARCHIVE_END ".end-of-archive"

/* How many names a path may have: a run's files are no deeper than five. */
#define SY_ARCHIVE_DEPTH 16

/* Is `path` relative, not empty, free of ".." and of empty components, and not too deep? A trailing
 * slash is allowed. */
bool sy_archive_path_ok(const char *path);

/*
 * Does a symbolic link at `path` to `target` stay inside the folder that the archive is unpacked
 * into, if all other links do? `path` must be ok, and its folders must not be links. ".." may stand
 * only at the beginning of `target`: after the name of a link it could lead anywhere.
 */
bool sy_archive_link_ok(const char *path, const char *target);

#endif
