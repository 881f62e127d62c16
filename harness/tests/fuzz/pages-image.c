/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps for `steelyard pages diff`: an accepted one has whole, consecutive pages, and is the same
 * after it was written and read again. */
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "result/json-text.h"
#include "tests/fuzz/fuzz.h"
#include "vm/pages-image.h"
#include "vm/phys-pages.h"

static SyPagesImage *load(const void *text, gsize length)
{
    int fd = memfd_create("dump", MFD_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    SyPagesImage *image;

    g_assert(fd >= 0 && write(fd, text, length) == (gssize)length);
    image = sy_pages_image_load(path, NULL);
    close(fd);
    return image;
}

/* The same after it was written and read again. */
static void check_round_trip(const SyPagesImage *image)
{
    g_autoptr(JsonNode) root = sy_pages_image_to_json(image);
    g_autofree char *text = sy_json_text(root, SY_JSON_PRETTY);
    g_autoptr(SyPagesImage) again = load(text, strlen(text));

    g_assert(again && again->base == image->base && again->bytes->len == image->bytes->len);
    g_assert(memcmp(again->bytes->data, image->bytes->data, image->bytes->len) == 0);
    g_assert(memcmp(again->mapped->data, image->mapped->data, image->mapped->len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(SyPagesImage) image = load(data, size);
    g_autoptr(SyPagesImage) made = g_new0(SyPagesImage, 1);
    uint8_t page[SY_PHYS_PAGE_BYTES] = {0};
    const guint8 mapped = size % 2;

    if (image) {
        g_assert(image->bytes->len == image->mapped->len * SY_PHYS_PAGE_BYTES);
        check_round_trip(image);
    }
    /* No input is as long as the text of a page, so the input is the page's bytes. */
    memcpy(page, data, MIN(size, sizeof(page)));
    made->base = (uint64_t)size * SY_PHYS_PAGE_BYTES;
    made->bytes = g_byte_array_append(g_byte_array_new(), page, sizeof(page));
    made->mapped = g_byte_array_append(g_byte_array_new(), &mapped, 1);
    check_round_trip(made);
    return 0;
}
