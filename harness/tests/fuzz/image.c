/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inputs of lab images: manifests, ldd's output, lists of modules. */
#include "lab/image-ldd.h"
#include "lab/image-manifest.h"
#include "lab/image-modules.h"
#include "lab/image-tree.h"
#include "tests/fuzz/fuzz.h"

static void fuzz_manifest(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SyImageManifest) manifest = NULL;

    if (g_utf8_validate(text, -1, NULL)) { /* sy_image_manifest_load() refuses other text */
        manifest = sy_image_manifest_parse("/dir/fuzz.ini", text, &error);
        g_assert(!manifest == !!error);
    }
}

static void fuzz_ldd(const char *text)
{
    static const char *const programs[] = {"/usr/bin/a", "/usr/bin/b", NULL};
    g_autoptr(GPtrArray) libraries = sy_image_libraries_new();
    g_autoptr(GError) error = NULL;

    g_assert(sy_image_ldd_parse(text, programs, libraries, &error) == !error);
    for (guint i = 0; i < libraries->len; i++) {
        const SyImageLibrary *library = g_ptr_array_index(libraries, i);

        g_assert(sy_image_path_ok(library->path) && sy_image_path_ok(library->source));
    }
}

/* Each module is listed once. */
static void fuzz_modules(const char *text)
{
    static const char *const names[] = {"a", "kvm-amd", NULL};
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) order = sy_image_modules_order(text, text, names, "1.0", &error);

    g_assert(!order == !!error);
    for (guint i = 0; order && order[i]; i++) {
        g_assert(g_hash_table_add(seen, order[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);

    fuzz_manifest(text);
    fuzz_ldd(text);
    fuzz_modules(text);
    return 0;
}
