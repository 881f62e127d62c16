/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes archives; lab/archive-unpack.c unpacks them. */
#include "lab/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "lab/archive-path.h"

/* Large, because each write is a trip to the machine outside. */
#define BUFFER_BYTES (64 * 1024)

struct SyArchive {
    char *path;
    int fd;
    struct archive *tar;
    GByteArray *buffer; /* not yet written */
};

static bool set_archive_error(SyArchive *archive, GError **error)
{
    sy_error_set_io(error, archive_errno(archive->tar), "cannot write", archive->path);
    return false;
}

static bool flush(SyArchive *archive)
{
    guint done = 0;

    while (done < archive->buffer->len) {
        ssize_t n = write(archive->fd, archive->buffer->data + done, archive->buffer->len - done);

        if (n < 0 && errno != EINTR) {
            archive_set_error(archive->tar, errno, "write");
            return false;
        }
        done += (guint)MAX(0, n);
    }
    g_byte_array_set_size(archive->buffer, 0);
    return true;
}

/* libarchive's archive_write_callback. */
static la_ssize_t on_write(struct archive *tar, void *data, const void *bytes, size_t length)
{
    SyArchive *archive = data;
    guint take = (guint)MIN(length, BUFFER_BYTES);

    (void)tar;
    g_byte_array_append(archive->buffer, bytes, take);
    return archive->buffer->len < BUFFER_BYTES || flush(archive) ? (la_ssize_t)take : -1;
}

SyArchive *sy_archive_open(const char *path, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    SyArchive *archive;

    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot open", path);
        return NULL;
    }
    archive = g_new0(SyArchive, 1);
    archive->path = g_strdup(path);
    archive->fd = fd;
    archive->buffer = g_byte_array_new();
    archive->tar = archive_write_new();
    archive_write_set_format_gnutar(archive->tar);      /* names are bytes, whatever the locale */
    archive_write_set_bytes_per_block(archive->tar, 0); /* the buffer is here */
    archive_write_open(archive->tar, archive, NULL, on_write, NULL);
    return archive;
}

/* ---- adding ---- */

/* The header has promised the size: a file that grows meanwhile is cut off, and one that shrinks is
 * padded (by libarchive). */
static bool add_content(SyArchive *archive, int fd, off_t size, GError **error)
{
    g_autofree char *buffer = g_malloc(BUFFER_BYTES);

    while (size > 0) {
        ssize_t n = read(fd, buffer, (size_t)MIN(size, BUFFER_BYTES));

        if (n < 0) {
            sy_error_set_io(error, errno, "cannot read a file for", archive->path);
            return false;
        }
        if (n == 0) {
            break;
        }
        if (archive_write_data(archive->tar, buffer, (size_t)n) < 0) {
            return set_archive_error(archive, error);
        }
        size -= n;
    }
    return true;
}

/* Adds only what is needed of `st`: owners, for example, mean nothing outside. */
static bool add_header(SyArchive *archive, const char *name, const struct stat *st,
                       const char *target, GError **error)
{
    struct archive_entry *entry = archive_entry_new();
    bool added;

    archive_entry_set_pathname(entry, name);
    archive_entry_set_mode(entry, st->st_mode);
    archive_entry_set_mtime(entry, st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
    archive_entry_set_size(entry, S_ISREG(st->st_mode) ? st->st_size : 0);
    if (target) {
        archive_entry_set_symlink(entry, target);
    }
    added = archive_write_header(archive->tar, entry) >= ARCHIVE_WARN;
    archive_entry_free(entry);
    return added || set_archive_error(archive, error);
}

static bool add_file(SyArchive *archive, const char *path, const char *name, GError **error)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    bool added;

    if (fd < 0 && errno == ENOENT) {
        return true; /* removed meanwhile */
    }
    if (fd < 0 || fstat(fd, &st) < 0) {
        sy_error_set_io(error, errno, "cannot read", path);
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    added = add_header(archive, name, &st, NULL, error) &&
            add_content(archive, fd, st.st_size, error) &&
            (archive_write_finish_entry(archive->tar) == ARCHIVE_OK ||
             set_archive_error(archive, error));
    close(fd);
    return added;
}

/* Leaves out a link that would lead out of the folder it is unpacked into. */
static bool add_link(SyArchive *archive, const char *path, const char *name, const struct stat *st,
                     GError **error)
{
    g_autofree char *target = g_file_read_link(path, NULL);

    return !target || !sy_archive_link_ok(name, target) ||
           add_header(archive, name, st, target, error);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in `path`, sorted, so that equal folders make equal archives. */
static GPtrArray *list_names(const char *path)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, compare_names);
    return names;
}

static bool add_tree(SyArchive *archive, const char *path, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = NULL;
    struct stat st;

    if (lstat(path, &st) < 0) {
        return errno == ENOENT || (sy_error_set_io(error, errno, "cannot read", path), false);
    }
    if (S_ISREG(st.st_mode)) {
        return add_file(archive, path, name, error);
    }
    if (S_ISLNK(st.st_mode)) {
        return add_link(archive, path, name, &st, error);
    }
    if (!S_ISDIR(st.st_mode)) {
        return true;
    }
    if (!add_header(archive, name, &st, NULL, error)) {
        return false;
    }
    names = list_names(path);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *below = g_build_filename(path, g_ptr_array_index(names, i), NULL);
        g_autofree char *below_name = g_build_filename(name, g_ptr_array_index(names, i), NULL);

        if (!add_tree(archive, below, below_name, error)) {
            return false;
        }
    }
    return true;
}

bool sy_archive_add(SyArchive *archive, const char *base, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(base, name, NULL);

    return add_tree(archive, path, name, error) &&
           (flush(archive) || set_archive_error(archive, error));
}

bool sy_archive_close(SyArchive *archive, GError **error)
{
    static const struct stat end = {.st_mode = S_IFREG | 0600};
    bool closed;

    if (!archive) {
        return true;
    }
    closed = add_header(archive, SY_ARCHIVE_END, &end, NULL, error) &&
             ((archive_write_close(archive->tar) == ARCHIVE_OK && flush(archive)) ||
              set_archive_error(archive, error));
    archive_write_free(archive->tar);
    if (close(archive->fd) < 0 && closed) {
        sy_error_set_io(error, errno, "cannot write", archive->path);
        closed = false;
    }
    g_byte_array_unref(archive->buffer);
    g_free(archive->path);
    g_free(archive);
    return closed;
}
