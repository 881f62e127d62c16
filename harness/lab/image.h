/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes initramfs images, for the lab and for the Linux guest: what a manifest lists, and the
 * shared libraries and modules that it needs, as an uncompressed cpio archive ("newc", see the
 * kernel's Documentation/driver-api/early-userspace/buffer-format.rst). Equal inputs give equal
 * bytes.
 *
 * A manifest is a key file with a section [image], whose lists are separated by commas:
 *
 *     programs    ELF programs, stripped, with their libraries (ldd). A name is looked up in PATH
 *                 and put into /usr/bin; an absolute path stays the same in the image
 *     applets     names that become links to /bin/busybox, which is added; "*" for all of its
 *                 applets; a program of the same name wins
 *     modules     kernel modules; the modules they depend on are added (modules.dep), and those
 *                 built into the kernel need nothing
 *     firmware    file names, looked up in SyImageSpec.firmware and put into /usr/share/qemu
 * files       PATH-IN-IMAGE:SOURCE, with SOURCE relative to the manifest's folder; executable if
 * the source is directories empty directories
 *
 * and optionally a section [text]: PATH-IN-IMAGE = the content of a small file, "\n" for a newline.
 *
 * A library has the same path as on this machine. The image has no loader cache, so a library
 * outside of the loader's default folders is also linked from /lib.
 *
 * /etc/steelyard/modules lists the modules in load order, one absolute path per line. Directories
 * of listed files are made as needed; /dev/console and /dev/null always exist.
 */
#ifndef SY_LAB_IMAGE_H
#define SY_LAB_IMAGE_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *manifest;
    const char *kernel_dir;      /* as ci/fetch-kernel leaves it: vmlinuz, version, modules/ */
    const char *const *firmware; /* folders to search, NULL-terminated */
    const char *const *programs; /* besides the manifest's, looked up like those; may be NULL */
    const GPtrArray *files;      /* besides the manifest's, SyImageFile* (lab/image-file.h): the
                                    QEMU under test, guests; may be NULL */
    const char *cache_dir;       /* made if missing; private to the user */
} SyImageSpec;

typedef struct {
    char *initrd; /* CACHE/SHA256.cpio */
    char *kernel; /* KERNEL_DIR/vmlinuz */
    char *kernel_version;
    char *sha256;   /* of the archive, 64 hex digits */
    guint64 bytes;  /* of the archive */
    bool cached;    /* it was found, not built */
    double seconds; /* the time to find or build it */
    int held;       /* a descriptor: while it is open, nobody prunes the image */
} SyImage;

/*
 * The image of `spec`: from the cache if no input changed (path, size, mtime, ctime and inode;
 * edits of the manifest that change nothing do not count), else built. SY_ERROR_UNAVAILABLE names
 * the program, library, module or firmware that is missing, what needs it, and the remedy;
 * SY_ERROR_USAGE the manifest's line that is wrong, or two files with one path; SY_ERROR_IO, also
 * if an input changed meanwhile; SY_ERROR_TIMEOUT, SY_ERROR_CANCELLED. If two steelyards ask at
 * once, one builds and the other waits for it. A build prunes the cache to the SY_IMAGE_KEEP last
 * used images and those in use, as this one is until sy_image_free(). Main thread only
 * (base/child.h). The caller frees.
 */
SyImage *sy_image_get(const SyImageSpec *spec, GError **error);

void sy_image_free(SyImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyImage, sy_image_free)

#endif
