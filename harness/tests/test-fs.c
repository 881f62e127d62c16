/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fs.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"

static char *folder; /* of this test */
static char *path;   /* a name in it */

static void set_up(void)
{
    folder = check_folder();
    path = g_build_filename(folder, "results.json", NULL);
}

static void tear_down(void)
{
    check_folder_remove(folder);
    g_free(path);
}

TestSuite(fs, .init = set_up, .fini = tear_down, .timeout = 60);

static void check_content(const char *expected)
{
    g_autofree char *text = NULL;

    cr_assert(g_file_get_contents(path, &text, NULL, NULL));
    cr_assert_str_eq(text, expected);
}

static guint entries(const char *of)
{
    g_autoptr(GDir) dir = g_dir_open(of, 0, NULL);
    guint count = 0;

    while (g_dir_read_name(dir)) {
        count++;
    }
    return count;
}

Test(fs, atomic_write_creates_and_replaces_and_leaves_no_other_file)
{
    GError *error = NULL;

    cr_assert(sy_fs_write_atomic(path, "first", -1, &error));
    check_content("first");
    cr_assert(sy_fs_write_atomic(path, "second and ignored", 6, &error));
    check_content("second");
    cr_assert(sy_fs_write_atomic(path, "", -1, &error));
    check_content("");
    cr_assert_eq(entries(folder), 1);
}

Test(fs, atomic_write_that_runs_out_of_space_keeps_the_former_file)
{
    const gsize size = 1024 * 1024;
    g_autofree char *data = g_strnfill(size, 'x');
    struct rlimit limit = {4096, 4096};
    GError *error = NULL;

    cr_assert(sy_fs_write_atomic(path, "former", -1, &error));
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_assert_not(sy_fs_write_atomic(path, data, (gssize)size, &error));
    cr_assert_not_null(strstr(error->message, path));
    check_error(error, SY_ERROR_IO, "File too large; raise the file size limit");
    check_content("former");
    cr_assert_eq(entries(folder), 1);
}

Test(fs, atomic_write_follows_a_link_and_leaves_it)
{
    g_autofree char *link = g_build_filename(folder, "link", NULL);
    GError *error = NULL;

    cr_assert_eq(symlink("results.json", link), 0);
    cr_assert_not(sy_fs_write_atomic(link, "x", -1, &error));
    check_error(error, SY_ERROR_IO, "/link");
    error = NULL;
    cr_assert(sy_fs_write_atomic(path, "first", -1, NULL));
    cr_assert(sy_fs_write_atomic(link, "second", -1, &error));
    cr_assert(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    check_content("second");
    cr_assert_eq(entries(folder), 2);
}

Test(fs, atomic_write_to_a_pipe_or_device_leaves_it_what_it_is)
{
    g_autofree char *fifo = g_build_filename(folder, "fifo", NULL);
    char buffer[16] = "";
    GError *error = NULL;
    struct stat st;
    int reader;

    cr_assert_eq(mkfifo(fifo, 0600), 0);
    cr_assert_not(sy_fs_write_atomic(fifo, "nobody reads", -1, &error));
    check_error(error, SY_ERROR_IO, "/fifo");
    error = NULL;
    reader = open(fifo, O_RDONLY | O_NONBLOCK);
    cr_assert_geq(reader, 0);
    cr_assert(sy_fs_write_atomic(fifo, "page", -1, &error));
    cr_assert_eq(read(reader, buffer, sizeof(buffer)), 4);
    cr_assert_str_eq(buffer, "page");
    close(reader);
    cr_assert_eq(stat(fifo, &st), 0);
    cr_assert(S_ISFIFO(st.st_mode));
    cr_assert_eq(symlink("/dev/null", path), 0); /* a link: the device itself is not at risk */
    cr_assert(sy_fs_write_atomic(path, "gone", -1, &error));
    cr_assert(g_file_test(path, G_FILE_TEST_IS_SYMLINK));
    cr_assert_eq(entries(folder), 2);
}

Test(fs, atomic_write_into_a_missing_folder_fails_and_names_the_path)
{
    GError *error = NULL;

    cr_assert_not(sy_fs_write_atomic("/nowhere/x", "", -1, &error));
    check_error(error, SY_ERROR_IO, "cannot create a file beside /nowhere/x: No such file");
}

static gpointer rewrite(gpointer stop)
{
    g_autofree char *longer = g_strnfill(50000, 'l');

    while (!g_atomic_int_get((gint *)stop)) {
        sy_fs_write_atomic(path, "short", -1, NULL);
        sy_fs_write_atomic(path, longer, -1, NULL);
    }
    return NULL;
}

Test(fs, reader_never_sees_half_a_file)
{
    gint stop = 0;
    GThread *writer;

    cr_assert(sy_fs_write_atomic(path, "short", -1, NULL));
    writer = g_thread_new("writer", rewrite, &stop);
    for (int i = 0; i < 2000; i++) {
        g_autofree char *text = NULL;
        gsize length = 0;

        cr_assert(g_file_get_contents(path, &text, &length, NULL));
        cr_assert(length == 5 || length == 50000, "%zu bytes", length);
    }
    g_atomic_int_set(&stop, 1);
    g_thread_join(writer);
}

Test(fs, symlink_is_made_and_replaced)
{
    GError *error = NULL;
    g_autofree char *first = NULL, *second = NULL;

    cr_assert(sy_fs_symlink_atomic("run1", path, &error));
    first = g_file_read_link(path, NULL);
    cr_assert_str_eq(first, "run1");
    cr_assert(sy_fs_symlink_atomic("run2", path, &error));
    second = g_file_read_link(path, NULL);
    cr_assert_str_eq(second, "run2");
    cr_assert_eq(entries(folder), 1);
}

Test(fs, symlink_does_not_replace_a_file_or_folder)
{
    GError *error = NULL;

    cr_assert(g_file_set_contents(path, "mine", -1, NULL));
    cr_assert_not(sy_fs_symlink_atomic("run1", path, &error));
    check_error(error, SY_ERROR_IO, "is in the way");
    check_content("mine");
    cr_assert_not(sy_fs_symlink_atomic("run1", folder, &error));
    check_error(error, SY_ERROR_IO, "is in the way");
}

static mode_t mode_of(const char *of)
{
    struct stat st;

    cr_assert_eq(stat(of, &st), 0);
    return st.st_mode & 07777;
}

Test(fs, private_folder_is_0700_whatever_the_umask_and_its_former_mode)
{
    g_autofree char *deep = g_build_filename(folder, "a", "b", NULL);
    GError *error = NULL;

    umask(0);
    cr_assert(sy_fs_private_dir(deep, &error));
    cr_assert_eq(mode_of(deep), 0700);
    cr_assert_eq(chmod(deep, 0777), 0);
    cr_assert(sy_fs_private_dir(deep, &error));
    cr_assert_eq(mode_of(deep), 0700);
    umask(0277);
    cr_assert(sy_fs_private_dir(path, &error));
    cr_assert_eq(mode_of(path), 0700);
}

Test(fs, private_folder_where_a_file_is_fails_and_names_it)
{
    g_autofree char *below = g_build_filename(path, "run", NULL);
    GError *error = NULL;

    cr_assert(g_file_set_contents(path, "", 0, NULL));
    cr_assert_not(sy_fs_private_dir(below, &error));
    cr_assert_not_null(strstr(error->message, below));
    check_error(error, SY_ERROR_IO, "Not a directory");
}

Test(fs, private_folder_does_not_take_a_file_for_a_folder)
{
    GError *error = NULL;

    cr_assert(g_file_set_contents(path, "", 0, NULL));
    cr_assert_not(sy_fs_private_dir(path, &error), "a plain file was taken for a folder");
    g_clear_error(&error);
}

Test(fs, remove_tree_takes_all_below_but_not_what_links_point_to)
{
    g_autofree char *tree = g_build_filename(folder, "tree", NULL);
    g_autofree char *deep = g_build_filename(tree, "a", "b", NULL);
    g_autofree char *file = g_build_filename(deep, "file", NULL);
    g_autofree char *link = g_build_filename(deep, "link", NULL);
    g_autofree char *outside = g_build_filename(folder, "outside", NULL);

    cr_assert_eq(g_mkdir_with_parents(deep, 0700), 0);
    cr_assert_eq(g_mkdir_with_parents(outside, 0700), 0);
    cr_assert(g_file_set_contents(file, "x", -1, NULL));
    g_free(path);
    path = g_build_filename(outside, "keep", NULL);
    cr_assert(g_file_set_contents(path, "kept", -1, NULL));
    cr_assert_eq(symlink(outside, link), 0);
    sy_fs_remove_tree(tree);
    cr_assert_not(g_file_test(tree, G_FILE_TEST_EXISTS));
    check_content("kept");
    sy_fs_remove_tree(tree);
}
