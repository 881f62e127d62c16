/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unpacks archives. Their origin is not trusted: each entry's path is opened component by component
 * (openat), and no component is followed if it is a link.
 */
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

#define READ_BYTES (64 * 1024)

typedef struct {
    const char *path; /* of the archive */
    int fd;
    struct archive *tar;
    guint entries;
    bool ran_dry; /* the file was read to its end */
    char buffer[READ_BYTES];
} Reader;

/* libarchive's archive_read_callback. */
static la_ssize_t on_read(struct archive *archive, void *data, const void **bytes)
{
    Reader *reader = data;
    ssize_t n;

    do {
        n = read(reader->fd, reader->buffer, sizeof(reader->buffer));
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        archive_set_error(archive, errno, "read");
    }
    reader->ran_dry = reader->ran_dry || n == 0;
    *bytes = reader->buffer;
    return n;
}

static bool G_GNUC_PRINTF(3, 4)
    set_bad(const Reader *reader, GError **error, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "%s: %s", reader->path, what);
    return false;
}

/* libarchive has given up: either the archive breaks off (*end, and no error), or it is
 * malformed. */
static bool broken(const Reader *reader, bool *end, GError **error)
{
    *end = true;
    return reader->ran_dry || set_bad(reader, error, "%s", archive_error_string(reader->tar));
}

/* ---- one entry ---- */

static bool set_entry_error(GError **error, const char *name)
{
    sy_error_set_io(error, errno, "cannot unpack", name);
    return false;
}

/* Opens the folder of `name` below `root`, and makes it as needed; the caller closes. -1 with
 * errno. */
static int open_parent(int root, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    int at = dup(root);

    for (char **part = parts; at >= 0 && part[1]; part++) {
        int next;

        mkdirat(at, *part, 0700);
        next = openat(at, *part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(at);
        at = next;
    }
    return at;
}

/* Holes would let a small archive make a huge file; the archives of lab/archive.c have none. */
static bool unpack_content(Reader *reader, int fd, const char *name, bool *end, GError **error)
{
    const void *bytes;
    la_int64_t offset, expected = 0;
    size_t length;
    int got;

    while ((got = archive_read_data_block(reader->tar, &bytes, &length, &offset)) == ARCHIVE_OK) {
        if (offset != expected) {
            return set_bad(reader, error, "'%s' has holes", name);
        }
        expected += (la_int64_t)length;
        for (size_t done = 0; done < length;) {
            ssize_t n = write(fd, (const char *)bytes + done, length - done);

            if (n < 0 && errno != EINTR) {
                return set_entry_error(error, name);
            }
            done += (size_t)MAX(0, n);
        }
    }
    return got == ARCHIVE_EOF || broken(reader, end, error);
}

static bool unpack_file(Reader *reader, int parent, const char *base, struct archive_entry *entry,
                        bool *end, GError **error)
{
    const struct timespec times[] = {
        {.tv_nsec = UTIME_OMIT},
        {.tv_sec = archive_entry_mtime(entry), .tv_nsec = archive_entry_mtime_nsec(entry)},
    };
    mode_t mode = archive_entry_perm(entry) & 0777;
    int fd;
    bool unpacked;

    unlinkat(parent, base, 0); /* replaces an earlier entry, also a link, by the file */
    fd = openat(parent, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return set_entry_error(error, base);
    }
    unpacked = unpack_content(reader, fd, base, end, error);
    fchmod(fd, mode | S_IRUSR | S_IWUSR);
    futimens(fd, times);
    close(fd);
    return unpacked;
}

static bool unpack_dir(int parent, const char *base, GError **error)
{
    struct stat st;

    if (mkdirat(parent, base, 0700) == 0) {
        return true;
    }
    if (errno == EEXIST && fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(st.st_mode)) {
        return true;
    }
    return set_entry_error(error, base);
}

static bool unpack_link(int parent, const char *base, const char *target, GError **error)
{
    unlinkat(parent, base, 0);
    return symlinkat(target, parent, base) == 0 || set_entry_error(error, base);
}

static bool unpack_entry(Reader *reader, int root, struct archive_entry *entry, bool *end,
                         GError **error)
{
    g_autofree char *name = g_strdup(archive_entry_pathname(entry));
    const char *target = archive_entry_symlink(entry);
    g_autofree char *base = NULL;
    mode_t type = archive_entry_filetype(entry);
    bool unpacked;
    int parent;

    if (!name || !sy_archive_path_ok(name)) {
        return set_bad(reader, error, "'%s' would land outside, or lies too deep",
                       name ? name : "");
    }
    if (type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK) { /* hard links have none */
        return set_bad(reader, error, "'%s' is not a file, folder or symbolic link", name);
    }
    if (type == AE_IFLNK && (!target || !sy_archive_link_ok(name, target))) {
        return set_bad(reader, error, "the link '%s' would lead outside", name);
    }
    if (g_str_has_suffix(name, "/")) {
        name[strlen(name) - 1] = '\0';
    }
    parent = open_parent(root, name);
    if (parent < 0) {
        return errno == ELOOP || errno == ENOTDIR
                   ? set_bad(reader, error, "'%s' would land outside: a link is on its way", name)
                   : set_entry_error(error, name);
    }
    base = g_path_get_basename(name);
    unpacked = type == AE_IFREG   ? unpack_file(reader, parent, base, entry, end, error)
               : type == AE_IFDIR ? unpack_dir(parent, base, error)
                                  : unpack_link(parent, base, target, error);
    close(parent);
    return unpacked;
}

/* ---- the archive ---- */

static bool unpack_all(Reader *reader, int root, bool *complete, GError **error)
{
    struct archive_entry *entry;
    bool end = false;

    while (!end) {
        int got = archive_read_next_header(reader->tar, &entry);

        if (got == ARCHIVE_EOF) {
            return true;
        }
        if (got != ARCHIVE_OK && got != ARCHIVE_WARN) {
            return broken(reader, &end, error);
        }
        if (g_strcmp0(archive_entry_pathname(entry), SY_ARCHIVE_END) == 0) {
            *complete = true;
            return true;
        }
        if (++reader->entries > SY_ARCHIVE_ENTRIES) {
            return set_bad(reader, error, "more than %d files and folders", SY_ARCHIVE_ENTRIES);
        }
        if (!unpack_entry(reader, root, entry, &end, error)) {
            return false;
        }
    }
    return true;
}

static bool unpack_open(Reader *reader, const char *into, bool *complete, GError **error)
{
    int root = open(into, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool unpacked, end;

    if (root < 0) {
        sy_error_set_io(error, errno, "cannot open the folder", into);
        return false;
    }
    reader->tar = archive_read_new();
    archive_read_support_format_tar(reader->tar);
    unpacked = archive_read_open(reader->tar, reader, NULL, on_read, NULL) == ARCHIVE_OK
                   ? unpack_all(reader, root, complete, error)
                   : broken(reader, &end, error);
    archive_read_free(reader->tar);
    close(root);
    return unpacked;
}

bool sy_archive_unpack(const char *path, const char *into, bool *complete, GError **error)
{
    g_autofree Reader *reader = g_new0(Reader, 1);
    bool whole = false, unpacked;
    struct stat st;

    if (complete) {
        *complete = false;
    }
    reader->path = path;
    reader->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (reader->fd < 0 && errno == ENOENT) {
        return true;
    }
    if (reader->fd < 0) {
        sy_error_set_io(error, errno, "cannot read", path);
        return false;
    }
    if (fstat(reader->fd, &st) == 0 && st.st_size == 0) {
        close(reader->fd);
        return true;
    }
    unpacked = unpack_open(reader, into, &whole, error);
    close(reader->fd);
    if (complete) {
        *complete = unpacked && whole;
    }
    return unpacked;
}
