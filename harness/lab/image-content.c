/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image-content.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "lab/image-tool.h"

#define STRIP_LIMIT_NS (120 * SY_NS_PER_S)
#define READ_BLOCK 65536

static int open_file(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot read", path);
    }
    return fd;
}

/* Writes a copy without debug information to `copy`; function names stay, because the IRQ log looks
 * them up. False if strip is not installed or does not know this file. */
static bool strip_into(const SyImageNode *node, const char *copy, GError **error)
{
    const char *const argv[] = {
        "strip",    node->treatment == SY_CONTENT_PROGRAM ? "--strip-debug" : "--strip-unneeded",
        "-o",       copy,
        node->data, NULL};
    g_autoptr(GError) reason = NULL;
    bool succeeded = false;
    g_autofree char *words = sy_image_tool_run(argv, STRIP_LIMIT_NS, &succeeded, &reason);

    if (g_error_matches(reason, SY_ERROR, SY_ERROR_CANCELLED)) {
        g_propagate_error(error, g_steal_pointer(&reason));
    }
    return words && succeeded && g_file_test(copy, G_FILE_TEST_IS_REGULAR);
}

static int open_stripped(const SyImageNode *node, const char *work, GError **error)
{
    g_autofree char *copy = g_build_filename(work, "stripped", NULL);
    g_autoptr(GError) reason = NULL;
    bool stripped = strip_into(node, copy, &reason);
    int fd = -1;

    if (reason) {
        g_propagate_error(error, g_steal_pointer(&reason));
    } else {
        fd = open_file(stripped ? copy : node->data, error);
    }
    unlink(copy);
    return fd;
}

static bool damaged(const char *source, const char *why, GError **error)
{
    g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                "cannot unpack %s: %s; remove its folder, and steelyard fetches it again", source,
                why);
    return false;
}

static bool unpack(struct archive *in, const char *source, int out, GError **error)
{
    struct archive_entry *entry;
    int status;

    archive_read_support_filter_xz(in); /* Debian's modules */
    archive_read_support_format_raw(in);
    status = archive_read_open_filename(in, source, READ_BLOCK);
    if (status == ARCHIVE_OK) {
        status = archive_read_next_header(in, &entry);
    }
    /* If libarchive does not recognise the compression, it passes the packed bytes on unchanged. */
    if (status == ARCHIVE_OK && archive_filter_count(in) < 2 && !g_str_has_suffix(source, ".ko")) {
        return damaged(source, "it is not compressed as .xz", error);
    }
    if (status == ARCHIVE_OK) {
        status = archive_read_data_into_fd(in, out);
    }
    if (status != ARCHIVE_OK) {
        return damaged(source, archive_error_string(in), error);
    }
    if (lseek(out, 0, SEEK_SET) < 0) {
        sy_error_set_io(error, errno, "cannot unpack", source);
        return false;
    }
    return true;
}

/* Unpacks into memory: modules are small, and nothing stays behind on a disk. */
static int open_unpacked(const char *source, GError **error)
{
    int fd = memfd_create("steelyard-unpacked", MFD_CLOEXEC);
    struct archive *in;
    bool done;

    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot make a file in memory for", source);
        return -1;
    }
    in = archive_read_new();
    done = unpack(in, source, fd, error);
    archive_read_free(in);
    if (!done) {
        close(fd);
        return -1;
    }
    return fd;
}

int sy_image_content_open(const SyImageNode *node, const char *work, guint64 *bytes, GError **error)
{
    struct stat st;
    int fd;

    switch (node->treatment) {
    case SY_CONTENT_PROGRAM:
    case SY_CONTENT_LIBRARY:
        fd = open_stripped(node, work, error);
        break;
    case SY_CONTENT_UNPACK:
        fd = open_unpacked(node->data, error);
        break;
    default:
        fd = open_file(node->data, error);
    }
    if (fd >= 0 && fstat(fd, &st) < 0) {
        sy_error_set_io(error, errno, "cannot read", node->data);
        close(fd);
        fd = -1;
    }
    if (fd >= 0) {
        *bytes = (guint64)st.st_size;
    }
    return fd;
}
