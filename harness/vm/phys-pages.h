/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads guest-physical memory through query-phys-pages (docs/qmp/phys-pages.md), which only a QEMU
 * with the mods has. Bytes that are neither RAM nor ROM come as zero, and their page is not
 * `mapped`.
 */
#ifndef SY_VM_PHYS_PAGES_H
#define SY_VM_PHYS_PAGES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "vm/qmp.h"

#define SY_PHYS_PAGE_BYTES 4096u
/* The most pages in one reply. */
#define SY_PHYS_PAGES_MAX 64u

typedef enum { SY_PHYS_ROWS, SY_PHYS_BASE64 } SyPhysFormat;

/* "rows" or "base64"; static. */
const char *sy_phys_format_name(SyPhysFormat format);

/*
 * Reads `pages` (1 to SY_PHYS_PAGES_MAX) pages from `addr` (page-aligned) on: bytes[] gets
 * pages * SY_PHYS_PAGE_BYTES bytes, mapped[i] whether all of page i is RAM or ROM. Every character
 * of the reply is checked: SY_ERROR_PROTOCOL says what is wrong with it. SY_ERROR_UNAVAILABLE: this
 * QEMU does not have the command. Other errors, and how long it blocks, as in vm/qmp.h.
 */
bool sy_phys_pages_read(SyQmp *qmp, uint64_t addr, guint pages, SyPhysFormat format, uint8_t *bytes,
                        bool *mapped, GError **error);

#endif
