/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Brings folders out of the lab in a tar archive (GNU format, by libarchive). It is written as the
 * cases end, so that a crash loses nothing that was sent before.
 */
#ifndef SY_LAB_ARCHIVE_H
#define SY_LAB_ARCHIVE_H

#include <glib.h>
#include <stdbool.h>

typedef struct SyArchive SyArchive;

/* Begins an archive in the file or device `path`. The caller owns it: sy_archive_close(). */
SyArchive *sy_archive_open(const char *path, GError **error);

/*
 * Adds BASE/NAME and everything under it as NAME: regular files, directories and links; sockets and
 * the like are left out. It is no error if BASE/NAME does not exist.
 */
bool sy_archive_add(SyArchive *archive, const char *base, const char *name, GError **error);

/* Completes the archive; frees it in any case. NULL is fine. */
bool sy_archive_close(SyArchive *archive, GError **error);

/* More entries than this make an archive that sy_archive_unpack() refuses; a night in the lab has
 * some thousands. */
#define SY_ARCHIVE_ENTRIES 100000

/*
 * Unpacks the archive at `path` into the folder `into`. SY_ERROR_PROTOCOL for an entry that would
 * land outside of it (absolute, "..", through links), and for one too many. Without holes, which
 * are refused, what is unpacked is no larger than the archive. An archive that breaks off is
 * unpacked as far as it goes: *complete (may be NULL) tells whether it was complete. A missing or
 * empty file is an incomplete archive of nothing.
 */
bool sy_archive_unpack(const char *path, const char *into, bool *complete, GError **error);

#endif
