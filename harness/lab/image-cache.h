/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder in which images are kept, private to the user:
 *
 *     SHA256.cpio      an image; its mtime is its last use; every user holds a flock(2) on it
 *     SIGNATURE.image  "SHA256 BYTES": the image that the inputs of this signature gave
 *     lock             held (flock(2)) by the builder; a killed builder leaves it unlocked
 *     work/            the builder's; the next builder removes what a killed one left
 */
#ifndef SY_LAB_IMAGE_CACHE_H
#define SY_LAB_IMAGE_CACHE_H

#include <glib.h>
#include <stdbool.h>

/* CACHE/SHA256.cpio; the caller frees. */
char *sy_image_cache_path(const char *cache_dir, const char *sha256);

/*
 * Looks for a complete image of `signature`, and marks it as used now. The caller frees *sha256.
 * Does not block.
 */
bool sy_image_cache_find(const char *cache_dir, const char *signature, char **sha256,
                         guint64 *bytes);

/* Keeps that image from being pruned until the returned descriptor is closed or this process ends.
 * -1: the image is gone. */
int sy_image_cache_hold(const char *cache_dir, const char *sha256);

/* Waits for the builder's lock; close() releases it. -1: SY_ERROR_IO, SY_ERROR_CANCELLED, or
 * SY_ERROR_TIMEOUT if another steelyard holds it for SY_IMAGE_LOCK_LIMIT_S. */
int sy_image_cache_lock(const char *cache_dir, GError **error);

#define SY_IMAGE_LOCK_LIMIT_S 300

/* Call it with the lock held: removes what a killed builder left, and makes an empty CACHE/work.
 * The caller frees the name, and removes the folder after the build. */
char *sy_image_cache_work(const char *cache_dir, GError **error);

/* Call it with the lock held: moves the finished `archive` into the cache as the image for
 * `signature`. */
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

/* The images in `cache_dir`, last used first, as SyImageEntry*; empty if there are none. The caller
 * frees. */
GPtrArray *sy_image_cache_list(const char *cache_dir);

/* Removes all images except the `keep` last used and those in use; returns how many. */
guint sy_image_cache_prune(const char *cache_dir, guint keep);

#endif
