/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an image holds besides the QEMU under test, summed up by kind: so that of two images can be
 * said whether anything but the mods differs, and what. */
#ifndef SY_LAB_IMAGE_SUMS_H
#define SY_LAB_IMAGE_SUMS_H

#include <glib.h>

/* The files of one kind. */
typedef struct {
    const char *kind; /* of sy_image_kind(); static */
    char *sha256;     /* 64 hex digits over names, modes, contents, targets of links */
} SyImageSum;

/*
 * The kind of what lies at `path` (absolute) in an image: "harness" (steelyard itself), "guests",
 * "stock_qemu", "modules", "firmware", "libraries", "tools", or "system" for all else. NULL: it is
 * a QEMU under test, or is to be compared with that. Static.
 */
const char *sy_image_kind(const char *path);

/*
 * The sums of the image `initrd`, SyImageSum*, in the order above; without those kinds of which it
 * holds nothing. Reads all of it: half a second. SY_ERROR_IO if it is no image or cannot be read.
 * The caller unrefs.
 */
GPtrArray *sy_image_sums(const char *initrd, GError **error);

/* The sum of the file `path` alone, 64 hex digits; SY_ERROR_IO. The caller frees. */
char *sy_image_sum_file(const char *path, GError **error);

#endif
