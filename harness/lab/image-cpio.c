/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image-cpio.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/error.h"
#include "lab/image-content.h"

#define BLOCK (1 << 20)

/* Where the archive goes, with its size and checksum. */
typedef struct {
    int fd;
    int errno_value; /* of the write that failed */
    guint64 bytes;
    GChecksum *sum;
} Sink;

typedef struct {
    struct archive *out;
    struct archive_entry *entry;
    Sink *sink;
    const char *path, *work;
    guchar *buffer; /* BLOCK */
} Writer;

static la_ssize_t sink_write(struct archive *out, void *data, const void *buffer, size_t length)
{
    Sink *sink = data;
    ssize_t n;

    (void)out;
    do {
        n = write(sink->fd, buffer, length);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        sink->errno_value = errno;
        archive_set_error(out, errno, "write");
        return -1;
    }
    g_checksum_update(sink->sum, buffer, n);
    sink->bytes += (guint64)n;
    return n;
}

static bool failed(const Writer *w, const char *path, GError **error)
{
    if (w->sink->errno_value) {
        sy_error_set_io(error, w->sink->errno_value, "cannot write", w->path);
    } else {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot put %s into the image: %s", path,
                    archive_error_string(w->out));
    }
    return false;
}

static mode_t file_type(SyImageNodeKind kind)
{
    switch (kind) {
    case SY_NODE_DIRECTORY:
        return S_IFDIR;
    case SY_NODE_LINK:
        return S_IFLNK;
    case SY_NODE_DEVICE:
        return S_IFCHR;
    default:
        return S_IFREG;
    }
}

/* `number` is the inode number; the kernel makes hard links of files with equal ones. */
static bool write_head(Writer *w, const SyImageNode *node, guint number, guint64 bytes,
                       GError **error)
{
    archive_entry_clear(w->entry);
    archive_entry_set_pathname(w->entry, node->path + 1);
    archive_entry_set_mode(w->entry, file_type(node->kind) | node->mode);
    archive_entry_set_ino64(w->entry, number);
    archive_entry_set_nlink(w->entry, node->kind == SY_NODE_DIRECTORY ? 2 : 1);
    archive_entry_set_mtime(w->entry, 0, 0);
    archive_entry_set_size(w->entry, (la_int64_t)bytes);
    if (node->kind == SY_NODE_LINK) {
        archive_entry_set_symlink(w->entry, node->data);
    }
    if (node->kind == SY_NODE_DEVICE) {
        archive_entry_set_rdevmajor(w->entry, node->major);
        archive_entry_set_rdevminor(w->entry, node->minor);
    }
    return archive_write_header(w->out, w->entry) == ARCHIVE_OK || failed(w, node->path, error);
}

static bool write_text(Writer *w, const SyImageNode *node, GError **error)
{
    gsize length = strlen(node->data);

    return archive_write_data(w->out, node->data, length) == (la_ssize_t)length ||
           failed(w, node->path, error);
}

static bool copy_content(Writer *w, const SyImageNode *node, int fd, guint64 bytes, GError **error)
{
    while (bytes > 0) {
        ssize_t n = read(fd, w->buffer, MIN(bytes, BLOCK));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read %s to its end: %s", node->data,
                        n < 0 ? g_strerror(errno) : "it changed meanwhile; try again");
            return false;
        }
        if (archive_write_data(w->out, w->buffer, (size_t)n) != n) {
            return failed(w, node->path, error);
        }
        bytes -= (guint64)n;
    }
    return true;
}

static bool write_node(Writer *w, const SyImageNode *node, guint number, GError **error)
{
    guint64 bytes = 0;
    bool written;
    int fd;

    if (node->kind == SY_NODE_TEXT) {
        return write_head(w, node, number, strlen(node->data), error) && write_text(w, node, error);
    }
    if (node->kind != SY_NODE_FILE) {
        return write_head(w, node, number, 0, error);
    }
    fd = sy_image_content_open(node, w->work, &bytes, error);
    if (fd < 0) {
        return false;
    }
    written = write_head(w, node, number, bytes, error) && copy_content(w, node, fd, bytes, error);
    close(fd);
    return written;
}

static bool write_all(Writer *w, const GPtrArray *nodes, GError **error)
{
    /* No padding to a block size at the end. */
    archive_write_set_bytes_per_block(w->out, BLOCK);
    archive_write_set_bytes_in_last_block(w->out, 1);
    if (archive_write_set_format_cpio_newc(w->out) != ARCHIVE_OK ||
        archive_write_open(w->out, w->sink, NULL, sink_write, NULL) != ARCHIVE_OK) {
        return failed(w, w->path, error);
    }
    for (guint i = 0; i < nodes->len; i++) {
        if (sy_cancelled(error) || !write_node(w, g_ptr_array_index(nodes, i), i + 1, error)) {
            return false;
        }
    }
    return archive_write_close(w->out) == ARCHIVE_OK || failed(w, w->path, error);
}

bool sy_image_cpio_write(const GPtrArray *nodes, const char *path, const char *work, char **sha256,
                         guint64 *bytes, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree guchar *buffer = g_malloc(BLOCK);
    Sink sink = {.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), .sum = sum};
    Writer w = {.sink = &sink, .path = path, .work = work, .buffer = buffer};
    bool done;

    if (sink.fd < 0) {
        sy_error_set_io(error, errno, "cannot make", path);
        return false;
    }
    w.out = archive_write_new();
    w.entry = archive_entry_new();
    done = write_all(&w, nodes, error);
    archive_entry_free(w.entry);
    archive_write_free(w.out);
    if (close(sink.fd) < 0 && done) {
        sy_error_set_io(error, errno, "cannot write", path);
        done = false;
    }
    if (done) {
        *sha256 = g_strdup(g_checksum_get_string(sum));
        *bytes = sink.bytes;
    }
    return done;
}
