/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small world of which images are made: a folder with a kernel, programs in front of PATH, and
 * what came out of it, read back by another reader than the kernel's. */
#ifndef SY_TESTS_IMAGE_FIXTURE_H
#define SY_TESTS_IMAGE_FIXTURE_H

#include <glib.h>
#include <sys/stat.h>

#include "lab/image.h"

typedef struct {
    char *dir;      /* all of it: bin/, kernel/, firmware/, cache/ */
    char *manifest; /* dir/image.ini */
    GPtrArray *files;
    SyImageSpec spec;
} ImageWorld;

/* kernel/ is of release 9.9.9-test and has modules a (needs b, c), b (needs c), c, d_d, and e built
 * in, a and c packed. The manifest is missing. */
ImageWorld *image_world_new(void);
void image_world_free(ImageWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageWorld, image_world_free)

/* Writes DIR/NAME with `mode`; its folder is made. */
void image_world_write(const ImageWorld *world, const char *name, const char *text, mode_t mode);

/* The manifest "[image]\n" and `text`. */
void image_world_manifest(const ImageWorld *world, const char *text);

/* Makes bin/NAME, a copy of a program of this machine that ends at once with status 0. */
void image_world_program(const ImageWorld *world, const char *name);

/* DIR/NAME; the caller frees. */
char *image_world_path(const ImageWorld *world, const char *name);

/* The image by the manifest as it stands; a failure fails the test. */
SyImage *image_world_get(const ImageWorld *world);

/* One entry of an archive, as libarchive reads it. */
typedef struct {
    char *path;
    mode_t mode;
    gint64 inode, uid, gid, mtime;
    guint links, major, minor;
    char *target; /* of a link */
    char *data;   /* followed by a NUL */
    gsize bytes;
} ImageMember;

/* All entries of the archive at `path`, in its order; ImageMember*. */
GPtrArray *image_members(const char *path);

/* The one of that path (without the first slash), or NULL. */
const ImageMember *image_member(const GPtrArray *members, const char *path);

#endif
