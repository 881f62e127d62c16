/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image-cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"

#define IMAGE_SUFFIX ".cpio"
#define RECORD_SUFFIX ".image"
#define SHA256_DIGITS 64
#define LOCK_POLL_NS (20 * SY_NS_PER_MS)

/* True if `name` is 64 hex digits followed by `suffix`. */
static bool is_named(const char *name, const char *suffix)
{
    return strspn(name, "0123456789abcdef") == SHA256_DIGITS &&
           strcmp(name + SHA256_DIGITS, suffix) == 0;
}

static char *path_of(const char *cache_dir, const char *digits, const char *suffix)
{
    g_autofree char *name = g_strconcat(digits, suffix, NULL);

    return g_build_filename(cache_dir, name, NULL);
}

char *sy_image_cache_path(const char *cache_dir, const char *sha256)
{
    return path_of(cache_dir, sha256, IMAGE_SUFFIX);
}

/* The image that the file `record` names, if it is complete; else NULL. */
static char *read_record(const char *cache_dir, const char *record, guint64 *bytes)
{
    g_autofree char *text = NULL, *path = NULL;
    char sha256[SHA256_DIGITS + 1];
    struct stat st;
    int end = 0;

    if (!g_file_get_contents(record, &text, NULL, NULL) ||
        sscanf(text, "%64[0-9a-f] %" G_GUINT64_FORMAT "%n", sha256, bytes, &end) != 2 ||
        strlen(sha256) != SHA256_DIGITS || strcmp(text + end, "\n") != 0) {
        return NULL;
    }
    path = sy_image_cache_path(cache_dir, sha256);
    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || (guint64)st.st_size != *bytes) {
        return NULL;
    }
    return g_strdup(sha256);
}

bool sy_image_cache_find(const char *cache_dir, const char *signature, char **sha256,
                         guint64 *bytes)
{
    g_autofree char *record = path_of(cache_dir, signature, RECORD_SUFFIX);
    g_autofree char *found = read_record(cache_dir, record, bytes);
    g_autofree char *path = found ? sy_image_cache_path(cache_dir, found) : NULL;

    /* An image that was removed between the two calls is not found. */
    if (!found || utimensat(AT_FDCWD, path, NULL, 0) < 0) {
        return false;
    }
    *sha256 = g_steal_pointer(&found);
    return true;
}

int sy_image_cache_hold(const char *cache_dir, const char *sha256)
{
    g_autofree char *path = sy_image_cache_path(cache_dir, sha256);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd >= 0 && (flock(fd, LOCK_SH) < 0 || fstat(fd, &st) < 0 || st.st_nlink == 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

int sy_image_cache_lock(const char *cache_dir, GError **error)
{
    g_autofree char *path = g_build_filename(cache_dir, "lock", NULL);
    int64_t deadline = sy_now_ns() + SY_IMAGE_LOCK_LIMIT_S * SY_NS_PER_S;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot open", path);
        return -1;
    }
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            sy_error_set_io(error, errno, "cannot lock", path);
        } else if (sy_now_ns() >= deadline) {
            g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT,
                        "another steelyard has held %s for %d s; end it and try again", path,
                        SY_IMAGE_LOCK_LIMIT_S);
        } else if (sy_sleep_until_ns(sy_now_ns() + LOCK_POLL_NS, error)) {
            continue;
        }
        close(fd);
        return -1;
    }
    return fd;
}

/* The names in `cache_dir`; empty if it cannot be read. Listed before anything is removed. */
static GStrv names_in(const char *cache_dir)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    g_autoptr(GDir) dir = g_dir_open(cache_dir, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_strv_builder_add(names, name);
    }
    return g_strv_builder_end(names);
}

char *sy_image_cache_work(const char *cache_dir, GError **error)
{
    g_autofree char *work = g_build_filename(cache_dir, "work", NULL);
    g_auto(GStrv) names = names_in(cache_dir);

    sy_fs_remove_tree(work);
    for (guint i = 0; names[i]; i++) {
        g_autofree char *path = g_build_filename(cache_dir, names[i], NULL);

        /* A record that was only partly written (sy_fs_write_atomic). */
        if (strstr(names[i], RECORD_SUFFIX ".")) {
            unlink(path);
        }
    }
    return sy_fs_private_dir(work, error) ? g_steal_pointer(&work) : NULL;
}

/* True if other inputs have already given the same image, which may be in use. */
static bool is_there(const char *image, guint64 bytes)
{
    struct stat st;

    return stat(image, &st) == 0 && (guint64)st.st_size == bytes &&
           utimensat(AT_FDCWD, image, NULL, 0) == 0;
}

bool sy_image_cache_store(const char *cache_dir, const char *signature, const char *archive,
                          const char *sha256, guint64 bytes, GError **error)
{
    g_autofree char *image = sy_image_cache_path(cache_dir, sha256);
    g_autofree char *record = path_of(cache_dir, signature, RECORD_SUFFIX);
    g_autofree char *text = g_strdup_printf("%s %" G_GUINT64_FORMAT "\n", sha256, bytes);

    if (!is_there(image, bytes) && rename(archive, image) < 0) {
        sy_error_set_io(error, errno, "cannot keep the image as", image);
        return false;
    }
    return sy_fs_write_atomic(record, text, -1, error);
}

/* An image with the time of its last use to the nanosecond: two uses may fall into one second. */
typedef struct {
    SyImageEntry *entry;
    struct timespec used;
} Dated;

static gint last_used_first(gconstpointer a, gconstpointer b)
{
    const Dated *x = a, *y = b;

    if (x->used.tv_sec != y->used.tv_sec) {
        return x->used.tv_sec < y->used.tv_sec ? 1 : -1;
    }
    if (x->used.tv_nsec != y->used.tv_nsec) {
        return x->used.tv_nsec < y->used.tv_nsec ? 1 : -1;
    }
    return strcmp(x->entry->sha256, y->entry->sha256);
}

static void entry_free(gpointer data)
{
    SyImageEntry *entry = data;

    g_free(entry->sha256);
    g_free(entry->initrd);
    g_free(entry);
}

GPtrArray *sy_image_cache_list(const char *cache_dir)
{
    GPtrArray *entries = g_ptr_array_new_with_free_func(entry_free);
    g_autoptr(GArray) dated = g_array_new(FALSE, FALSE, sizeof(Dated));
    g_auto(GStrv) names = names_in(cache_dir);

    for (guint i = 0; names[i]; i++) {
        g_autofree char *path = g_build_filename(cache_dir, names[i], NULL);
        struct stat st;
        Dated one;

        if (is_named(names[i], IMAGE_SUFFIX) && lstat(path, &st) == 0 && S_ISREG(st.st_mode)) {
            one.entry = g_new0(SyImageEntry, 1);
            one.entry->sha256 = g_strndup(names[i], SHA256_DIGITS);
            one.entry->initrd = g_steal_pointer(&path);
            one.entry->bytes = (guint64)st.st_size;
            one.entry->used_s = st.st_mtim.tv_sec;
            one.used = st.st_mtim;
            g_array_append_val(dated, one);
        }
    }
    g_array_sort(dated, last_used_first);
    for (guint i = 0; i < dated->len; i++) {
        g_ptr_array_add(entries, g_array_index(dated, Dated, i).entry);
    }
    return entries;
}

/* Removes records that are malformed, or whose images are gone. */
static void prune_records(const char *cache_dir)
{
    g_auto(GStrv) names = names_in(cache_dir);

    for (guint i = 0; names[i]; i++) {
        g_autofree char *path = g_build_filename(cache_dir, names[i], NULL);
        guint64 bytes = 0;

        if (is_named(names[i], RECORD_SUFFIX)) {
            g_autofree char *sha256 = read_record(cache_dir, path, &bytes);

            if (!sha256) {
                unlink(path);
            }
        }
    }
}

/* Removes the image unless somebody holds it. */
static bool remove_unused(const char *image)
{
    int fd = open(image, O_RDONLY | O_CLOEXEC);
    bool removed = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && unlink(image) == 0;

    if (fd >= 0) {
        close(fd);
    }
    return removed;
}

guint sy_image_cache_prune(const char *cache_dir, guint keep)
{
    g_autoptr(GPtrArray) entries = sy_image_cache_list(cache_dir);
    guint removed = 0;

    for (guint i = keep; i < entries->len; i++) {
        const SyImageEntry *entry = g_ptr_array_index(entries, i);

        removed += remove_unused(entry->initrd);
    }
    prune_records(cache_dir);
    return removed;
}
