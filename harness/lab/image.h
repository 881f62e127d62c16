/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Initramfs images, for the lab and for the Linux guest: what a manifest lists, with the shared
 * libraries and modules that it needs, as an uncompressed cpio archive ("newc", kernel
 * Documentation/driver-api/early-userspace/buffer-format.rst). Equal inputs give equal bytes.
 *
 * A manifest is a key file with a group [image]; lists are separated by commas:
 *
 *     programs    ELF programs with their libraries (ldd), stripped: a name is looked up in PATH
 *                 and put into /usr/bin, an absolute path is the same in the image
 *     applets     names that become links to /bin/busybox, which comes along; "*": all that it
 *                 has; a program of the same name wins
 *     modules     kernel modules; those they depend on come along (modules.dep), those built into
 *                 the kernel are fine
 *     firmware    file names looked up in SyImageSpec.firmware, put into /usr/share/qemu
 *     files       PATH-IN-IMAGE:SOURCE, SOURCE relative to the manifest's folder; executable if the
 *                 source is
 *     directories empty ones
 *
 * and, if wanted, a group [text]: PATH-IN-IMAGE = the content of a small file, "\n" for a newline.
 *
 * Libraries lie where they lie on this machine. The loader finds them without the cache that this
 * machine's has: one outside of its usual folders is linked from /lib, too.
 *
 * /etc/steelyard/modules lists the modules in load order, one absolute path a line. Directories of
 * listed files are made as needed; /dev/console and /dev/null are always there.
 */
#ifndef SY_LAB_IMAGE_H
#define SY_LAB_IMAGE_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *manifest;
    const char *kernel_dir;      /* as ci/fetch-kernel leaves it: vmlinuz, version, modules/ */
    const char *const *firmware; /* folders to search, NULL-terminated */
    const char *const *programs; /* beyond the manifest's, found as those are; may be NULL */
    const GPtrArray *files;      /* beyond the manifest's, SyImageFile* (lab/image-file.h): the
                                    program under test, guests; may be NULL */
    const char *cache_dir;       /* made if missing; private to the user */
} SyImageSpec;

typedef struct {
    char *initrd; /* CACHE/SHA256.cpio */
    char *kernel; /* KERNEL_DIR/vmlinuz */
    char *kernel_version;
    char *sha256;   /* of the archive, 64 hex digits */
    guint64 bytes;  /* of the archive */
    bool cached;    /* it was there already */
    double seconds; /* what finding or building it took */
    int held;       /* while this is open, nobody prunes the image */
} SyImage;

/*
 * The image of `spec`: from the cache if no input changed (by path, size, mtime, ctime and inode;
 * words in the manifest that change nothing do not count), else built, into a temporary file and
 * renamed. SY_ERROR_UNAVAILABLE names the program, library, module or firmware that is missing, who
 * needs it, and the remedy; SY_ERROR_USAGE the manifest's line that is wrong, or two things that
 * want one path; SY_ERROR_IO, also if an input changed meanwhile; SY_ERROR_TIMEOUT,
 * SY_ERROR_CANCELLED. Two steelyards may ask at once: one builds, the other waits for it. Keeps the
 * SY_IMAGE_KEEP most recently used images of the cache, and all that are in use: until
 * sy_image_free() this one is. Main thread only (base/child.h). The caller frees.
 */
SyImage *sy_image_get(const SyImageSpec *spec, GError **error);

void sy_image_free(SyImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyImage, sy_image_free)

#endif
