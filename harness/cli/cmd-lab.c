/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard lab: the virtual lab host without a run. */
#include <stdio.h>

#include "base/error.h"
#include "base/exit-code.h"
#include "base/fs.h"
#include "cli/command.h"
#include "cli/lab.h"
#include "lab/image-cache.h"
#include "lab/inside.h"
#include "result/json-text.h"
#include "session/lab-parts.h"

static char *entry_line(const SyImageEntry *entry)
{
    g_autoptr(GDateTime) used = g_date_time_new_from_unix_utc(entry->used_s);
    g_autofree char *at = used ? g_date_time_format(used, "%Y-%m-%d %H:%M:%SZ") : g_strdup("?");

    return g_strdup_printf("%.12s  %6.1f MiB  last used %s\n", entry->sha256,
                           (double)entry->bytes / (1 << 20), at);
}

static char *cache_text(const GPtrArray *entries, const char *dir)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < entries->len; i++) {
        g_autofree char *line = entry_line(g_ptr_array_index(entries, i));

        g_string_append(out, line);
    }
    g_string_append_printf(out, "%u images in %s\n", entries->len, dir);
    return g_string_free(out, FALSE);
}

static char *cache_json(const GPtrArray *entries)
{
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_ARRAY);
    JsonArray *array = json_array_new();

    for (guint i = 0; i < entries->len; i++) {
        const SyImageEntry *entry = g_ptr_array_index(entries, i);
        JsonObject *object = json_object_new();

        json_object_set_string_member(object, "sha256", entry->sha256);
        json_object_set_string_member(object, "path", entry->initrd);
        json_object_set_int_member(object, "bytes", (gint64)entry->bytes);
        json_object_set_int_member(object, "used_s", entry->used_s);
        json_array_add_object_element(array, object);
    }
    json_node_take_array(root, array);
    return sy_json_text(root, SY_JSON_PRETTY);
}

static int lab_cache(int argc, char **argv)
{
    gboolean json = FALSE;
    int keep = SY_CLI_NO_INT;
    const GOptionEntry options[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL},
        {"prune", 0, 0, G_OPTION_ARG_INT, &keep, "keep the N images used last and remove the rest",
         "N"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(SyLabParts) parts = sy_lab_parts_find();
    g_autofree char *dir = sy_lab_parts_cache_dir(parts);
    g_autoptr(GPtrArray) entries = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    if (!sy_cli_parse(&argc, &argv, options, NULL, "Lists the cached images of the lab.")) {
        return SY_EXIT_USAGE;
    }
    if (!sy_cli_check_int("prune", keep, 0, G_MAXINT, &error)) {
        return sy_cli_fail(error);
    }
    if (keep != SY_CLI_NO_INT) {
        fprintf(stderr, "removed %u images\n", sy_image_cache_prune(dir, (guint)keep));
    }
    entries = sy_image_cache_list(dir);
    text = json ? cache_json(entries) : cache_text(entries, dir);
    return sy_cli_print(text);
}

/* Copies `source` to DIR/NAME, replacing it atomically. */
static bool put(const char *source, const char *dir, const char *name, GError **error)
{
    g_autoptr(GFile) from = g_file_new_for_path(source);
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autofree char *fresh = g_strconcat(path, ".new", NULL);
    g_autoptr(GFile) to = g_file_new_for_path(fresh);
    g_autoptr(GFile) final = g_file_new_for_path(path);

    return g_file_copy(from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, error) &&
           g_file_move(to, final, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, error);
}

static int lab_pack(int argc, char **argv)
{
    const GOptionEntry options[] = {G_OPTION_ENTRY_NULL};
    g_autoptr(SyLabParts) parts = sy_lab_parts_find();
    g_autoptr(GError) error = NULL;
    g_autoptr(SyImage) image = NULL;

    if (!sy_cli_parse(
            &argc, &argv, options, "MANIFEST DIR",
            "Makes the Linux guest that the manifest describes: DIR/vmlinuz and DIR/initrd.")) {
        return SY_EXIT_USAGE;
    }
    if (argc != 3) {
        fprintf(stderr, "steelyard lab pack: give a manifest and a folder\n");
        return SY_EXIT_USAGE;
    }
    image = sy_lab_parts_guest_image(parts, argv[1], &error);
    if (image) {
        sy_cli_tell_image("Linux guest", image);
    }
    if (!image || !sy_fs_private_dir(argv[2], &error) ||
        !put(image->kernel, argv[2], "vmlinuz", &error) ||
        !put(image->initrd, argv[2], "initrd", &error)) {
        return sy_cli_fail(error);
    }
    return SY_EXIT_PASS;
}

static int lab_init(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (!sy_inside()) {
        fprintf(stderr, "steelyard lab init: runs only as process 1 of a virtual lab host; "
                        "`steelyard lab shell` boots one\n");
        return SY_EXIT_USAGE;
    }
    sy_inside_init();
}

static const SyCommand commands[] = {
    {"shell", sy_cmd_lab_shell,
     "open a root shell in the lab, or run a command; this folder is /work"},
    {"boot", sy_cmd_lab_boot, "boot the lab and print how long it took; --console shows it"},
    {"cache", lab_cache, "list the cached images; --prune N removes old ones"},
    {"pack", lab_pack, "make the kernel and initrd of a Linux guest"},
    {"init", lab_init, "(inside the lab) process 1"},
    {"job", sy_cmd_lab_job, "(inside the lab) do the run that the host handed in"},
};

int sy_cmd_lab(int argc, char **argv)
{
    return sy_cli_dispatch(commands, G_N_ELEMENTS(commands), argc, argv);
}
