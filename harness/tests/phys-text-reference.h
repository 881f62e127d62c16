/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of a page written the straightforward way: one formatted, copied and appended after the
 * other. What the real ones are compared with, in letters and in speed; no part of the product.
 */
#ifndef SY_TESTS_PHYS_TEXT_REFERENCE_H
#define SY_TESTS_PHYS_TEXT_REFERENCE_H

#include <glib.h>
#include <stdint.h>

/* A queue of char*, one for each of the `n` bytes from `base` on; the caller frees with
 * g_queue_free_full(). */
static inline GQueue *phys_text_reference(uint64_t base, const uint8_t *bytes, gsize n)
{
    GQueue *rows = g_queue_new();

    for (gsize i = 0; i < n; i++) {
        char line[64];

        g_snprintf(line, sizeof(line), "0x%016" G_GINT64_MODIFIER "x - 0x%02x", base + i, bytes[i]);
        g_queue_push_tail(rows, g_strdup(line));
    }
    return rows;
}

#endif
