/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connecting to a socket, whatever its name. */
#include "vm/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tests/check.h"

#define SUN_PATH_BYTES sizeof(((struct sockaddr_un *)NULL)->sun_path)

/* Listens at the socket `name`, which need not end in a NUL byte, in the current folder. */
static int listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert_leq(strlen(name), SUN_PATH_BYTES);
    memcpy(address.sun_path, name, strlen(name));
    cr_assert_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0, "%s",
                 g_strerror(errno));
    cr_assert_eq(listen(fd, 1), 0);
    return fd;
}

static void check_connects(const char *folder, const char *name)
{
    int dir_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = sy_stream_connect(dir_fd, name);

    cr_assert_geq(fd, 0, "a name of %zu bytes: %s", strlen(name), g_strerror(errno));
    close(fd);
    close(dir_fd);
}

Test(stream, connects_to_a_socket_with_a_name_of_any_length_that_bind_takes)
{
    static const gsize lengths[] = {1, 91, 92, 107, 108};
    char *folder = check_folder();

    cr_assert_eq(chdir(folder), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autofree char *name = g_strnfill(lengths[i], 's');
        int listener = listen_at(name);

        check_connects(folder, name);
        close(listener);
    }
    check_folder_remove(folder);
}

Test(stream, connects_to_a_socket_that_got_a_longer_name_later)
{
    char *folder = check_folder();
    g_autofree char *name = g_strnfill(255, 's');
    int listener;

    cr_assert_eq(chdir(folder), 0);
    listener = listen_at("short");
    cr_assert_eq(g_rename("short", name), 0);
    check_connects(folder, name);
    close(listener);
    check_folder_remove(folder);
}

Test(stream, says_whether_there_is_no_socket_or_nobody_listens)
{
    char *folder = check_folder();
    g_autofree char *name = g_strnfill(100, 's');
    int dir_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

    cr_assert_eq(chdir(folder), 0);
    cr_assert_eq(sy_stream_connect(dir_fd, name), -1);
    cr_assert_eq(errno, ENOENT, "%s", g_strerror(errno));
    close(listen_at(name));
    cr_assert_eq(sy_stream_connect(dir_fd, name), -1);
    cr_assert_eq(errno, ECONNREFUSED, "%s", g_strerror(errno));
    close(dir_fd);
    check_folder_remove(folder);
}
