/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/child.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/check.h"

#define LIMIT_NS (10 * SY_NS_PER_S)

Test(child_socket, has_its_input_and_output_and_the_file_has_its_errors, .timeout = 60)
{
    const char *const argv[] = {"sh", "-c", "read line; echo got $line; echo bad >&2", NULL};
    char *folder = check_folder();
    g_autofree char *output = g_build_filename(folder, "output", NULL);
    g_autofree char *errors = NULL;
    char answer[32] = "";
    GError *error = NULL;
    SyChild *child;
    int ends[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    child =
        sy_child_spawn(argv, &(SyChildOptions){.output_path = output, .socket = ends[1]}, &error);
    check_no_error(error);
    close(ends[1]);
    cr_assert_eq(write(ends[0], "this\n", 5), 5);
    cr_assert(sy_child_wait(child, sy_now_ns() + LIMIT_NS));
    cr_expect_eq(read(ends[0], answer, sizeof(answer) - 1), 9);
    cr_expect_str_eq(answer, "got this\n");
    cr_assert(g_file_get_contents(output, &errors, NULL, NULL));
    cr_expect_str_eq(errors, "bad\n");
    sy_child_end(child, 0);
    close(ends[0]);
    check_folder_remove(folder);
}
