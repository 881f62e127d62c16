/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image-manifest.h"

#include <string.h>

#include "base/error.h"
#include "base/invisible.h"
#include "lab/image-file.h"
#include "lab/image-tree.h"

#define GROUP_IMAGE "image"
#define GROUP_TEXT "text"

typedef struct {
    const char *text;
    GKeyFile *keys;
    SyImageManifest *manifest;
} Parser;

/* The line of `key` (NULL: of the section header) in [group]; 0 if it is missing. */
static guint find_line(const Parser *p, const char *group, const char *key)
{
    g_autofree char *head = g_strdup_printf("[%s]", group);
    g_auto(GStrv) lines = g_strsplit(p->text, "\n", -1);
    bool inside = false;

    for (guint i = 0; lines[i]; i++) {
        char *line = g_strstrip(lines[i]);

        if (*line == '[') {
            inside = strcmp(line, head) == 0;
            if (inside && !key) {
                return i + 1;
            }
        } else if (inside && key && g_str_has_prefix(line, key)) {
            line += strlen(key);
            if (line[strspn(line, " \t")] == '=') {
                return i + 1;
            }
        }
    }
    return 0;
}

/* "NAME:LINE: [group] key: MESSAGE", SY_ERROR_USAGE. */
static G_GNUC_PRINTF(5, 6) bool refuse(const Parser *p, const char *group, const char *key,
                                       GError **error, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s:%u: [%s]%s%s: %s", p->manifest->name,
                find_line(p, group, key), group, key ? " " : "", key ? key : "", message);
    return false;
}

static GStrv read_list(const Parser *p, const char *key)
{
    g_autoptr(GStrvBuilder) out = g_strv_builder_new();
    g_autofree char *value = g_key_file_get_value(p->keys, GROUP_IMAGE, key, NULL);
    g_auto(GStrv) parts = g_strsplit(value ? value : "", ",", -1);

    for (guint i = 0; parts[i]; i++) {
        if (*g_strstrip(parts[i])) {
            g_strv_builder_add(out, parts[i]);
        }
    }
    return g_strv_builder_end(out);
}

/* A name becomes one component of a path, here or in the image. */
static bool check_names(const Parser *p, const char *key, GStrv names, bool absolute,
                        GError **error)
{
    for (guint i = 0; names[i]; i++) {
        if (absolute && *names[i] == '/' ? !sy_image_path_ok(names[i])
                                         : strchr(names[i], '/') || *names[i] == '.') {
            return refuse(p, GROUP_IMAGE, key, error, "'%s' is not a name%s", names[i],
                          absolute ? "; write a name or an absolute path" : "");
        }
    }
    return true;
}

static bool check_path(const Parser *p, const char *group, const char *key, const char *path,
                       GError **error)
{
    return sy_image_path_ok(path) ||
           refuse(p, group, key, error,
                  "'%s' is not a path in an image; write it from the root, without '.', '..' and "
                  "double slashes",
                  path);
}

static bool read_files(const Parser *p, GError **error)
{
    g_autofree char *absolute = g_canonicalize_filename(p->manifest->name, NULL);
    g_autofree char *folder = g_path_get_dirname(absolute);
    g_auto(GStrv) pairs = read_list(p, "files");

    for (guint i = 0; pairs[i]; i++) {
        char *colon = strchr(pairs[i], ':');
        g_autofree char *source = NULL;

        if (!colon || !colon[1]) {
            return refuse(p, GROUP_IMAGE, "files", error, "'%s' is not PATH-IN-IMAGE:SOURCE",
                          pairs[i]);
        }
        *colon = '\0';
        if (!check_path(p, GROUP_IMAGE, "files", pairs[i], error)) {
            return false;
        }
        source = g_canonicalize_filename(colon + 1, folder);
        sy_image_files_add(p->manifest->files, pairs[i], source, false);
    }
    return true;
}

static bool read_texts(const Parser *p, GError **error)
{
    g_auto(GStrv) paths = g_key_file_get_keys(p->keys, GROUP_TEXT, NULL, NULL);

    for (guint i = 0; paths && paths[i]; i++) {
        g_autoptr(GError) reason = NULL;
        g_autofree char *text = g_key_file_get_string(p->keys, GROUP_TEXT, paths[i], &reason);
        SyImageText *one;

        if (!text) {
            return refuse(p, GROUP_TEXT, paths[i], error, "%s", reason->message);
        }
        if (!check_path(p, GROUP_TEXT, paths[i], paths[i], error)) {
            return false;
        }
        one = g_new0(SyImageText, 1);
        one->path = g_strdup(paths[i]);
        one->text = g_steal_pointer(&text);
        g_ptr_array_add(p->manifest->texts, one);
    }
    return true;
}

static bool check_known(const Parser *p, GError **error)
{
    static const char *const known[] = {"programs", "applets",     "modules", "firmware",
                                        "files",    "directories", NULL};
    g_auto(GStrv) groups = g_key_file_get_groups(p->keys, NULL);
    g_auto(GStrv) keys = g_key_file_get_keys(p->keys, GROUP_IMAGE, NULL, NULL);

    for (guint i = 0; groups[i]; i++) {
        if (strcmp(groups[i], GROUP_IMAGE) != 0 && strcmp(groups[i], GROUP_TEXT) != 0) {
            return refuse(p, groups[i], NULL, error,
                          "unknown section; a manifest has [image] and [text]");
        }
    }
    if (!keys) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s: no section [image] in this manifest",
                    p->manifest->name);
        return false;
    }
    for (guint i = 0; keys[i]; i++) {
        if (!g_strv_contains(known, keys[i])) {
            g_autofree char *names = g_strjoinv(", ", (char **)known);

            return refuse(p, GROUP_IMAGE, keys[i], error, "unknown key; the keys are %s", names);
        }
    }
    return true;
}

static bool read_all(const Parser *p, GError **error)
{
    SyImageManifest *m = p->manifest;

    m->programs = read_list(p, "programs");
    m->applets = read_list(p, "applets");
    m->modules = read_list(p, "modules");
    m->firmware = read_list(p, "firmware");
    m->directories = read_list(p, "directories");
    for (guint i = 0; m->directories[i]; i++) {
        if (!check_path(p, GROUP_IMAGE, "directories", m->directories[i], error)) {
            return false;
        }
    }
    return check_known(p, error) && check_names(p, "programs", m->programs, true, error) &&
           check_names(p, "applets", m->applets, false, error) &&
           check_names(p, "modules", m->modules, false, error) &&
           check_names(p, "firmware", m->firmware, false, error) && read_files(p, error) &&
           read_texts(p, error);
}

static void text_free(gpointer data)
{
    SyImageText *one = data;

    g_free(one->path);
    g_free(one->text);
    g_free(one);
}

SyImageManifest *sy_image_manifest_parse(const char *name, const char *text, GError **error)
{
    g_autoptr(SyImageManifest) manifest = g_new0(SyImageManifest, 1);
    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_autoptr(GError) reason = NULL;
    Parser p = {.text = sy_invisible_skip_mark(text), .keys = keys, .manifest = manifest};

    manifest->name = g_strdup(name);
    manifest->files = sy_image_files_new();
    manifest->texts = g_ptr_array_new_with_free_func(text_free);
    if (!g_key_file_load_from_data(keys, p.text, strlen(p.text), G_KEY_FILE_NONE, &reason)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s: not a manifest: %s", name,
                    reason->message);
        return NULL;
    }
    return read_all(&p, error) ? g_steal_pointer(&manifest) : NULL;
}

SyImageManifest *sy_image_manifest_load(const char *path, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *text = NULL;
    gsize length = 0;

    if (!g_file_get_contents(path, &text, &length, &reason)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "cannot read the manifest: %s",
                    reason->message);
        return NULL;
    }
    if (strlen(text) != length || !g_utf8_validate(text, (gssize)length, NULL)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s: not a text file in UTF-8", path);
        return NULL;
    }
    return sy_image_manifest_parse(path, text, error);
}

void sy_image_manifest_free(SyImageManifest *manifest)
{
    if (!manifest) {
        return;
    }
    g_free(manifest->name);
    g_strfreev(manifest->programs);
    g_strfreev(manifest->applets);
    g_strfreev(manifest->modules);
    g_strfreev(manifest->firmware);
    g_strfreev(manifest->directories);
    g_ptr_array_unref(manifest->files);
    g_ptr_array_unref(manifest->texts);
    g_free(manifest);
}
