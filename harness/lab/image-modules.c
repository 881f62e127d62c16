/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image-modules.h"

#include <string.h>

#include "base/error.h"

typedef struct {
    GHashTable *files; /* name -> file (in `lines`) */
    GHashTable *needs; /* file -> the rest of its line: files, separated by spaces */
    GHashTable *begun; /* files in `order`, and those whose needs are being added */
    GStrvBuilder *order;
} Loader;

/* "kernel/arch/x86/kvm/kvm-amd.ko.xz" -> "kvm_amd"; the caller frees. */
static char *module_name(const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *base = slash ? slash + 1 : file;
    const char *end = strstr(base, ".ko");
    char *name = g_strndup(base, end ? (gsize)(end - base) : strlen(base));

    return g_strdelimit(name, "-", '_');
}

/* Cuts `text` into lines in place, and fills the tables with pointers into it. */
static void read_dep(Loader *loader, char *text)
{
    for (char *line = text, *next; line; line = next) {
        char *end = strchr(line, '\n');
        char *colon;

        next = end ? end + 1 : NULL;
        if (end) {
            *end = '\0';
        }
        colon = strchr(line, ':');
        if (colon) {
            *colon = '\0';
            g_hash_table_insert(loader->files, module_name(line), line);
            g_hash_table_insert(loader->needs, line, colon + 1);
        }
    }
}

/* Adds the file after what it needs. Its line lists that, also indirect needs, in reverse load
 * order. */
static void load(Loader *loader, const char *file)
{
    const char *needs = g_hash_table_lookup(loader->needs, file);
    g_auto(GStrv) parts = g_strsplit(needs ? needs : "", " ", -1);

    if (!g_hash_table_add(loader->begun, g_strdup(file))) {
        return;
    }
    for (guint i = g_strv_length(parts); i > 0; i--) {
        if (*parts[i - 1]) {
            load(loader, parts[i - 1]);
        }
    }
    g_strv_builder_add(loader->order, file);
}

static bool is_builtin(const char *builtin, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(builtin, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        g_autofree char *one = module_name(lines[i]);

        if (*name && strcmp(one, name) == 0) {
            return true;
        }
    }
    return false;
}

static void loader_clear(Loader *loader)
{
    g_hash_table_unref(loader->files);
    g_hash_table_unref(loader->needs);
    g_hash_table_unref(loader->begun);
    g_strv_builder_unref(loader->order);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Loader, loader_clear)

GStrv sy_image_modules_order(const char *dep, const char *builtin, const char *const *modules,
                             const char *release, GError **error)
{
    g_autofree char *text = g_strdup(dep);
    g_auto(Loader) loader = {
        .files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .needs = g_hash_table_new(g_str_hash, g_str_equal),
        .begun = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .order = g_strv_builder_new(),
    };

    read_dep(&loader, text);
    for (guint i = 0; modules[i]; i++) {
        g_autofree char *name = module_name(modules[i]);
        const char *file = g_hash_table_lookup(loader.files, name);

        if (file) {
            load(&loader, file);
        } else if (!is_builtin(builtin, name)) {
            g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                        "the kernel %s has no module '%s'; leave it out of the manifest, or use "
                        "another kernel",
                        release, modules[i]);
            return NULL;
        }
    }
    return g_strv_builder_end(loader.order);
}

static char *read_list(const char *dir, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GError) reason = NULL;
    char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, &reason)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "cannot read the kernel's list of modules: %s; remove the kernel's folder, and "
                    "steelyard fetches it again",
                    reason->message);
    }
    return text;
}

static bool add_file(SyImageTree *tree, const char *dir, const char *release, const char *file,
                     GString *list, GError **error)
{
    /* depmod writes an absolute path if a module lies outside of `dir`. */
    g_autofree char *source = g_build_filename(dir, file, NULL);
    const char *packed = strstr(file, ".ko");
    int length = packed ? (int)(packed - file) + 3 : (int)strlen(file);
    g_autofree char *path = g_strdup_printf("/lib/modules/%s/%.*s", release, length, file);
    SyImageNode node = {
        .path = path,
        .kind = SY_NODE_FILE,
        .treatment = SY_CONTENT_UNPACK,
        .data = source,
        .mode = 0644,
    };

    g_string_append_printf(list, "%s\n", path);
    return sy_image_tree_add(tree, &node, error);
}

/* The load order, from the lists in `dir`. */
static GStrv order_of(const char *dir, const char *release, const char *const *modules,
                      GError **error)
{
    g_autofree char *dep = read_list(dir, "modules.dep", error);
    g_autofree char *builtin = dep ? read_list(dir, "modules.builtin", error) : NULL;

    return builtin ? sy_image_modules_order(dep, builtin, modules, release, error) : NULL;
}

bool sy_image_modules_add(SyImageTree *tree, const char *dir, const char *release,
                          const char *const *modules, GError **error)
{
    /* Without modules there may be no lists. */
    g_auto(GStrv) order = modules[0] ? order_of(dir, release, modules, error) : g_new0(char *, 1);
    g_autoptr(GString) list = g_string_new(NULL);
    SyImageNode text = {.path = (char *)SY_IMAGE_MODULES, .kind = SY_NODE_TEXT};

    for (guint i = 0; order && order[i]; i++) {
        if (!add_file(tree, dir, release, order[i], list, error)) {
            return false;
        }
    }
    text.data = list->str;
    return order && sy_image_tree_add(tree, &text, error);
}
