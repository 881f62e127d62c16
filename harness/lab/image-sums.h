/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums of what an image holds besides the QEMU under test, by kind. They show whether two
 * images differ in more than the mods, and in what. */
#ifndef SY_LAB_IMAGE_SUMS_H
#define SY_LAB_IMAGE_SUMS_H

#include <glib.h>

/* The files of one kind. */
typedef struct {
    const char *kind; /* of sy_image_kind(); static */
    char *sha256;     /* 64 hex digits over names, modes, contents, targets of links */
} SyImageSum;

/*
 * The kind of the file at `path` (absolute) in an image: "harness" (steelyard and mini-kvm*),
 * "guests", "stock_qemu", "modules", "firmware", "libraries", "tools", or "system" for everything
 * else. NULL for the QEMU under test. Static.
 */
const char *sy_image_kind(const char *path);

/*
 * The sums of the image `initrd` as SyImageSum*, in the order above, without kinds that it does not
 * hold. Reads the whole image, which takes half a second. SY_ERROR_IO if it is not an image or
 * cannot be read. The caller frees (g_ptr_array_unref).
 */
GPtrArray *sy_image_sums(const char *initrd, GError **error);

/* The SHA-256 of the file `path`, 64 hex digits. SY_ERROR_IO. The caller frees. */
char *sy_image_sum_file(const char *path, GError **error);

#endif
