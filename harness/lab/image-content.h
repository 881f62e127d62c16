/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The content of a file on its way into an image: stripped, unpacked or as it is. */
#ifndef SY_LAB_IMAGE_CONTENT_H
#define SY_LAB_IMAGE_CONTENT_H

#include <glib.h>
#include <stdbool.h>

#include "lab/image-tree.h"

/*
 * Opens the content of `node` (a file), treated as it says, for reading from its beginning to its
 * end of *bytes; the caller closes. Temporary files go into the folder `work`, which belongs to
 * nobody else. What strip does not know is taken as it is. -1: SY_ERROR_IO, SY_ERROR_CANCELLED,
 * SY_ERROR_UNAVAILABLE (a packed file is damaged).
 */
int sy_image_content_open(const SyImageNode *node, const char *work, guint64 *bytes,
                          GError **error);

#endif
