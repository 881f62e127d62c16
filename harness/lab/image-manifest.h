/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses image manifests; lab/image.h describes the format. */
#ifndef SY_LAB_IMAGE_MANIFEST_H
#define SY_LAB_IMAGE_MANIFEST_H

#include <glib.h>
#include <stdbool.h>

/* A small file whose content is in the manifest. */
typedef struct {
    char *path;
    char *text;
} SyImageText;

/* Lists are in the manifest's order, without empty elements, and never NULL. */
typedef struct {
    char *name; /* the manifest's path, for messages */
    GStrv programs, applets, modules, firmware, directories;
    GPtrArray *files; /* SyImageFile*, sources made absolute */
    GPtrArray *texts; /* SyImageText* */
} SyImageManifest;

/* Reads a manifest from `text`, which is valid UTF-8; `name` is its path. SY_ERROR_USAGE:
 * "NAME:LINE: ...". The caller frees. */
SyImageManifest *sy_image_manifest_parse(const char *name, const char *text, GError **error);

/* The same from the file itself; SY_ERROR_USAGE also if it cannot be read. */
SyImageManifest *sy_image_manifest_load(const char *path, GError **error);

void sy_image_manifest_free(SyImageManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyImageManifest, sy_image_manifest_free)

#endif
