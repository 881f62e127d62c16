/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/archive-path.h"
#include "tests/check.h"

static char *folder, *from, *into, *archive_path;

static void set_up(void)
{
    folder = check_folder();
    from = g_build_filename(folder, "from", NULL);
    into = g_build_filename(folder, "into", NULL);
    archive_path = g_build_filename(folder, "archive.tar", NULL);
    cr_assert(mkdir(from, 0700) == 0 && mkdir(into, 0700) == 0);
}

static void tear_down(void)
{
    check_folder_remove(folder);
    g_free(from);
    g_free(into);
    g_free(archive_path);
}

TestSuite(archive, .init = set_up, .fini = tear_down);

/* Writes from/NAME, with its folders. */
static void put(const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(from, name, NULL);
    g_autofree char *dir = g_path_get_dirname(path);

    cr_assert_eq(g_mkdir_with_parents(dir, 0700), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

static void check_content(const char *name, const char *expected)
{
    g_autofree char *path = g_build_filename(into, name, NULL), *text = NULL;

    g_file_get_contents(path, &text, NULL, NULL);
    cr_assert_str_eq(text ? text : "(none)", expected, "%s", name);
}

static bool there(const char *name)
{
    g_autofree char *path = g_build_filename(into, name, NULL);
    struct stat st;

    return lstat(path, &st) == 0;
}

static SyArchive *open_archive(void)
{
    GError *error = NULL;
    SyArchive *archive = sy_archive_open(archive_path, &error);

    check_no_error(error);
    return archive;
}

static void add(SyArchive *archive, const char *name)
{
    GError *error = NULL;

    cr_assert(sy_archive_add(archive, from, name, &error));
    check_no_error(error);
}

static void close_archive(SyArchive *archive)
{
    GError *error = NULL;

    cr_assert(sy_archive_close(archive, &error));
    check_no_error(error);
}

/* Makes an archive of from/run. */
static void pack(void)
{
    SyArchive *archive = open_archive();

    add(archive, "run");
    close_archive(archive);
}

static void check_unpacks(bool whole)
{
    GError *error = NULL;
    bool complete;

    cr_assert(sy_archive_unpack(archive_path, into, &complete, &error), "%s", error->message);
    cr_assert_eq(complete, whole);
}

/* ---------------------------------------------------------------------------------- there and back
 */

Test(archive, folders_arrive_as_they_left)
{
    g_autofree char *script = g_build_filename(from, "run/logs/x.sh", NULL);
    g_autofree char *link = g_build_filename(from, "run/logs/link", NULL);
    g_autofree char *empty = g_build_filename(from, "run/empty", NULL);
    g_autofree char *there_path = g_build_filename(into, "run/logs/x.sh", NULL);
    g_autofree char *there_link = g_build_filename(into, "run/logs/link", NULL);
    g_autofree char *target = NULL;
    const struct timespec times[] = {{.tv_sec = 1000}, {.tv_sec = 1234567}};
    struct stat st;

    put("run/results.json", "{}");
    put("run/logs/x.sh", "#!/bin/sh\n");
    put("run/zero", "");
    cr_assert(symlink("../results.json", link) == 0 && mkdir(empty, 0700) == 0);
    cr_assert(chmod(script, 0755) == 0 && utimensat(AT_FDCWD, script, times, 0) == 0);
    pack();
    check_unpacks(true);
    check_content("run/results.json", "{}");
    check_content("run/logs/x.sh", "#!/bin/sh\n");
    check_content("run/zero", "");
    check_content("run/logs/link", "{}");
    target = g_file_read_link(there_link, NULL);
    cr_assert_str_eq(target, "../results.json");
    cr_assert(there("run/empty"));
    cr_assert_eq(stat(there_path, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0755);
    cr_assert_eq(st.st_mtim.tv_sec, 1234567);
    cr_assert_not(there(SY_ARCHIVE_END));
}

Test(archive, a_big_file_arrives_whole)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (int i = 0; i < 300000; i++) {
        g_string_append_printf(text, "%d\n", i);
    }
    put("run/trace.dat", text->str);
    pack();
    check_unpacks(true);
    check_content("run/trace.dat", text->str);
}

Test(archive, a_long_or_foreign_name_arrives)
{
    g_autofree char *long_part = g_strnfill(180, 'n');
    g_autofree char *name = g_strdup_printf("run/%s/%s/\xc3\xa4 b", long_part, long_part);

    put(name, "x");
    pack();
    check_unpacks(true);
    check_content(name, "x");
}

Test(archive, what_is_sent_again_replaces_what_came_before)
{
    SyArchive *archive = open_archive();

    put("run/journal", "1\n");
    add(archive, "run");
    put("run/journal", "1\n2\n");
    add(archive, "run");
    close_archive(archive);
    check_unpacks(true);
    check_content("run/journal", "1\n2\n");
}

Test(archive, equal_folders_make_equal_archive)
{
    static const char *const names[] = {"run/c", "run/a", "run/b/z", "run/b/y"};
    const struct timespec times[] = {{.tv_sec = 5}, {.tv_sec = 6}};
    g_autofree char *first = NULL, *second = NULL;
    gsize first_length, second_length;

    for (int round = 0; round < 2; round++) {
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
            put(names[round == 0 ? i : G_N_ELEMENTS(names) - 1 - i], "x");
        }
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
            g_autofree char *path = g_build_filename(from, names[i], NULL);

            utimensat(AT_FDCWD, path, times, 0);
        }
        for (int i = 0; i < 2; i++) {
            g_autofree char *path = g_build_filename(from, i ? "run" : "run/b", NULL);

            utimensat(AT_FDCWD, path, times, 0);
        }
        pack();
        cr_assert(g_file_get_contents(archive_path, round ? &second : &first,
                                      round ? &second_length : &first_length, NULL));
        sy_fs_remove_tree(from);
        mkdir(from, 0700);
    }
    cr_assert_eq(first_length, second_length);
    cr_assert_eq(memcmp(first, second, first_length), 0);
}

Test(archive, what_is_no_file_and_links_that_lead_out_stay)
{
    static const char *const out[][2] = {
        {"run/absolute", "/etc/passwd"},
        {"run/up", "../../etc"},
    };
    g_autofree char *fifo = g_build_filename(from, "run/fifo", NULL);

    put("run/file", "x");
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(out); i++) {
        g_autofree char *path = g_build_filename(from, out[i][0], NULL);

        cr_assert_eq(symlink(out[i][1], path), 0);
    }
    pack();
    check_unpacks(true);
    check_content("run/file", "x");
    cr_assert_not(there("run/fifo"));
    cr_assert_not(there("run/absolute"));
    cr_assert_not(there("run/up"));
}

Test(archive, what_is_not_there_is_no_error)
{
    SyArchive *archive = open_archive();

    add(archive, "nothing");
    close_archive(archive);
    check_unpacks(true);
    cr_assert(sy_archive_close(NULL, NULL));
}

/* ----------------------------------------------------------------------------------- breaking off
 */

Test(archive, what_was_added_is_there_though_nobody_closed_it)
{
    SyArchive *archive = open_archive();

    put("run/first", "1");
    put("run/second", "2");
    add(archive, "run");
    check_unpacks(false);
    check_content("run/first", "1");
    check_content("run/second", "2");
    close_archive(archive);
    check_unpacks(true);
}

Test(archive, one_that_breaks_off_is_unpacked_as_far_as_it_goes)
{
    g_autofree char *big = g_strnfill(3000, 'b'), *data = NULL;
    gsize length;

    put("run/a", "first");
    put("run/b", big);
    put("run/c", "last");
    pack();
    cr_assert(g_file_get_contents(archive_path, &data, &length, NULL));
    for (gsize cut = 0; cut < length; cut += cut % 512 == 0 ? 1 : 511) {
        bool complete = true, whole_end = false;
        g_autofree char *c = g_build_filename(into, "run/c", NULL), *text = NULL;
        GError *error = NULL;

        sy_fs_remove_tree(into);
        mkdir(into, 0700);
        cr_assert(g_file_set_contents(archive_path, data, (gssize)cut, NULL));
        cr_assert(sy_archive_unpack(archive_path, into, &complete, &error), "at %zu: %s", cut,
                  error->message);
        whole_end = g_file_get_contents(c, &text, NULL, NULL) && strcmp(text, "last") == 0;
        cr_assert(!complete || whole_end, "at %zu of %zu", cut, length);
        cr_assert(complete == (cut + 1024 >= length), "at %zu of %zu: %d", cut, length, complete);
    }
}

Test(archive, none_or_an_empty_one_is_not_complete)
{
    check_unpacks(false);
    cr_assert(g_file_set_contents(archive_path, "", 0, NULL));
    check_unpacks(false);
    cr_assert(sy_archive_unpack(archive_path, into, NULL, NULL));
}

Test(archive, what_is_no_archive_is_refused)
{
    g_autofree char *noise = g_strnfill(20000, 'x');
    bool complete = true;
    GError *error = NULL;

    cr_assert(g_file_set_contents(archive_path, noise, -1, NULL));
    cr_assert_not(sy_archive_unpack(archive_path, into, &complete, &error));
    check_error(error, SY_ERROR_PROTOCOL, "archive.tar: ");
    cr_assert_not(complete);
}

Test(archive, damage_in_the_middle_is_refused)
{
    g_autofree char *data = NULL, *big = g_strnfill(200000, 'b');
    GError *error = NULL;
    gsize length;

    put("run/a", "first");
    put("run/b", "second");
    put("run/c", big);
    pack();
    cr_assert(g_file_get_contents(archive_path, &data, &length, NULL));
    for (gsize i = 0; i + 6 < length; i++) {
        if (memcmp(data + i, "run/b", 6) == 0) {
            data[i] ^= 0x20; /* no longer what its checksum says */
        }
    }
    cr_assert(g_file_set_contents(archive_path, data, (gssize)length, NULL));
    cr_assert_not(sy_archive_unpack(archive_path, into, NULL, &error));
    check_error(error, SY_ERROR_PROTOCOL, "archive.tar");
    check_content("run/a", "first");
}

Test(archive, a_full_disk_is_an_error)
{
    GError *error = NULL;
    SyArchive *archive = sy_archive_open("/dev/full", &error);

    check_no_error(error);
    put("run/a", "x");
    cr_assert_not(sy_archive_add(archive, from, "run", &error));
    check_error(error, SY_ERROR_IO, "cannot write /dev/full: No space left on device");
    cr_assert_not(sy_archive_close(archive, &error));
    check_error(error, SY_ERROR_IO, "cannot write /dev/full");
    cr_assert_null(sy_archive_open("/nowhere/archive", &error));
    check_error(error, SY_ERROR_IO, "cannot open /nowhere/archive");
}

/* ---------------------------------------------------------------------------------- hostile ones
 */

/* One entry of an archive that lab/archive.c would not make. */
typedef struct {
    const char *name;
    mode_t type;
    const char *link; /* of a symbolic link, or of a hard one if `type` is a file's */
} Entry;

static void forge(const Entry *entries, gsize count)
{
    struct archive *a = archive_write_new();

    archive_write_set_format_pax(a);
    cr_assert_eq(archive_write_open_filename(a, archive_path), ARCHIVE_OK);
    for (gsize i = 0; i < count; i++) {
        struct archive_entry *e = archive_entry_new();

        archive_entry_set_pathname(e, entries[i].name);
        archive_entry_set_mode(e, entries[i].type | 0777);
        archive_entry_set_size(e, 0);
        if (entries[i].link && entries[i].type == AE_IFLNK) {
            archive_entry_set_symlink(e, entries[i].link);
        } else if (entries[i].link) {
            archive_entry_set_hardlink(e, entries[i].link);
        } else if (entries[i].type == AE_IFREG) {
            archive_entry_set_size(e, 4);
        }
        cr_assert_eq(archive_write_header(a, e), ARCHIVE_OK);
        archive_write_data(a, "evil", 4);
        archive_entry_free(e);
    }
    archive_write_free(a);
}

static void check_hostile(const Entry *entries, gsize count, const char *message)
{
    GError *error = NULL;
    bool complete = true;

    forge(entries, count);
    cr_assert_not(sy_archive_unpack(archive_path, into, &complete, &error), "%s", message);
    check_error(error, SY_ERROR_PROTOCOL, message);
    cr_assert_not(complete);
    sy_fs_remove_tree(into);
    mkdir(into, 0700);
}

Test(archive, nothing_lands_outside)
{
    g_autofree char *outside = g_build_filename(folder, "evil", NULL);
    const Entry absolute[] = {{outside, AE_IFREG, NULL}};
    const Entry up[] = {{"../evil", AE_IFREG, NULL}};
    const Entry up_within[] = {{"run/../../evil", AE_IFREG, NULL}};
    const Entry link_out[] = {{"run", AE_IFLNK, ".."}};
    const Entry link_absolute[] = {{"run", AE_IFLNK, folder}};
    const Entry through[] = {{"here", AE_IFLNK, "."}, {"here/evil", AE_IFREG, NULL}};
    const Entry chain[] = {{"here", AE_IFLNK, "."}, {"run/x", AE_IFLNK, "../here/here/../.."}};
    const Entry hard[] = {{"passwd", AE_IFREG, "/etc/passwd"}};
    const Entry device[] = {{"null", AE_IFCHR, NULL}};
    const Entry fifo[] = {{"fifo", AE_IFIFO, NULL}};
    const Entry as_dir[] = {{"here", AE_IFLNK, "run"},
                            {"run", AE_IFDIR, NULL},
                            {"here/", AE_IFDIR, NULL},
                            {"here/evil", AE_IFREG, NULL}};

    check_hostile(absolute, 1, "would land outside");
    check_hostile(up, 1, "'../evil' would land outside");
    check_hostile(up_within, 1, "would land outside");
    check_hostile(link_out, 1, "the link 'run' would lead outside");
    check_hostile(link_absolute, 1, "the link 'run' would lead outside");
    check_hostile(through, 2, "'here/evil' would land outside: a link is on its way");
    check_hostile(chain, 2, "the link 'run/x' would lead outside");
    check_hostile(hard, 1, "'passwd' is not a file, folder or symbolic link");
    check_hostile(device, 1, "'null' is not a file");
    check_hostile(fifo, 1, "'fifo' is not a file");
    forge(as_dir, 4);
    cr_assert_not(sy_archive_unpack(archive_path, into, NULL, NULL));
    cr_assert_not(g_file_test(outside, G_FILE_TEST_EXISTS));
}

Test(archive, a_file_replaces_a_link_and_is_not_written_through_it)
{
    const Entry entries[] = {
        {"target", AE_IFREG, NULL},
        {"x", AE_IFLNK, "target"},
        {"x", AE_IFREG, NULL},
    };
    g_autofree char *x = g_build_filename(into, "x", NULL);

    forge(entries, G_N_ELEMENTS(entries));
    check_unpacks(false);
    cr_assert_not(g_file_test(x, G_FILE_TEST_IS_SYMLINK));
    check_content("x", "evil");
}

Test(archive, holes_are_refused)
{
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();
    GError *error = NULL;

    archive_write_set_format_pax(a);
    cr_assert_eq(archive_write_open_filename(a, archive_path), ARCHIVE_OK);
    archive_entry_set_pathname(e, "huge");
    archive_entry_set_mode(e, AE_IFREG | 0600);
    archive_entry_set_size(e, (la_int64_t)1 << 50);
    archive_entry_sparse_add_entry(e, ((la_int64_t)1 << 50) - 4, 4);
    cr_assert_eq(archive_write_header(a, e), ARCHIVE_OK);
    archive_write_data(a, "evil", 4);
    archive_entry_free(e);
    archive_write_free(a);
    cr_assert_not(sy_archive_unpack(archive_path, into, NULL, &error));
    check_error(error, SY_ERROR_PROTOCOL, "'huge' has holes");
}

/* ------------------------------------------------------------------------------------------- names
 */

Test(archive_path, stays_within)
{
    static const char *const good[] = {"a", "a/b", "a/b/", "..a", "a..", "...", "./a"};
    static const char *const bad[] = {"", "/", "/a", "..", "a/..", "../a", "a//b", "a/../b", "//"};

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        cr_assert(sy_archive_path_ok(good[i]), "%s", good[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        cr_assert_not(sy_archive_path_ok(bad[i]), "%s", bad[i]);
    }
    cr_assert_not(sy_archive_path_ok("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"), "too deep");
}

Test(archive_path, links_stay_within)
{
    static const char *const good[][2] = {{"a", "b"},      {"a", "b/c"},       {"a", "."},
                                          {"d/a", "../b"}, {"d/e/a", "../.."}, {"d/a", ".."}};
    static const char *const bad[][2] = {{"a", ""},          {"a", "/b"},        {"a", ".."},
                                         {"a", "../b"},      {"d/a", "../../b"}, {"d/a", "../.."},
                                         {"d/a", "x/../.."}, {"a", "b/.."},      {"d/a", "..//x"}};

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        cr_assert(sy_archive_link_ok(good[i][0], good[i][1]), "%s -> %s", good[i][0], good[i][1]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        cr_assert_not(sy_archive_link_ok(bad[i][0], bad[i][1]), "%s -> %s", bad[i][0], bad[i][1]);
    }
}
