/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of guest memory: rows equal to those of a simple implementation, base64 that decodes to
 * its source, and neither longer than promised. */
#include "qemu-mods/src/system/phys-pages/phys-text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/phys-text-reference.h"

#define QUOTED (PHYS_TEXT_ROW + 2)

static void check_rows(uint64_t base, const uint8_t *bytes, size_t n)
{
    g_autofree char *text = g_malloc(phys_text_rows_size(n));
    size_t length = phys_text_rows(text, base, bytes, n), at = 1;
    GQueue *want = phys_text_reference(base, bytes, n);

    g_assert(length == (n ? n * QUOTED + (n - 1) * 2 + 2 : 2));
    g_assert(text[0] == '[' && text[length - 1] == ']');
    for (GList *row = want->head; row; row = row->next, at += QUOTED + 2) {
        g_assert(text[at] == '"' && text[at + QUOTED - 1] == '"');
        g_assert(memcmp(text + at + 1, row->data, PHYS_TEXT_ROW) == 0);
        g_assert(!row->next || memcmp(text + at + QUOTED, ", ", 2) == 0);
    }
    g_queue_free_full(want, g_free);
}

static void check_base64(const uint8_t *bytes, size_t n)
{
    g_autofree char *text = g_malloc(phys_text_base64_size(n));
    size_t length = phys_text_base64(text, bytes, n);
    g_autofree char *plain = g_strndup(text + 1, length - 2);
    gsize decoded = 0;
    g_autofree guchar *back = g_base64_decode(plain, &decoded);

    g_assert(length == phys_text_base64_size(n));
    g_assert(text[0] == '"' && text[length - 1] == '"');
    g_assert(decoded == n && memcmp(back, bytes, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t base = 0;

    if (size < sizeof(base)) {
        return 0;
    }
    memcpy(&base, data, sizeof(base));
    check_rows(base, data + sizeof(base), size - sizeof(base));
    check_base64(data + sizeof(base), size - sizeof(base));
    return 0;
}
