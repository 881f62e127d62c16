/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/build-info.h"

#include <string.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "vm/stamp.h"

#define VERSION_PREFIX "QEMU emulator version "
#define PROBE_LIMIT_NS (10 * SY_NS_PER_S)

/* The first line that begins with VERSION_PREFIX, or NULL. A sanitizer may print lines before
 * it. */
static const char *version_line(const char *text)
{
    while (text && !g_str_has_prefix(text, VERSION_PREFIX)) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return text;
}

/* What `qemu --version` prints; NULL with SY_ERROR_UNAVAILABLE. */
static char *version_text(const char *qemu, GError **error)
{
    const char *const argv[] = {qemu, "--version", NULL};
    g_autofree char *dir = g_dir_make_tmp("steelyard-XXXXXX", error);
    g_autofree char *output = NULL, *text = NULL;
    g_autoptr(SyChild) child = NULL;

    if (!dir) {
        return NULL;
    }
    output = g_build_filename(dir, "version", NULL);
    child = sy_child_spawn(argv, &(SyChildOptions){.output_path = output}, error);
    if (child) {
        bool ended = sy_child_wait(child, sy_now_ns() + PROBE_LIMIT_NS);

        g_file_get_contents(output, &text, NULL, NULL);
        if (!ended || !sy_child_succeeded(child) || !text) {
            g_autofree char *how = sy_child_describe_exit(child);

            g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                        "%s --version does not work (%s): %s", qemu, how,
                        text ? g_strstrip(text) : "no output");
            g_clear_pointer(&text, g_free);
        }
    }
    sy_fs_remove_tree(dir);
    return g_steal_pointer(&text);
}

SyBuildInfo *sy_build_info_probe(const char *qemu, const char *release, GError **error)
{
    g_autoptr(SyBuildInfo) build = sy_build_info_new();
    g_autoptr(SyStamp) stamp = NULL;
    g_autofree char *text = NULL;
    const char *line;

    if (!g_file_test(qemu, G_FILE_TEST_IS_EXECUTABLE)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "no QEMU at %s: `make qemu REL=%s` builds a release of qemu-mods/releases.ini, "
                    "--qemu PATH names a binary",
                    qemu, release);
        return NULL;
    }
    text = version_text(qemu, error);
    if (!text) {
        return NULL;
    }
    line = version_line(text);
    if (!line) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_UNAVAILABLE,
            "%s is not a QEMU system emulator: --version prints '%.*s'; name another with --qemu",
            qemu, (int)MIN(strcspn(text, "\n"), 60), text);
        return NULL;
    }
    build->path = g_strdup(qemu);
    build->release = g_strdup(release);
    build->qemu_version =
        g_strndup(line + strlen(VERSION_PREFIX), strcspn(line + strlen(VERSION_PREFIX), " (\n"));
    stamp = sy_stamp_parse(line);
    if (stamp) {
        build->flavor = g_strdup(stamp->flavor);
        build->upstream = g_strdup(stamp->upstream);
        build->mods_sha256 = g_strdup(stamp->mods_sha256);
        build->configure = g_strdup(stamp->configure);
    }
    return g_steal_pointer(&build);
}
