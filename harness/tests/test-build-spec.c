/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What names a build, and what build-qemu, here a shell script, says of one with a git ref. */
#include "session/build-spec.h"

#include "tests/check.h"

TestSuite(build_spec, .timeout = 60);

static void check_spec(const char *text, const char *flavor, const char *release, const char *ref)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SyBuildSpec) spec = sy_build_spec_parse(text, &error);

    check_no_error(error);
    cr_assert_str_eq(spec->flavor, flavor);
    cr_assert_str_eq(spec->release, release);
    cr_assert(g_strcmp0(spec->ref, ref) == 0, "%s: ref %s", text, spec->ref);
}

Test(build_spec, flavor_and_ref_may_be_left_out)
{
    check_spec("10.0", "modded", "10.0", NULL);
    check_spec("stock:10.2", "stock", "10.2", NULL);
    check_spec("10.0@HEAD~3", "modded", "10.0", "HEAD~3");
    check_spec("asan:10.0@topic/x", "asan", "10.0", "topic/x");
}

Test(build_spec, a_ref_may_have_in_it_what_else_divides)
{
    check_spec("10.0@HEAD@{1}", "modded", "10.0", "HEAD@{1}");
    check_spec("10.0@:/a: b", "modded", "10.0", ":/a: b");
}

Test(build_spec, what_names_no_build_is_refused)
{
    const char *const bad[] = {"",      "@HEAD",        "10.0@",  "stock:",          "hotrod:10.0",
                               ":10.0", "stock@HEAD~1", "HEAD~3", "modded:10.0:x@y", "10.0 ",
                               "..",    "10.",          "10..0",  "../10.0",         "10.0\n"};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;

        cr_assert_null(sy_build_spec_parse(bad[i], &error), "%s", bad[i]);
        check_error(error, SY_ERROR_USAGE, "is not a build");
    }
}

/* What is found of `text` in the empty folder `dir`, with a build-qemu that is `script`. */
static char *find(const char *text, const char *dir, const char *script, char **commit,
                  GError **error)
{
    g_autoptr(SyBuildSpec) spec = sy_build_spec_parse(text, NULL);
    g_autofree char *builder = g_build_filename(dir, "build-qemu", NULL);

    cr_assert(!script ||
              g_file_set_contents_full(builder, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    return sy_build_spec_find(spec, dir, builder, commit, error);
}

Test(build_spec, build_qemu_is_asked_where_a_ref_is_and_which_commit)
{
    char *dir = check_folder();
    g_autofree char *commit = NULL, *want = g_strconcat(dir, " --resolve stock:10.0@a b", NULL);
    GError *error = NULL;
    g_autofree char *path = find("stock:10.0@a b", dir,
                                 "#!/bin/sh\necho \"path $STEELYARD_BUILD $*\"\n"
                                 "echo commit 0123456789\n",
                                 &commit, &error);

    check_no_error(error);
    cr_assert_str_eq(path, want);
    cr_assert_str_eq(commit, "0123456789");
    check_folder_remove(dir);
}

Test(build_spec, what_build_qemu_refuses_is_said_in_its_words)
{
    const struct {
        const char *script, *text;
        SyError code;
    } rows[] = {
        {"#!/bin/sh\necho \"build-qemu: 'x' does not name a commit\" >&2\nexit 2\n",
         "'x' does not name a commit", SY_ERROR_USAGE},
        {"#!/bin/sh\necho 'build-qemu: is not built; run: make qemu' >&2\nexit 3\n",
         "run: make qemu", SY_ERROR_UNAVAILABLE},
        {"#!/bin/sh\nexit 1\n", "gave no answer (exit status 1)", SY_ERROR_UNAVAILABLE},
        {"#!/bin/sh\n", "gave no answer (exit status 0)", SY_ERROR_UNAVAILABLE},
        {NULL, "run this in the repository", SY_ERROR_UNAVAILABLE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *dir = check_folder();
        g_autofree char *commit = NULL;
        GError *error = NULL;

        cr_assert_null(find("10.0@x", dir, rows[i].script, &commit, &error));
        cr_assert_null(strstr(error->message, "build-qemu: "), "%s", error->message);
        check_error(error, rows[i].code, rows[i].text);
        check_folder_remove(dir);
    }
}

Test(build_spec, a_build_without_a_ref_is_where_its_name_says)
{
    char *dir = check_folder();
    g_autofree char *bin = g_build_filename(dir, "qemu", "10.2", "stock", "bin", NULL);
    g_autofree char *qemu = g_build_filename(bin, "qemu-system-x86_64", NULL);
    g_autofree char *path = NULL, *commit = NULL;
    GError *error = NULL;

    cr_assert_null(find("stock:10.2", dir, NULL, &commit, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "make qemu REL=10.2 FLAVOR=stock");
    cr_assert_eq(g_mkdir_with_parents(bin, 0755), 0);
    cr_assert(g_file_set_contents_full(qemu, "", 0, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    path = find("stock:10.2", dir, NULL, &commit, &error);
    check_no_error(error);
    cr_assert_str_eq(path, qemu);
    cr_assert_null(commit);
    check_folder_remove(dir);
}
