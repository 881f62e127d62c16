/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting virtiofsd, with a shell script in its place. */
#include "lab/virtiofs.h"

#include "tests/check.h"

/* Says its version; else makes the file for its socket, if bind(2) would take the name. */
static const char virtiofsd[] = "#!/bin/sh\n"
                                "[ \"$1\" != --version ] || { echo virtiofsd 1.13.2; exit; }\n"
                                "name=${1#--socket-path=}\n"
                                "[ ${#name} -le 107 ] || { echo too long >&2; exit 1; }\n"
                                "touch \"$name\"; exec sleep 60\n";

Test(virtiofs, serves_in_a_folder_that_lies_too_deep_for_the_address_of_a_socket)
{
    char *folder = check_folder();
    g_autofree char *deep = g_strnfill(120, 'd');
    g_autofree char *dir = g_build_filename(folder, deep, NULL);
    g_autofree char *program = g_build_filename(folder, "virtiofsd", NULL);
    g_autofree char *socket = g_build_filename(dir, "virtiofs.sock", NULL);
    g_autoptr(SyChild) child = NULL;
    GError *error = NULL;

    cr_assert(sy_fs_private_dir(dir, NULL));
    cr_assert(g_file_set_contents_full(program, virtiofsd, -1, 0, 0700, NULL));
    g_setenv("STEELYARD_VIRTIOFSD", program, TRUE);
    child = sy_virtiofs_start(folder, dir, "virtiofs.sock", &error);
    check_no_error(error);
    cr_assert(g_file_test(socket, G_FILE_TEST_EXISTS));
    check_folder_remove(folder);
}
