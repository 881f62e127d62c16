/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A range of guest-physical memory, which `steelyard pages` reads from a QEMU or from a file. */
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
    GByteArray *mapped; /* one byte per page: 1 if all of it is RAM or ROM, else 0 */
} SyPagesImage;

/* The largest image: 256 MiB. */
#define SY_PAGES_IMAGE_MAX_BYTES (UINT64_C(256) << 20)

/*
 * Parses "0x1000", "4096", "1M" (K, M, G: powers of 1024), or an address as `pages dump` prints it,
 * "0000000000010000", which is hexadecimal. SY_ERROR_USAGE, which names `what`,
 * for anything else and for numbers of 2^64 or more.
 */
bool sy_pages_parse_number(const char *what, const char *text, uint64_t *value, GError **error);

/*
 * Reads all pages that hold the `bytes` bytes from `address` on, by as many commands as that takes.
 * SY_ERROR_USAGE if `bytes` is 0, too large, or reaches beyond the address space. The caller frees.
 */
SyPagesImage *sy_pages_image_read(SyQmp *qmp, uint64_t address, uint64_t bytes, GError **error);

/* Convert to JSON, and load the file that `steelyard pages dump --json` printed. Errors name the
 * file and what is wrong with it. The caller frees. */
JsonNode *sy_pages_image_to_json(const SyPagesImage *image);
SyPagesImage *sy_pages_image_load(const char *path, GError **error);

/*
 * The index of the first byte at or after `from` at which the `n` bytes of `pattern` begin; -1 if
 * there is none. Pages that are not RAM or ROM never match.
 */
gssize sy_pages_image_find(const SyPagesImage *image, gsize from, const uint8_t *pattern, gsize n);

void sy_pages_image_free(SyPagesImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyPagesImage, sy_pages_image_free)

#endif
