/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When an image is built again and when not, what stays in the cache, and builders that are killed
 * or meet. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/image-cache.h"
#include "lab/image-file.h"
#include "lab/image.h"
#include "tests/check.h"
#include "tests/image-fixture.h"

static ImageWorld *world;

static void set_up(void)
{
    world = image_world_new();
    image_world_write(world, "f", "first", 0644);
    image_world_manifest(world, "files = /f:f\n");
}

static void tear_down(void)
{
    image_world_free(world);
}

TestSuite(image_cache, .init = set_up, .fini = tear_down, .timeout = 60);

static char *cache_path(const char *name)
{
    return g_build_filename(world->spec.cache_dir, name, NULL);
}

/* How many names in the cache end on `suffix`. */
static guint count(const char *suffix)
{
    g_autoptr(GDir) dir = g_dir_open(world->spec.cache_dir, 0, NULL);
    const char *name;
    guint found = 0;

    while (dir && (name = g_dir_read_name(dir))) {
        found += g_str_has_suffix(name, suffix);
    }
    return found;
}

static void expect(bool cached, const char *why)
{
    g_autoptr(SyImage) image = image_world_get(world);

    cr_assert_eq(image->cached, cached, "%s", why);
    cr_assert(g_file_test(image->initrd, G_FILE_TEST_IS_REGULAR));
}

static char *read_whole(const char *path, gsize *bytes)
{
    char *data = NULL;

    cr_assert(g_file_get_contents(path, &data, bytes, NULL));
    return data;
}

Test(image_cache, equal_inputs_give_equal_bytes_in_whatever_order)
{
    g_autoptr(SyImage) first = NULL, second = NULL;
    g_autofree char *a = image_world_path(world, "a"), *b = image_world_path(world, "b");
    g_autofree char *one = NULL, *two = NULL, *other = image_world_path(world, "cache2");
    g_autofree char *own = (char *)world->spec.cache_dir;
    gsize one_bytes, two_bytes;

    image_world_program(world, "tool");
    image_world_write(world, "a", "a", 0644);
    image_world_write(world, "b", "b", 0644);
    image_world_manifest(world, "programs = tool\nmodules = a\n");
    sy_image_files_add(world->files, "/z/a", a, false);
    sy_image_files_add(world->files, "/b", b, false);
    first = image_world_get(world);
    g_ptr_array_set_size(world->files, 0);
    sy_image_files_add(world->files, "/b", b, false);
    sy_image_files_add(world->files, "/z/a", a, false);
    world->spec.cache_dir = other;
    second = image_world_get(world);
    cr_assert(!first->cached && !second->cached);
    one = read_whole(first->initrd, &one_bytes);
    two = read_whole(second->initrd, &two_bytes);
    cr_assert_eq(one_bytes, two_bytes);
    cr_assert_eq(memcmp(one, two, one_bytes), 0);
    cr_assert_str_eq(first->sha256, second->sha256);
    world->spec.cache_dir = g_steal_pointer(&own);
}

Test(image_cache, the_name_is_the_contents_sum)
{
    g_autoptr(SyImage) image = image_world_get(world);
    g_autofree char *data = NULL, *sum = NULL, *name = NULL;
    gsize bytes;

    data = read_whole(image->initrd, &bytes);
    sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)data, bytes);
    name = g_strconcat("/", sum, ".cpio", NULL);
    cr_assert_str_eq(image->sha256, sum);
    cr_assert(g_str_has_suffix(image->initrd, name));
}

Test(image_cache, an_unchanged_image_is_not_built_again)
{
    expect(false, "nothing was there");
    expect(true, "nothing was changed");
    image_world_manifest(world, "# another word\nfiles = /f:f\n");
    expect(true, "a comment does not change the image");
}

/* The same file, other bytes. */
static void overwrite(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

Test(image_cache, a_change_of_a_file_is_seen)
{
    g_autofree char *path = image_world_path(world, "f");
    struct timespec times[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
    struct stat before, after;

    expect(false, "nothing was there");
    image_world_write(world, "f", "other", 0644);
    expect(false, "other content of the same size");
    cr_assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
    expect(false, "another mtime");
    expect(true, "nothing was changed");
    cr_assert_eq(stat(path, &before), 0);
    overwrite(path, "third");
    cr_assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
    cr_assert_eq(stat(path, &after), 0);
    cr_assert(before.st_mtim.tv_sec == after.st_mtim.tv_sec && before.st_size == after.st_size &&
              before.st_ino == after.st_ino);
    expect(false, "other content under the same size and mtime");
    cr_assert_eq(chmod(path, 0755), 0);
    expect(false, "it became executable");
}

Test(image_cache, a_change_of_the_manifest_or_the_kernel_is_seen)
{
    expect(false, "nothing was there");
    image_world_manifest(world, "files = /g:f\n");
    expect(false, "another path");
    image_world_manifest(world, "files = /g:f\nmodules = b\n");
    expect(false, "a module");
    image_world_write(world, "kernel/version", "9.9.10-test\n", 0644);
    expect(false, "another kernel");
    image_world_manifest(world, "files = /g:f\nmodules = b\n[text]\n/x = 1\n");
    expect(false, "a text");
    image_world_manifest(world, "files = /g:f\nmodules = b\n[text]\n/x = 2\n");
    expect(false, "another text");
    image_world_write(world, "bin/strip", "#!/bin/sh\nexit 1\n", 0755);
    expect(false, "another strip");
    expect(true, "nothing was changed");
}

Test(image_cache, what_is_damaged_or_gone_is_built_again)
{
    g_autoptr(SyImage) image = image_world_get(world);
    g_autoptr(GDir) dir = NULL;
    const char *name;

    cr_assert_eq(truncate(image->initrd, (off_t)image->bytes - 1), 0);
    expect(false, "it was cut off");
    cr_assert_eq(unlink(image->initrd), 0);
    expect(false, "it was removed");
    dir = g_dir_open(world->spec.cache_dir, 0, NULL);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = cache_path(name);

        if (g_str_has_suffix(name, ".image")) {
            cr_assert(g_file_set_contents(path, "0123 456 789\n", -1, NULL));
        }
    }
    expect(false, "its record was overwritten");
    expect(true, "nothing was changed");
}

Test(image_cache, the_folder_is_private)
{
    struct stat st;

    expect(false, "nothing was there");
    cr_assert_eq(stat(world->spec.cache_dir, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0700);
    cr_assert_eq(count("work"), 0);
}

/* Uses image number `n`, which is built if it is not there. */
static char *use(guint n, bool cached)
{
    g_autofree char *manifest = g_strdup_printf("files = /f%u:f\n", n);
    g_autoptr(SyImage) image = NULL;

    image_world_manifest(world, manifest);
    image = image_world_get(world);
    cr_assert_eq(image->cached, cached, "image %u", n);
    g_usleep(2000); /* the clock by which files are dated ticks in ms */
    return g_strdup(image->sha256);
}

Test(image_cache, the_longest_unused_images_go)
{
    g_autofree char *first = use(0, false);

    for (guint n = 1; n < SY_IMAGE_KEEP; n++) {
        g_free(use(n, false));
    }
    cr_assert_eq(count(".cpio"), SY_IMAGE_KEEP);
    g_free(use(0, true));
    g_free(use(SY_IMAGE_KEEP, false));
    cr_assert_eq(count(".cpio"), SY_IMAGE_KEEP);
    cr_assert_eq(count(".image"), SY_IMAGE_KEEP, "the record goes with its image");
    g_free(use(0, true));
    g_free(use(1, false));
}

Test(image_cache, list_begins_with_the_last_used_and_prune_keeps_those)
{
    g_autofree char *a = use(0, false), *b = use(1, false), *again = use(0, true);
    g_autoptr(GPtrArray) entries = NULL, left = NULL;
    const SyImageEntry *entry;
    struct stat st;

    entries = sy_image_cache_list(world->spec.cache_dir);
    cr_assert_eq(entries->len, 2);
    entry = g_ptr_array_index(entries, 0);
    cr_assert_str_eq(entry->sha256, a);
    cr_assert_eq(stat(entry->initrd, &st), 0);
    cr_assert_eq(entry->bytes, (guint64)st.st_size);
    cr_assert_eq(entry->used_s, st.st_mtim.tv_sec);
    cr_assert_str_eq(((SyImageEntry *)g_ptr_array_index(entries, 1))->sha256, b);

    image_world_write(world, "cache/notes.txt", "mine", 0644);
    cr_assert_eq(sy_image_cache_prune(world->spec.cache_dir, 1), 1);
    left = sy_image_cache_list(world->spec.cache_dir);
    cr_assert_eq(left->len, 1);
    cr_assert_str_eq(((SyImageEntry *)g_ptr_array_index(left, 0))->sha256, a);
    cr_assert_eq(sy_image_cache_prune(world->spec.cache_dir, 0), 1);
    cr_assert_eq(sy_image_cache_prune(world->spec.cache_dir, 0), 0);
    cr_assert_eq(count("notes.txt"), 1, "files of others are left alone");
    cr_assert_eq(count(".image"), 0);
}

Test(image_cache, an_image_in_use_is_not_pruned)
{
    SyImage *image = image_world_get(world);

    cr_assert_eq(sy_image_cache_prune(world->spec.cache_dir, 0), 0);
    cr_assert_eq(access(image->initrd, R_OK), 0);
    sy_image_free(image);
    cr_assert_eq(sy_image_cache_prune(world->spec.cache_dir, 0), 1);
}

Test(image_cache, an_image_in_use_that_is_built_again_stays_the_one_in_use)
{
    g_autofree char *source = image_world_path(world, "notes");
    g_autoptr(SyImage) image = NULL, again = NULL;
    struct stat before, after;

    image_world_write(world, "notes", "the same", 0644);
    sy_image_files_add(world->files, "/notes", source, false);
    image = image_world_get(world);
    cr_assert_eq(stat(image->initrd, &before), 0);
    image_world_write(world, "notes", "the same", 0644);
    again = image_world_get(world);
    cr_assert_not(again->cached, "another file of the same content");
    cr_assert_eq(stat(again->initrd, &after), 0);
    cr_assert_str_eq(again->sha256, image->sha256);
    cr_assert_eq(after.st_ino, before.st_ino);
    cr_assert_eq(sy_image_cache_prune(world->spec.cache_dir, 0), 0);
}

Test(image_cache, the_order_of_use_is_that_of_time)
{
    struct timespec late[2] = {{.tv_sec = 2000, .tv_nsec = 5}, {.tv_sec = 2000, .tv_nsec = 5}};
    struct timespec early[2] = {{.tv_sec = 1000, .tv_nsec = 9}, {.tv_sec = 1000, .tv_nsec = 9}};
    g_autofree char *a = use(0, false), *b = use(1, false);
    g_autofree char *a_name = g_strconcat(a, ".cpio", NULL), *a_path = cache_path(a_name);
    g_autofree char *b_name = g_strconcat(b, ".cpio", NULL), *b_path = cache_path(b_name);
    g_autoptr(GPtrArray) entries = NULL;

    cr_assert_eq(utimensat(AT_FDCWD, a_path, late, 0), 0);
    cr_assert_eq(utimensat(AT_FDCWD, b_path, early, 0), 0);
    entries = sy_image_cache_list(world->spec.cache_dir);
    cr_assert_str_eq(((SyImageEntry *)g_ptr_array_index(entries, 0))->sha256, a);
}

Test(image_cache, a_cache_that_is_not_there_is_empty)
{
    g_autoptr(GPtrArray) entries = sy_image_cache_list("/no/such/cache");

    cr_assert_eq(entries->len, 0);
    cr_assert_eq(sy_image_cache_prune("/no/such/cache", 0), 0);
}

/* In a process of its own; its exit status says whether it built (0), found (1) or failed (2). */
static pid_t get_elsewhere(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        SyImage *image = sy_image_get(&world->spec, NULL);

        _exit(image ? image->cached : 2);
    }
    return pid;
}

static int status_of(pid_t pid)
{
    int status = 0;

    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Test(image_cache, what_a_killed_builder_left_is_removed_by_the_next)
{
    g_autofree char *archive = cache_path("work/archive"), *work = cache_path("work");
    int64_t deadline = sy_now_ns() + 30 * SY_NS_PER_S;
    pid_t pid;

    image_world_program(world, "tool");
    image_world_manifest(world, "programs = tool\n");
    image_world_write(world, "bin/strip", "#!/bin/sh\nexec sleep 60\n", 0755);
    pid = get_elsewhere();
    while (!g_file_test(archive, G_FILE_TEST_EXISTS) && sy_now_ns() < deadline) {
        g_usleep(1000);
    }
    cr_assert(g_file_test(archive, G_FILE_TEST_EXISTS));
    kill(pid, SIGKILL);
    cr_assert_eq(status_of(pid), -SIGKILL);
    cr_assert(g_file_test(archive, G_FILE_TEST_EXISTS), "nothing was left: no test");
    image_world_write(world, "cache/0123.image.AbCdEf", "half a record", 0644);

    image_world_write(world, "bin/strip", "#!/bin/sh\nexit 1\n", 0755);
    expect(false, "the killed one did not finish");
    cr_assert(!g_file_test(work, G_FILE_TEST_EXISTS));
    cr_assert_eq(count(".AbCdEf"), 0);
    cr_assert_eq(count(".cpio"), 1);
}

Test(image_cache, of_two_builders_at_once_one_builds_and_both_have_it)
{
    pid_t first, second;
    int a, b;

    image_world_program(world, "tool");
    image_world_manifest(world, "programs = tool\n");
    image_world_write(world, "bin/strip", "#!/bin/sh\nsleep 0.1\nexit 1\n", 0755);
    first = get_elsewhere();
    second = get_elsewhere();
    a = status_of(first);
    b = status_of(second);
    cr_assert(a + b == 1 && a != b, "%d %d", a, b);
    cr_assert_eq(count(".cpio"), 1);
}

Test(image_cache, a_file_that_changes_while_the_image_is_built_fails_it)
{
    g_autofree char *path = image_world_path(world, "f"), *strip = NULL;
    GError *error = NULL;

    image_world_program(world, "tool");
    image_world_manifest(world, "files = /f:f\nprograms = tool\n");
    strip = g_strdup_printf("#!/bin/sh\necho more >>'%s'\nexit 1\n", path);
    image_world_write(world, "bin/strip", strip, 0755);
    cr_assert_null(sy_image_get(&world->spec, &error));
    check_error(error, SY_ERROR_IO, "changed while the image was built; try again");
    cr_assert_eq(count(".image"), 0);
    cr_assert_eq(count("work"), 0);
}
