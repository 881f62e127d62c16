/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A piece of guest-physical memory, as `steelyard pages` reads it from a QEMU or from a file. */
#ifndef SY_VM_PAGES_IMAGE_H
#define SY_VM_PAGES_IMAGE_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "vm/qmp.h"

typedef struct {
    uint64_t base;      /* page-aligned */
    GByteArray *bytes;  /* whole pages */
    GByteArray *mapped; /* one per page: is all of it RAM or ROM */
} SyPagesImage;

/* Most that is read at once: 256 MiB. */
#define SY_PAGES_IMAGE_MAX_BYTES (UINT64_C(256) << 20)

/*
 * "0x1000", "4096" or "1M" (K, M, G: powers of 1024). False with SY_ERROR_USAGE that names `what`
 * for anything else, also for what does not fit.
 */
bool sy_pages_parse_number(const char *what, const char *text, uint64_t *value, GError **error);

/*
 * Reads the pages that `bytes` bytes from `address` on touch, by as many commands as that takes.
 * SY_ERROR_USAGE if they are none, too many, or beyond the address space. The caller frees.
 */
SyPagesImage *sy_pages_image_read(SyQmp *qmp, uint64_t address, uint64_t bytes, GError **error);

/* As JSON, and back; the file is what `steelyard pages dump --json` printed. The reader names the
 * file and what is wrong in it. The caller frees. */
JsonNode *sy_pages_image_to_json(const SyPagesImage *image);
SyPagesImage *sy_pages_image_load(const char *path, GError **error);

/*
 * The next place at or behind byte `from` where `pattern` begins, as an index into the image's
 * bytes; -1 if there is none. Pages that are not RAM or ROM have no bytes to be found.
 */
gssize sy_pages_image_find(const SyPagesImage *image, gsize from, const uint8_t *pattern, gsize n);

void sy_pages_image_free(SyPagesImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyPagesImage, sy_pages_image_free)

#endif
