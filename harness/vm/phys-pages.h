/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest-physical memory through query-phys-pages (docs/qmp/phys-pages.md), which only a QEMU with
 * the mods has. RAM and ROM are read; what is neither is zero and says so.
 */
#ifndef SY_VM_PHYS_PAGES_H
#define SY_VM_PHYS_PAGES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "vm/qmp.h"

#define SY_PHYS_PAGE_BYTES 4096u
/* Most pages of one reply. */
#define SY_PHYS_PAGES_MAX 64u

typedef enum { SY_PHYS_ROWS, SY_PHYS_BASE64 } SyPhysFormat;

/* "rows" or "base64"; static. */
const char *sy_phys_format_name(SyPhysFormat format);

/*
 * Reads `pages` (1 to SY_PHYS_PAGES_MAX) pages from `addr` (page-aligned) on: bytes[] gets
 * pages * SY_PHYS_PAGE_BYTES of them, mapped[i] whether all of page i is RAM or ROM. The reply is
 * held to its format, to the letter of each row: SY_ERROR_PROTOCOL says what it should have been.
 * SY_ERROR_UNAVAILABLE: this QEMU does not know the command. Others, and blocking, as in vm/qmp.h.
 */
bool sy_phys_pages_read(SyQmp *qmp, uint64_t addr, guint pages, SyPhysFormat format, uint8_t *bytes,
                        bool *mapped, GError **error);

#endif
