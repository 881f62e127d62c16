/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/build-spec.h"

#include <string.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"

#define BUILDER "qemu-mods/build-qemu"
/* It runs git and hashes a few hundred kilobytes: half a second of CPU time, but on a busy host it
 * has taken two minutes. */
#define BUILDER_LIMIT_S 600

/* The builds that qemu-mods/build-qemu makes of each release; the first is the default. */
static const char *const flavors[] = {"modded", "stock", "asan", NULL};

bool sy_build_release_valid(const char *text)
{
    return g_regex_match_simple("^[0-9]+(\\.[0-9]+)*$", text, G_REGEX_DOLLAR_ENDONLY, 0);
}

SyBuildSpec *sy_build_spec_parse(const char *text, GError **error)
{
    g_auto(GStrv) at = g_strsplit(text, "@", 2); /* a ref may contain more of them */
    g_auto(GStrv) parts = g_strsplit(at[0] ? at[0] : "", ":", 2);
    const char *release = parts[0] && parts[1] ? parts[1] : parts[0];
    SyBuildSpec *spec;

    if (!release || !sy_build_release_valid(release) ||
        (parts[1] && !g_strv_contains(flavors, parts[0])) || (at[0] && at[1] && !*at[1])) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_USAGE,
            "'%s' is not a build; give a release (10.0) or flavor and release (modded:10.0, "
            "stock:10.0, asan:10.0), and optionally @ and a git ref whose mods to use "
            "(10.0@HEAD~3)",
            text);
        return NULL;
    }
    spec = g_new0(SyBuildSpec, 1);
    spec->flavor = g_strdup(parts[1] ? parts[0] : flavors[0]);
    spec->release = g_strdup(release);
    spec->ref = g_strdup(at[1]);
    return spec;
}

void sy_build_spec_free(SyBuildSpec *spec)
{
    if (spec) {
        g_free(spec->flavor);
        g_free(spec->release);
        g_free(spec->ref);
        g_free(spec);
    }
}

char *sy_build_spec_builder(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self ? g_path_get_dirname(self) : g_strdup(".");
    g_autofree char *beside = g_build_filename(dir, "..", BUILDER, NULL);

    return g_canonicalize_filename(
        g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE) ? beside : BUILDER, NULL);
}

/* ---- builds with a ref: asking build-qemu ---- */

/* The rest of the line in `text` that begins with `name` and a blank; NULL if there is none. */
static char *answer(const char *text, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gsize length = strlen(name);

    for (char **line = lines; *line; line++) {
        if (g_str_has_prefix(*line, name) && (*line)[length] == ' ') {
            return g_strdup(*line + length + 1);
        }
    }
    return NULL;
}

static void refuse(SyChild *child, const char *text, const char *builder, GError **error)
{
    static const char own_name[] = "build-qemu: ";
    g_autofree char *how = sy_child_describe_exit(child);
    g_autofree char *words = g_strstrip(g_strdup(text));
    bool usage = strcmp(how, "exit status 2") == 0;

    if (sy_child_alive(child)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "%s did not answer within %d s; try again when the host is less busy", builder,
                    BUILDER_LIMIT_S);
    } else if (*words) {
        g_set_error_literal(error, SY_ERROR, usage ? SY_ERROR_USAGE : SY_ERROR_UNAVAILABLE,
                            words + (g_str_has_prefix(words, own_name) ? strlen(own_name) : 0));
    } else {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "%s gave no answer (%s)", builder, how);
    }
}

static char *ask(const SyBuildSpec *spec, const char *build_dir, const char *builder,
                 const char *output, char **commit, GError **error)
{
    g_autofree char *build = g_strconcat(spec->flavor, ":", spec->release, "@", spec->ref, NULL);
    g_autofree char *where = g_strconcat("STEELYARD_BUILD=", build_dir, NULL);
    const char *const argv[] = {"env", where, builder, "--resolve", build, NULL};
    g_autoptr(SyChild) child =
        sy_child_spawn(argv, &(SyChildOptions){.output_path = output}, error);
    g_autofree char *text = NULL, *path = NULL;
    bool ended;

    if (!child) {
        return NULL;
    }
    ended = sy_child_wait(child, sy_now_ns() + BUILDER_LIMIT_S * SY_NS_PER_S);
    if (!g_file_get_contents(output, &text, NULL, NULL)) {
        text = g_strdup("");
    }
    path = answer(text, "path");
    if (!ended || !sy_child_succeeded(child) || !path) {
        refuse(child, text, builder, error);
        return NULL;
    }
    *commit = answer(text, "commit");
    return g_steal_pointer(&path);
}

static char *find_ref(const SyBuildSpec *spec, const char *build_dir, const char *builder,
                      char **commit, GError **error)
{
    g_autofree char *dir = NULL, *output = NULL, *path = NULL;

    if (!g_file_test(builder, G_FILE_TEST_IS_EXECUTABLE)) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_UNAVAILABLE,
            "finding the build of '%s' needs %s, which does not exist; run this in the repository, "
            "or name the binary (--base-qemu, --new-qemu)",
            spec->ref, builder);
        return NULL;
    }
    dir = g_dir_make_tmp("steelyard-XXXXXX", error);
    if (!dir) {
        return NULL;
    }
    output = g_build_filename(dir, "answer", NULL);
    path = ask(spec, build_dir, builder, output, commit, error);
    sy_fs_remove_tree(dir);
    return g_steal_pointer(&path);
}

char *sy_build_spec_find(const SyBuildSpec *spec, const char *build_dir, const char *builder,
                         char **commit, GError **error)
{
    g_autofree char *path = NULL;

    *commit = NULL;
    if (spec->ref) {
        return find_ref(spec, build_dir, builder, commit, error);
    }
    path = g_build_filename(build_dir, "qemu", spec->release, spec->flavor, "bin",
                            "qemu-system-x86_64", NULL);
    if (!g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "%s:%s is not built (%s); make qemu REL=%s FLAVOR=%s", spec->flavor,
                    spec->release, path, spec->release, spec->flavor);
        return NULL;
    }
    return g_steal_pointer(&path);
}
