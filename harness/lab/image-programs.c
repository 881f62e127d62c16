/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image-programs.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "lab/image-file.h"
#include "lab/image-ldd.h"
#include "lab/image-tool.h"

/* NULL if `path` is a program for x86-64; else what is wrong with it. */
static const char *what_instead(const char *path)
{
    Elf64_Ehdr head = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, &head, sizeof(head));

    if (fd < 0) {
        return g_strerror(errno);
    }
    close(fd);
    if (n >= 2 && memcmp(&head, "#!", 2) == 0) {
        return "a script";
    }
    if (n < (ssize_t)sizeof(head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0) {
        return "not an ELF program";
    }
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_machine != EM_X86_64) {
        return "not a program for x86-64";
    }
    return NULL;
}

static char *check_absolute(const char *path, GError **error)
{
    const char *instead = what_instead(path);

    if (instead) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "cannot put %s into an image as a program: %s", path, instead);
        return NULL;
    }
    return g_strdup(path);
}

char *sy_image_program_find(const char *name, GError **error)
{
    g_autofree char *path = g_strconcat(g_getenv("PATH") ? g_getenv("PATH") : "",
                                        ":/usr/bin:/bin:/usr/sbin:/sbin", NULL);
    g_auto(GStrv) folders = g_strsplit(path, ":", -1);
    g_autofree char *rejected = NULL;

    if (*name == '/') {
        return check_absolute(name, error);
    }
    for (guint i = 0; folders[i]; i++) {
        g_autofree char *candidate = g_build_filename(folders[i], name, NULL);
        const char *instead;

        if (*folders[i] != '/' || !g_file_test(candidate, G_FILE_TEST_IS_EXECUTABLE) ||
            g_file_test(candidate, G_FILE_TEST_IS_DIR)) {
            continue;
        }
        instead = what_instead(candidate);
        if (!instead) {
            return g_steal_pointer(&candidate);
        }
        if (!rejected) {
            rejected = g_strdup_printf("; %s is %s", candidate, instead);
        }
    }
    g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                "the program '%s' is not in PATH%s; install its package (`make deps`)", name,
                rejected ? rejected : "");
    return NULL;
}

static bool add_libraries(SyImageTree *tree, const GPtrArray *libraries, GError **error)
{
    for (guint i = 0; i < libraries->len; i++) {
        const SyImageLibrary *library = g_ptr_array_index(libraries, i);
        SyImageNode file = {.path = library->path,
                            .kind = SY_NODE_FILE,
                            .treatment = SY_CONTENT_LIBRARY,
                            .data = library->source,
                            .mode = 0755};
        SyImageNode alias = {.path = library->alias, .kind = SY_NODE_LINK, .data = library->path};

        if (!sy_image_tree_add(tree, &file, error) ||
            (alias.path && !sy_image_tree_has(tree, alias.path) &&
             !sy_image_tree_add(tree, &alias, error))) {
            return false;
        }
    }
    return true;
}

bool sy_image_programs_add(SyImageTree *tree, const GPtrArray *programs, GError **error)
{
    g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) libraries = NULL;

    for (guint i = 0; i < programs->len; i++) {
        const SyImageFile *program = g_ptr_array_index(programs, i);
        g_autofree char *source = g_canonicalize_filename(program->source, NULL);
        g_autofree char *checked = check_absolute(source, error);
        SyImageNode node = {.path = program->path,
                            .kind = SY_NODE_FILE,
                            .treatment = SY_CONTENT_PROGRAM,
                            .data = source,
                            .mode = 0755};

        if (!checked || !sy_image_tree_add(tree, &node, error)) {
            return false;
        }
        g_ptr_array_add(sources, g_steal_pointer(&source));
    }
    g_ptr_array_add(sources, NULL);
    libraries = sy_image_ldd((const char *const *)sources->pdata, error);
    return libraries && add_libraries(tree, libraries, error);
}

static GHashTable *applets_of(const char *busybox, GError **error)
{
    const char *const argv[] = {busybox, "--list", NULL};
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bool succeeded = false;
    g_autofree char *text = sy_image_tool_run(argv, 10 * SY_NS_PER_S, &succeeded, error);
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

    if (!text) {
        return NULL;
    }
    for (guint i = 0; succeeded && lines[i]; i++) {
        g_strstrip(lines[i]);
        if (*lines[i] && !strchr(lines[i], '/') && strcmp(lines[i], "busybox") != 0) {
            g_hash_table_add(known, g_strdup(lines[i]));
        }
    }
    return g_steal_pointer(&known);
}

/* True if the tree has a program `name`, which an applet of that name must not hide. */
static bool has_program(const SyImageTree *tree, const char *name)
{
    static const char *const folders[] = {"/bin", "/sbin", "/usr/bin", "/usr/sbin"};

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(folders[i], name, NULL);

        if (sy_image_tree_has(tree, path)) {
            return true;
        }
    }
    return false;
}

static bool add_applet(SyImageTree *tree, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename("/bin", name, NULL);
    SyImageNode link = {.path = path, .kind = SY_NODE_LINK, .data = (char *)SY_IMAGE_BUSYBOX};

    return has_program(tree, name) || sy_image_tree_add(tree, &link, error);
}

static bool add_all_applets(SyImageTree *tree, GHashTable *known, GError **error)
{
    GHashTableIter iter;
    gpointer name;

    g_hash_table_iter_init(&iter, known);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (!add_applet(tree, name, error)) {
            return false;
        }
    }
    return true;
}

bool sy_image_applets_add(SyImageTree *tree, const char *busybox, const char *const *applets,
                          GError **error)
{
    g_autoptr(GHashTable) known = applets_of(busybox, error);

    for (guint i = 0; known && applets[i]; i++) {
        if (strcmp(applets[i], "*") == 0) {
            if (!add_all_applets(tree, known, error)) {
                return false;
            }
        } else if (!g_hash_table_contains(known, applets[i])) {
            g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "%s has no applet '%s'", busybox,
                        applets[i]);
            return false;
        } else if (!add_applet(tree, applets[i], error)) {
            return false;
        }
    }
    return known != NULL;
}
