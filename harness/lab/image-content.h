/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the content of a file for an image: stripped, unpacked or unchanged. */
#ifndef SY_LAB_IMAGE_CONTENT_H
#define SY_LAB_IMAGE_CONTENT_H

#include <glib.h>
#include <stdbool.h>

#include "lab/image-tree.h"

/*
 * Opens the content of `node` (a file), *bytes long, after the treatment that the node asks for;
 * the caller closes. Temporary files go into the folder `work`, which nobody else uses. A file that
 * strip does not know is taken unchanged. -1: SY_ERROR_IO, SY_ERROR_CANCELLED, SY_ERROR_UNAVAILABLE
 * (a compressed file is damaged).
 */
int sy_image_content_open(const SyImageNode *node, const char *work, guint64 *bytes,
                          GError **error);

#endif
