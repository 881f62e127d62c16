/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a QEMU says of itself, by programs that say other things. */
#include "run/build-info.h"

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/fs.h"
#include "tests/check.h"

TestSuite(build_info, .timeout = 60);

/* What is found out about a program that is this shell script. */
static SyBuildInfo *probe(const char *script, GError **error)
{
    g_autofree char *dir = g_dir_make_tmp("steelyard-test-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "qemu", NULL);
    SyBuildInfo *build;

    cr_assert(g_file_set_contents_full(path, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    build = sy_build_info_probe(path, "10.0", error);
    sy_fs_remove_tree(dir);
    return build;
}

Test(build_info, the_version_is_that_of_the_line_that_says_so)
{
    g_autoptr(SyBuildInfo) build =
        probe("#!/bin/sh\necho '==1==WARNING: ASan does not like it' >&2\n"
              "echo 'QEMU emulator version 10.0.13 (a distribution)'\necho Copyright\n",
              NULL);

    cr_assert_not_null(build);
    cr_assert_str_eq(build->qemu_version, "10.0.13");
    cr_assert_null(build->flavor);
}

Test(build_info, another_program_is_none_and_what_it_says_is_quoted)
{
    g_autoptr(GError) error = NULL;

    cr_assert_null(probe("#!/bin/sh\necho 'no QEMU emulator version 10.0.13'\n", &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_UNAVAILABLE));
    cr_assert(strstr(error->message, "'no QEMU emulator"), "%s", error->message);
}

Test(build_info, one_that_fails_is_quoted_too)
{
    g_autoptr(GError) error = NULL;

    cr_assert_null(probe("#!/bin/sh\necho 'out of order'\nexit 3\n", &error));
    cr_assert(strstr(error->message, "exit status 3"), "%s", error->message);
    cr_assert(strstr(error->message, "out of order"), "%s", error->message);
}
