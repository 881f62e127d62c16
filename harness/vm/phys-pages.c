/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/phys-pages.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "vm/json.h"

/* In the lab QEMU itself is emulated, and a reply of rows takes megabytes. */
#define LIMIT_NS (60 * SY_NS_PER_S)

#define COMMAND "query-phys-pages"
#define ROW "0x%016" G_GINT64_MODIFIER "x - 0x%02x"
#define ROW_CHARS 25
#define ROW_BYTE_AT 23

const char *sy_phys_format_name(SyPhysFormat format)
{
    return format == SY_PHYS_ROWS ? "rows" : "base64";
}

static bool G_GNUC_PRINTF(3, 4) malformed(uint64_t base, GError **error, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                COMMAND ": page 0x%" G_GINT64_MODIFIER "x of the reply %s", base, what);
    return false;
}

static bool read_row(const char *row, uint64_t address, uint8_t *byte)
{
    char want[ROW_CHARS + 1];
    int high, low;

    if (strlen(row) != ROW_CHARS) {
        return false;
    }
    high = g_ascii_xdigit_value(row[ROW_BYTE_AT]);
    low = g_ascii_xdigit_value(row[ROW_BYTE_AT + 1]);
    if (high < 0 || low < 0) {
        return false;
    }
    *byte = (uint8_t)(high << 4 | low);
    g_snprintf(want, sizeof(want), ROW, address, *byte);
    return memcmp(row, want, ROW_CHARS) == 0;
}

static bool read_rows(JsonObject *page, uint64_t base, uint8_t *bytes, GError **error)
{
    JsonNode *node = json_object_get_member(page, "rows");
    JsonArray *rows = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

    if (!rows || json_array_get_length(rows) != SY_PHYS_PAGE_BYTES) {
        return malformed(base, error, "has %u rows instead of %u",
                         rows ? json_array_get_length(rows) : 0, SY_PHYS_PAGE_BYTES);
    }
    for (guint i = 0; i < SY_PHYS_PAGE_BYTES; i++) {
        JsonNode *element = json_array_get_element(rows, i);
        const char *row = JSON_NODE_HOLDS_VALUE(element) ? json_node_get_string(element) : NULL;

        if (!row || !read_row(row, base + i, &bytes[i])) {
            return malformed(base, error, "has '%.40s' for row %u", row ? row : "(no text)", i);
        }
    }
    return true;
}

static bool read_base64(JsonObject *page, uint64_t base, uint8_t *bytes, GError **error)
{
    const char *text = sy_json_string_member(page, "data");
    gsize length = 0;
    g_autofree guchar *data = text && *text ? g_base64_decode(text, &length) : NULL;
    /* The decoder accepts anything; the text is well-formed if encoding gives it back. */
    g_autofree char *again = data ? g_base64_encode(data, length) : NULL;

    if (!again || length != SY_PHYS_PAGE_BYTES || strcmp(again, text) != 0) {
        return malformed(base, error, "has no base64 of %u bytes: '%.40s'", SY_PHYS_PAGE_BYTES,
                         text ? text : "(no text)");
    }
    memcpy(bytes, data, length);
    return true;
}

static bool read_page(JsonObject *page, uint64_t want, SyPhysFormat format, uint8_t *bytes,
                      bool *mapped, GError **error)
{
    gint64 base = 0, size = 0;
    JsonNode *flag;

    /* A number above gint64 comes out as the same 64 bits. */
    if (!page || !sy_json_int_member(page, "base", &base) || (uint64_t)base != want ||
        !sy_json_int_member(page, "size", &size) || size != SY_PHYS_PAGE_BYTES) {
        return malformed(want, error,
                         "has base 0x%" G_GINT64_MODIFIER "x and size %" G_GINT64_FORMAT,
                         (guint64)base, size);
    }
    flag = json_object_get_member(page, "mapped");
    if (!flag || json_node_get_value_type(flag) != G_TYPE_BOOLEAN) {
        return malformed(want, error, "does not say whether it is mapped");
    }
    *mapped = json_node_get_boolean(flag);
    return format == SY_PHYS_ROWS ? read_rows(page, want, bytes, error)
                                  : read_base64(page, want, bytes, error);
}

static JsonNode *query(SyQmp *qmp, uint64_t addr, guint pages, SyPhysFormat format, GError **error)
{
    g_autofree char *arguments =
        g_strdup_printf("{\"addr\":%" G_GUINT64_FORMAT ",\"num-pages\":%u,\"format\":\"%s\"}",
                        (guint64)addr, pages, sy_phys_format_name(format));
    g_autoptr(GError) local = NULL;
    JsonNode *reply = sy_qmp_execute_text(qmp, COMMAND, arguments, LIMIT_NS, &local);

    if (!reply && g_error_matches(local, SY_ERROR, SY_ERROR_PEER) &&
        strstr(local->message, "CommandNotFound")) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "this QEMU has no " COMMAND
                    ", most likely because it has no mods; `make qemu` builds one that has it");
    } else if (!reply) {
        g_propagate_error(error, g_steal_pointer(&local));
    }
    return reply;
}

bool sy_phys_pages_read(SyQmp *qmp, uint64_t addr, guint pages, SyPhysFormat format, uint8_t *bytes,
                        bool *mapped, GError **error)
{
    g_autoptr(JsonNode) reply = query(qmp, addr, pages, format, error);
    JsonArray *list;

    if (!reply) {
        return false;
    }
    list = JSON_NODE_HOLDS_ARRAY(reply) ? json_node_get_array(reply) : NULL;
    if (!list || json_array_get_length(list) != pages) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, COMMAND " returned %u pages instead of %u",
                    list ? json_array_get_length(list) : 0, pages);
        return false;
    }
    for (guint i = 0; i < pages; i++) {
        if (!read_page(sy_json_object(json_array_get_element(list, i)),
                       addr + i * SY_PHYS_PAGE_BYTES, format, bytes + i * SY_PHYS_PAGE_BYTES,
                       &mapped[i], error)) {
            return false;
        }
    }
    return true;
}
