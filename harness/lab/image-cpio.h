/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes an image's tree as a cpio archive, which the kernel unpacks at boot. */
#ifndef SY_LAB_IMAGE_CPIO_H
#define SY_LAB_IMAGE_CPIO_H

#include <glib.h>
#include <stdbool.h>

#include "lab/image-tree.h"

/*
 * Writes `nodes` (SyImageNode*, sorted) to the new file `path`. Everything belongs to root, dates
 * from 1970, and is numbered in the given order, so that equal contents give equal bytes. Temporary
 * files go into the folder `work`. Sets *sha256 (the caller frees) and *bytes of the archive.
 * SY_ERROR_IO, SY_ERROR_CANCELLED, and the errors of sy_image_content_open(); then a partial file
 * may be left.
 */
bool sy_image_cpio_write(const GPtrArray *nodes, const char *path, const char *work, char **sha256,
                         guint64 *bytes, GError **error);

#endif
