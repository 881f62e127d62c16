/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folders that leave the lab, as a tar stream (GNU tar, by libarchive): written as the cases
 * end, so that what was sent before a crash is not lost.
 */
#ifndef SY_LAB_ARCHIVE_H
#define SY_LAB_ARCHIVE_H

#include <glib.h>
#include <stdbool.h>

typedef struct SyParcel SyParcel;

/* A parcel to be written to the file or device `path`. The caller owns it: sy_parcel_close(). */
SyParcel *sy_parcel_open(const char *path, GError **error);

/*
 * Adds BASE/NAME with everything under it, as NAME; regular files, directories and links; sockets
 * and the like are left out. What is not there is no error.
 */
bool sy_parcel_add(SyParcel *parcel, const char *base, const char *name, GError **error);

/* Ends the archive; frees in any case. NULL is fine. */
bool sy_parcel_close(SyParcel *parcel, GError **error);

/*
 * Unpacks the parcel at `path` into the folder `into`; entries that would land outside of it
 * (absolute, "..", through links) are SY_ERROR_PROTOCOL. A parcel that breaks off is unpacked as
 * far as it goes: *complete (may be NULL) says whether it came to its end. Missing or empty:
 * nothing to do, not complete.
 */
bool sy_parcel_unpack(const char *path, const char *into, bool *complete, GError **error);

#endif
