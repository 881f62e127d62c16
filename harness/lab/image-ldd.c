/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image-ldd.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "lab/image-tool.h"
#include "lab/image-tree.h"

#define LDD_LIMIT_NS (60 * SY_NS_PER_S)

static void library_free(gpointer data)
{
    SyImageLibrary *library = data;

    g_free(library->path);
    g_free(library->source);
    g_free(library->alias);
    g_free(library);
}

GPtrArray *sy_image_libraries_new(void)
{
    return g_ptr_array_new_with_free_func(library_free);
}

/* Where Debian's loader looks without its cache, which the image does not have. */
static bool found_by_default(const char *path)
{
    static const char *const folders[] = {
        "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib", "/lib64", NULL};
    g_autofree char *folder = g_path_get_dirname(path);

    return g_strv_contains(folders, folder);
}

static void add_library(GPtrArray *libraries, const char *name, const char *source)
{
    /* A name with a slash, such as the loader's own, is used as a path by the program that needs
     * it. */
    bool by_path = strchr(name, '/') != NULL;
    const char *path = by_path ? name : source;
    SyImageLibrary *library;

    for (guint i = 0; i < libraries->len; i++) {
        const SyImageLibrary *other = g_ptr_array_index(libraries, i);

        if (strcmp(other->path, path) == 0) {
            return;
        }
    }
    library = g_new0(SyImageLibrary, 1);
    library->path = g_strdup(path);
    library->source = g_strdup(source);
    if (!by_path && !found_by_default(source)) {
        library->alias = g_strconcat("/lib/", name, NULL);
    }
    g_ptr_array_add(libraries, library);
}

/* The program whose heading `line` is ("PATH:"), or NULL. */
static const char *heading(const char *line, const char *const *programs)
{
    gsize length = strlen(line);

    for (guint i = 0; length > 0 && line[length - 1] == ':' && programs[i]; i++) {
        if (strlen(programs[i]) == length - 1 && memcmp(programs[i], line, length - 1) == 0) {
            return programs[i];
        }
    }
    return NULL;
}

static bool missing(const char *program, const char *what, GError **error)
{
    g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                "%s needs %s, which this machine does not have; install its package", program,
                what);
    return false;
}

/* "NAME => PATH (0xADDRESS)", "PATH (0xADDRESS)", "NAME => not found", or words without a path. */
static bool parse_need(const char *line, const char *program, GPtrArray *libraries, GError **error)
{
    const char *arrow = strstr(line, " => ");
    const char *address = g_strrstr(line, " (0x");
    g_autofree char *name = g_strndup(line, arrow ? (gsize)(arrow - line) : strlen(line));
    g_autofree char *source = NULL;

    if (arrow && strcmp(arrow, " => not found") == 0) {
        return missing(program, name, error);
    }
    if (!address || (arrow && address < arrow + 4)) {
        return true; /* "statically linked", "not a dynamic executable" */
    }
    if (arrow) {
        source = g_strndup(arrow + 4, (gsize)(address - arrow - 4));
    } else {
        source = g_strndup(line, (gsize)(address - line));
        g_free(g_steal_pointer(&name));
        name = g_strdup(source);
    }
    /* A library without a file (linux-vdso.so.1) comes from the kernel. */
    if (sy_image_path_ok(source) && (!strchr(name, '/') || sy_image_path_ok(name))) {
        add_library(libraries, name, source);
    }
    return true;
}

bool sy_image_ldd_parse(const char *text, const char *const *programs, GPtrArray *libraries,
                        GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    const char *program = programs[0]; /* for one program alone ldd writes no heading */

    for (guint i = 0; program && lines[i]; i++) {
        const char *next = heading(lines[i], programs);

        if (next) {
            program = next;
        } else if (*lines[i] == '\t') {
            if (!parse_need(lines[i] + 1, program, libraries, error)) {
                return false;
            }
        } else if (strstr(lines[i], " not found (required by ")) {
            /* "PROGRAM: LIBRARY: version `X' not found (required by FILE)" */
            return missing(program, lines[i], error);
        }
    }
    return true;
}

/* Adds a library that no program names: the C library loads it when a thread ends early, and aborts
 * without it. It lies beside the C library. */
static void add_unwinder(GPtrArray *libraries)
{
    for (guint i = 0; i < libraries->len; i++) {
        const SyImageLibrary *library = g_ptr_array_index(libraries, i);
        g_autofree char *folder = g_path_get_dirname(library->source);
        g_autofree char *unwinder = g_build_filename(folder, "libgcc_s.so.1", NULL);

        if (g_str_has_suffix(library->source, "/libc.so.6") &&
            g_file_test(unwinder, G_FILE_TEST_IS_REGULAR)) {
            add_library(libraries, "libgcc_s.so.1", unwinder);
            return;
        }
    }
}

GPtrArray *sy_image_ldd(const char *const *programs, GError **error)
{
    g_autoptr(GPtrArray) libraries = sy_image_libraries_new();
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *text = NULL;

    if (!programs[0]) {
        return g_steal_pointer(&libraries);
    }
    g_ptr_array_add(argv, (gpointer) "ldd");
    for (guint i = 0; programs[i]; i++) {
        g_ptr_array_add(argv, (gpointer)programs[i]);
    }
    g_ptr_array_add(argv, NULL);
    /* ldd's exit status says no more than the text: it is 1 if any program is static. */
    text = sy_image_tool_run((const char *const *)argv->pdata, LDD_LIMIT_NS, NULL, error);
    if (!text || !sy_image_ldd_parse(text, programs, libraries, error)) {
        return NULL;
    }
    add_unwinder(libraries);
    return g_steal_pointer(&libraries);
}
