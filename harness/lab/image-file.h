/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of this machine that go into an image. */
#ifndef SY_LAB_IMAGE_FILE_H
#define SY_LAB_IMAGE_FILE_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *path;   /* in the image, absolute */
    char *source; /* on this machine */
    bool program; /* an ELF program: it is stripped, and its libraries come along */
} SyImageFile;

/* An empty array of SyImageFile*, which owns them. The caller frees (g_ptr_array_unref). */
GPtrArray *sy_image_files_new(void);

/* Adds a file to `files`; copies `path` and `source`. */
void sy_image_files_add(GPtrArray *files, const char *path, const char *source, bool program);

#endif
