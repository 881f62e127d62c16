/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps that `steelyard pages diff` is given: what is accepted is whole pages in a row, and comes
 * back the same after being written and read once more. */
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/pages-image.h"
#include "run/json-text.h"
#include "tests/fuzz/fuzz.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(SyPagesImage) image = load(data, size), again = NULL;
    g_autoptr(JsonNode) root = image ? sy_pages_image_to_json(image) : NULL;
    g_autofree char *text = root ? sy_json_text(root, SY_JSON_PRETTY) : NULL;

    if (image) {
        g_assert(image->bytes->len == image->mapped->len * SY_PHYS_PAGE_BYTES);
        again = load(text, strlen(text));
        g_assert(again && again->base == image->base && again->bytes->len == image->bytes->len);
        g_assert(memcmp(again->bytes->data, image->bytes->data, image->bytes->len) == 0);
    }
    return 0;
}
