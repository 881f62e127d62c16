/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/pages-image.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "vm/json.h"
#include "vm/phys-pages.h"

#define PAGE ((uint64_t)SY_PHYS_PAGE_BYTES)

bool sy_pages_parse_number(const char *what, const char *text, uint64_t *value, GError **error)
{
    static const char units[] = "KMG";
    bool printed =
        *text == '0' && strlen(text) == 16 && strspn(text, "0123456789abcdefABCDEF") == 16;
    bool hex = printed || g_ascii_strncasecmp(text, "0x", 2) == 0;
    const char *unit;
    char *end = NULL;
    guint64 number;
    guint shift = 0;

    /* Never octal: a 0 and 15 more digits are an address as `pages dump` prints it. */
    errno = 0;
    number = g_ascii_strtoull(text, &end, hex ? 16 : 10);
    unit = *end ? strchr(units, g_ascii_toupper(*end)) : NULL;
    if (unit) {
        shift = 10 * (guint)(unit - units + 1);
        end++;
    }
    if (errno || !g_ascii_isdigit(*text) || *end || number > UINT64_MAX >> shift) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s '%s': give a number below 2^64, such as 0x1000, 4096 or 1M", what, text);
        return false;
    }
    *value = number << shift;
    return true;
}

static SyPagesImage *image_new(uint64_t base)
{
    SyPagesImage *image = g_new0(SyPagesImage, 1);

    image->base = base;
    image->bytes = g_byte_array_new();
    image->mapped = g_byte_array_new();
    return image;
}

static void append(SyPagesImage *image, const uint8_t *bytes, const bool *mapped, guint pages)
{
    g_byte_array_append(image->bytes, bytes, pages * SY_PHYS_PAGE_BYTES);
    for (guint i = 0; i < pages; i++) {
        guint8 flag = mapped[i];

        g_byte_array_append(image->mapped, &flag, 1);
    }
}

SyPagesImage *sy_pages_image_read(SyQmp *qmp, uint64_t address, uint64_t bytes, GError **error)
{
    const uint64_t base = address / PAGE * PAGE;
    g_autoptr(SyPagesImage) image = image_new(base);
    uint64_t left;

    if (bytes == 0 || bytes > SY_PAGES_IMAGE_MAX_BYTES || bytes - 1 > UINT64_MAX - address) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "cannot read %" G_GUINT64_FORMAT " bytes at 0x%" G_GINT64_MODIFIER
                    "x: 1 byte to 256 MiB below 2^64",
                    (guint64)bytes, (guint64)address);
        return NULL;
    }
    left = (address + (bytes - 1)) / PAGE - base / PAGE + 1;
    while (left > 0) {
        const guint pages = (guint)MIN(left, SY_PHYS_PAGES_MAX);
        uint8_t buffer[SY_PHYS_PAGES_MAX * SY_PHYS_PAGE_BYTES];
        bool mapped[SY_PHYS_PAGES_MAX];

        if (!sy_phys_pages_read(qmp, base + image->bytes->len, pages, SY_PHYS_BASE64, buffer,
                                mapped, error)) {
            return NULL;
        }
        append(image, buffer, mapped, pages);
        left -= pages;
    }
    return g_steal_pointer(&image);
}

JsonNode *sy_pages_image_to_json(const SyPagesImage *image)
{
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    JsonObject *object = json_object_new();
    JsonArray *pages = json_array_new();

    for (guint i = 0; i < image->mapped->len; i++) {
        JsonObject *page = json_object_new();
        g_autofree char *base =
            g_strdup_printf("0x%" G_GINT64_MODIFIER "x", (guint64)(image->base + i * PAGE));
        g_autofree char *data = g_base64_encode(image->bytes->data + i * PAGE, PAGE);

        json_object_set_string_member(page, "base", base);
        json_object_set_boolean_member(page, "mapped", image->mapped->data[i]);
        json_object_set_string_member(page, "data", data);
        json_array_add_object_element(pages, page);
    }
    json_object_set_array_member(object, "pages", pages);
    json_node_take_object(root, object);
    return root;
}

static bool add_page(SyPagesImage *image, JsonObject *page, GError **error)
{
    const char *base = page ? sy_json_string_member(page, "base") : NULL;
    const char *data = page ? sy_json_string_member(page, "data") : NULL;
    JsonNode *flag = page ? json_object_get_member(page, "mapped") : NULL;
    g_autofree guchar *bytes = NULL;
    uint64_t address;
    gsize length = 0;
    bool mapped;

    if (!base || !data || !flag || json_node_get_value_type(flag) != G_TYPE_BOOLEAN) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "base, mapped or data is missing");
        return false;
    }
    if (!sy_pages_parse_number("base", base, &address, error)) {
        return false;
    }
    bytes = *data ? g_base64_decode(data, &length) : NULL;
    if (length != PAGE || address % PAGE) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "base %s with %zu bytes is not a page of %u",
                    base, length, SY_PHYS_PAGE_BYTES);
        return false;
    }
    if (image->bytes->len == 0) {
        image->base = address;
    }
    if (address != image->base + image->bytes->len) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "base %s does not follow the page before it",
                    base);
        return false;
    }
    mapped = json_node_get_boolean(flag);
    append(image, bytes, &mapped, 1);
    return true;
}

SyPagesImage *sy_pages_image_load(const char *path, GError **error)
{
    g_autoptr(SyPagesImage) image = image_new(0);
    g_autoptr(JsonObject) object = NULL;
    g_autofree char *text = NULL;
    JsonNode *node;
    JsonArray *pages;

    if (!g_file_get_contents(path, &text, NULL, error)) {
        return NULL;
    }
    g_strstrip(text); /* the JSON parser takes no newline around the object */
    object = sy_json_parse_object(text, strlen(text));
    node = object ? json_object_get_member(object, "pages") : NULL;
    pages = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    if (!pages || json_array_get_length(pages) == 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s: there are no pages in it; `steelyard pages dump --json` makes such a file",
                    path);
        return NULL;
    }
    for (guint i = 0; i < json_array_get_length(pages); i++) {
        if (!add_page(image, sy_json_object(json_array_get_element(pages, i)), error)) {
            g_prefix_error(error, "%s: pages[%u]: ", path, i);
            return NULL;
        }
    }
    return g_steal_pointer(&image);
}

/* True if all pages of these bytes are RAM or ROM. */
static bool all_mapped(const SyPagesImage *image, gsize at, gsize n)
{
    for (gsize page = at / PAGE; page <= (at + n - 1) / PAGE; page++) {
        if (!image->mapped->data[page]) {
            return false;
        }
    }
    return true;
}

gssize sy_pages_image_find(const SyPagesImage *image, gsize from, const uint8_t *pattern, gsize n)
{
    const uint8_t *bytes = image->bytes->data;
    const gsize length = image->bytes->len;

    while (n > 0 && from < length) {
        const uint8_t *hit = memmem(bytes + from, length - from, pattern, n);

        if (!hit) {
            return -1;
        }
        from = (gsize)(hit - bytes);
        if (all_mapped(image, from, n)) {
            return (gssize)from;
        }
        from++;
    }
    return -1;
}

void sy_pages_image_free(SyPagesImage *image)
{
    if (image) {
        g_byte_array_unref(image->bytes);
        g_byte_array_unref(image->mapped);
        g_free(image);
    }
}
