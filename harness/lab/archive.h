/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folders that leave the lab, as a tar stream (GNU tar, by libarchive): written as the cases
 * end, so that what was sent before a crash is not lost.
 */
#ifndef SY_LAB_ARCHIVE_H
#define SY_LAB_ARCHIVE_H

#include <glib.h>
#include <stdbool.h>

typedef struct SyArchive SyArchive;

/* An archive to be written to the file or device `path`. The caller owns it: sy_archive_close(). */
SyArchive *sy_archive_open(const char *path, GError **error);

/*
 * Adds BASE/NAME with everything under it, as NAME; regular files, directories and links; sockets
 * and the like are left out. What is not there is no error.
 */
bool sy_archive_add(SyArchive *archive, const char *base, const char *name, GError **error);

/* Ends the archive; frees in any case. NULL is fine. */
bool sy_archive_close(SyArchive *archive, GError **error);

/*
 * Unpacks the archive at `path` into the folder `into`; entries that would land outside of it
 * (absolute, "..", through links) are SY_ERROR_PROTOCOL. An archive that breaks off is unpacked as
 * far as it goes: *complete (may be NULL) says whether it came to its end. Missing or empty:
 * nothing to do, not complete.
 */
bool sy_archive_unpack(const char *path, const char *into, bool *complete, GError **error);

#endif
