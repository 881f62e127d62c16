/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image-file.h"

static void file_free(gpointer data)
{
    SyImageFile *file = data;

    g_free(file->path);
    g_free(file->source);
    g_free(file);
}

GPtrArray *sy_image_files_new(void)
{
    return g_ptr_array_new_with_free_func(file_free);
}

void sy_image_files_add(GPtrArray *files, const char *path, const char *source, bool program)
{
    SyImageFile *file = g_new0(SyImageFile, 1);

    file->path = g_strdup(path);
    file->source = g_strdup(source);
    file->program = program;
    g_ptr_array_add(files, file);
}
