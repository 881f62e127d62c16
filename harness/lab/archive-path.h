/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which names a parcel may hold. Pure. */
#ifndef SY_LAB_ARCHIVE_PATH_H
#define SY_LAB_ARCHIVE_PATH_H

#include <stdbool.h>

/* The last entry of a parcel that came to its end; it is never unpacked. */
#define SY_PARCEL_END ".end-of-parcel"

/* Is `path` relative, not empty, and free of ".." and of empty components but for a trailing
 * slash? */
bool sy_parcel_path_ok(const char *path);

/*
 * Does a symbolic link at `path` (which is ok, and whose folders are no links) to `target` lead to
 * within the folder that the parcel is unpacked into, provided that all other links do? ".." may
 * only begin it: behind a link one could not say where it leads.
 */
bool sy_parcel_link_ok(const char *path, const char *target);

#endif
