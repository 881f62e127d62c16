/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder in which images are kept, private to the user:
 *
 *     SHA256.cpio      an image; its mtime is that of its last use; flock(2)ed by all who use it
 *     SIGNATURE.image  "SHA256 BYTES": which image the inputs of that signature gave
 *     lock             flock(2)ed by who builds; a killed builder leaves it unlocked
 *     work/            of who builds; what a killed builder left is removed by the next
 */
#ifndef SY_LAB_IMAGE_CACHE_H
#define SY_LAB_IMAGE_CACHE_H

#include <glib.h>
#include <stdbool.h>

/* CACHE/SHA256.cpio; the caller frees. */
char *sy_image_cache_path(const char *cache_dir, const char *sha256);

/*
 * Is there an image for `signature`, as large as when it was built? Then it counts as used now.
 * *sha256 is for the caller to free. Does not block.
 */
bool sy_image_cache_find(const char *cache_dir, const char *signature, char **sha256,
                         guint64 *bytes);

/* Keeps that image from being pruned until the result is closed, or this process ends; -1: it is
 * gone. */
int sy_image_cache_hold(const char *cache_dir, const char *sha256);

/* Waits for the right to build; close() gives it back. -1: SY_ERROR_IO, SY_ERROR_CANCELLED, or
 * SY_ERROR_TIMEOUT if another holds it for SY_IMAGE_LOCK_LIMIT_S. */
int sy_image_cache_lock(const char *cache_dir, GError **error);

#define SY_IMAGE_LOCK_LIMIT_S 300

/* With the lock held: removes what a killed builder left, and makes an empty CACHE/work. The caller
 * frees the name, and removes the folder when it has built. */
char *sy_image_cache_work(const char *cache_dir, GError **error);

/* With the lock held: takes the finished `archive` over as the image for `signature`. */
bool sy_image_cache_store(const char *cache_dir, const char *signature, const char *archive,
                          const char *sha256, guint64 bytes, GError **error);

/* How many images a build leaves in its cache, besides those in use. */
#define SY_IMAGE_KEEP 4

/* One image of a cache, for `steelyard lab cache`. */
typedef struct {
    char *sha256;
    char *initrd;
    guint64 bytes;
    gint64 used_s; /* UNIX time of its last use */
} SyImageEntry;

/* The images in `cache_dir`, last used first; empty if there are none. SyImageEntry*. */
GPtrArray *sy_image_cache_list(const char *cache_dir);

/* Removes all images but the `keep` last used and those in use; returns how many. */
guint sy_image_cache_prune(const char *cache_dir, guint keep);

#endif
