/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making parcels; lab/archive-unpack.c opens them. */
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

/* Each write is a trip to the machine outside. */
#define BUFFER_BYTES (64 * 1024)

struct SyParcel {
    char *path;
    int fd;
    struct archive *archive;
    GByteArray *buffer; /* made, not yet written */
};

static bool set_archive_error(SyParcel *parcel, GError **error)
{
    sy_error_set_io(error, archive_errno(parcel->archive), "cannot write", parcel->path);
    return false;
}

static bool flush(SyParcel *parcel)
{
    guint done = 0;

    while (done < parcel->buffer->len) {
        ssize_t n = write(parcel->fd, parcel->buffer->data + done, parcel->buffer->len - done);

        if (n < 0 && errno != EINTR) {
            archive_set_error(parcel->archive, errno, "write");
            return false;
        }
        done += (guint)MAX(0, n);
    }
    g_byte_array_set_size(parcel->buffer, 0);
    return true;
}

/* libarchive's archive_write_callback. */
static la_ssize_t on_write(struct archive *archive, void *data, const void *bytes, size_t length)
{
    SyParcel *parcel = data;
    guint take = (guint)MIN(length, BUFFER_BYTES);

    (void)archive;
    g_byte_array_append(parcel->buffer, bytes, take);
    return parcel->buffer->len < BUFFER_BYTES || flush(parcel) ? (la_ssize_t)take : -1;
}

SyParcel *sy_parcel_open(const char *path, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    SyParcel *parcel;

    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot open", path);
        return NULL;
    }
    parcel = g_new0(SyParcel, 1);
    parcel->path = g_strdup(path);
    parcel->fd = fd;
    parcel->buffer = g_byte_array_new();
    parcel->archive = archive_write_new();
    archive_write_set_format_gnutar(parcel->archive); /* names are bytes, whatever the locale */
    archive_write_set_bytes_per_block(parcel->archive, 0); /* the buffer is here */
    archive_write_open(parcel->archive, parcel, NULL, on_write, NULL);
    return parcel;
}

/* ------------------------------------------------------------------------------------------ adding
 */

/* The size was promised in the header: a file that grows meanwhile is cut off, one that shrinks is
 * filled up (by libarchive). */
static bool add_content(SyParcel *parcel, int fd, off_t size, GError **error)
{
    g_autofree char *buffer = g_malloc(BUFFER_BYTES);

    while (size > 0) {
        ssize_t n = read(fd, buffer, (size_t)MIN(size, BUFFER_BYTES));

        if (n < 0) {
            sy_error_set_io(error, errno, "cannot read a file for", parcel->path);
            return false;
        }
        if (n == 0) {
            break;
        }
        if (archive_write_data(parcel->archive, buffer, (size_t)n) < 0) {
            return set_archive_error(parcel, error);
        }
        size -= n;
    }
    return true;
}

/* With what is needed of `st` only: owners, for one, mean nothing outside. */
static bool add_header(SyParcel *parcel, const char *name, const struct stat *st,
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
    added = archive_write_header(parcel->archive, entry) >= ARCHIVE_WARN;
    archive_entry_free(entry);
    return added || set_archive_error(parcel, error);
}

static bool add_file(SyParcel *parcel, const char *path, const char *name, GError **error)
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
    added = add_header(parcel, name, &st, NULL, error) &&
            add_content(parcel, fd, st.st_size, error) &&
            (archive_write_finish_entry(parcel->archive) == ARCHIVE_OK ||
             set_archive_error(parcel, error));
    close(fd);
    return added;
}

/* A link that would lead out of the folder it is unpacked into stays here. */
static bool add_link(SyParcel *parcel, const char *path, const char *name, const struct stat *st,
                     GError **error)
{
    g_autofree char *target = g_file_read_link(path, NULL);

    return !target || !sy_parcel_link_ok(name, target) ||
           add_header(parcel, name, st, target, error);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in `path`, sorted, so that equal folders make equal parcels. */
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

static bool add_tree(SyParcel *parcel, const char *path, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = NULL;
    struct stat st;

    if (lstat(path, &st) < 0) {
        return errno == ENOENT || (sy_error_set_io(error, errno, "cannot read", path), false);
    }
    if (S_ISREG(st.st_mode)) {
        return add_file(parcel, path, name, error);
    }
    if (S_ISLNK(st.st_mode)) {
        return add_link(parcel, path, name, &st, error);
    }
    if (!S_ISDIR(st.st_mode)) {
        return true;
    }
    if (!add_header(parcel, name, &st, NULL, error)) {
        return false;
    }
    names = list_names(path);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *below = g_build_filename(path, g_ptr_array_index(names, i), NULL);
        g_autofree char *below_name = g_build_filename(name, g_ptr_array_index(names, i), NULL);

        if (!add_tree(parcel, below, below_name, error)) {
            return false;
        }
    }
    return true;
}

bool sy_parcel_add(SyParcel *parcel, const char *base, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(base, name, NULL);

    return add_tree(parcel, path, name, error) &&
           (flush(parcel) || set_archive_error(parcel, error));
}

bool sy_parcel_close(SyParcel *parcel, GError **error)
{
    static const struct stat end = {.st_mode = S_IFREG | 0600};
    bool closed;

    if (!parcel) {
        return true;
    }
    closed = add_header(parcel, SY_PARCEL_END, &end, NULL, error) &&
             ((archive_write_close(parcel->archive) == ARCHIVE_OK && flush(parcel)) ||
              set_archive_error(parcel, error));
    archive_write_free(parcel->archive);
    if (close(parcel->fd) < 0 && closed) {
        sy_error_set_io(error, errno, "cannot write", parcel->path);
        closed = false;
    }
    g_byte_array_unref(parcel->buffer);
    g_free(parcel->path);
    g_free(parcel);
    return closed;
}
