/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard pages: reads guest-physical memory of a running QEMU that has query-phys-pages. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/exit-code.h"
#include "cli/command.h"
#include "report/hexdump.h"
#include "result/json-text.h"
#include "vm/pages-image.h"
#include "vm/phys-pages.h"
#include "vm/qmp-connect.h"

#define PAGE SY_PHYS_PAGE_BYTES
#define DEFAULT_SIZE "4K"

static char *json_of(JsonNode *root)
{
    g_autoptr(JsonNode) owned = root;
    g_autofree char *text = sy_json_text(owned, SY_JSON_PRETTY);

    return g_strconcat(text, g_str_has_suffix(text, "\n") ? "" : "\n", NULL);
}

/* Parses the arguments SOCKET ADDRESS [SIZE], and connects to the socket. */
static SyQmp *open_range(int argc, char **argv, uint64_t *address, uint64_t *bytes, GError **error)
{
    if (argc < 3 || argc > 4) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s: give a QMP socket, an address and optionally a size", argv[0]);
        return NULL;
    }
    if (!sy_pages_parse_number("address", argv[2], address, error) ||
        !sy_pages_parse_number("size", argc > 3 ? argv[3] : DEFAULT_SIZE, bytes, error)) {
        return NULL;
    }
    return sy_qmp_connect(argv[1], error);
}

static void append_dump(GString *out, const SyPagesImage *image, uint64_t address, uint64_t bytes)
{
    for (guint i = 0; i < image->mapped->len; i++) {
        const uint64_t base = image->base + (uint64_t)i * PAGE;
        const uint64_t from = MAX(base, address);
        const uint64_t last = MIN(base + (PAGE - 1), address + (bytes - 1));

        if (!image->mapped->data[i]) {
            g_string_append_printf(out, "%016" G_GINT64_MODIFIER "x  neither RAM nor ROM\n",
                                   (guint64)base);
            continue;
        }
        sy_hexdump(out, from, image->bytes->data + (from - image->base), last - from + 1);
    }
}

static int pages_dump(int argc, char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry options[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON, the input of `pages diff`", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(SyQmp) qmp = NULL;
    g_autoptr(SyPagesImage) image = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    uint64_t address = 0, bytes = 0;

    if (!sy_cli_parse(&argc, &argv, options, "SOCKET ADDRESS [SIZE]",
                      "Prints guest-physical memory (4K by default); with --json, whole pages.")) {
        return SY_EXIT_USAGE;
    }
    qmp = open_range(argc, argv, &address, &bytes, &error);
    image = qmp ? sy_pages_image_read(qmp, address, bytes, &error) : NULL;
    if (!image) {
        return sy_cli_fail(error);
    }
    if (json) {
        text = json_of(sy_pages_image_to_json(image));
        return sy_cli_print(text);
    }
    append_dump(out, image, address, bytes);
    return sy_cli_print(out->str);
}

/* What differs between two dumps, page by page. */
typedef struct {
    GString *text;
    JsonArray *pages;
    guint changed;
} Changes;

static void add_change(Changes *changes, uint64_t base, gsize bytes, const char *lines)
{
    g_autofree char *name = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", (guint64)base);
    JsonObject *page = json_object_new();

    changes->changed++;
    g_string_append_printf(changes->text, "page %s: %zu bytes differ\n%s", name, bytes, lines);
    json_object_set_string_member(page, "base", name);
    json_object_set_int_member(page, "bytes", (gint64)bytes);
    json_array_add_object_element(changes->pages, page);
}

/* Compares the pages that both have. False with SY_ERROR_USAGE if there are none. */
static bool compare(const SyPagesImage *a, const SyPagesImage *b, Changes *changes, GError **error)
{
    const uint64_t from = MAX(a->base, b->base);
    const uint64_t last = MIN(a->base + (a->bytes->len - 1), b->base + (b->bytes->len - 1));

    if (from > last) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "the two dumps have no page in common: they start at 0x%" G_GINT64_MODIFIER
                    "x and 0x%" G_GINT64_MODIFIER "x",
                    (guint64)a->base, (guint64)b->base);
        return false;
    }
    for (uint64_t offset = 0; offset <= last - from; offset += PAGE) {
        g_autoptr(GString) lines = g_string_new(NULL);
        gsize bytes = sy_hexdiff(lines, from + offset, a->bytes->data + (from + offset - a->base),
                                 b->bytes->data + (from + offset - b->base), PAGE);

        if (bytes > 0) {
            add_change(changes, from + offset, bytes, lines->str);
        }
    }
    return true;
}

/* Prints the changes; the exit status is as that of diff: 1 if there are any. */
static int print_changes(const SyPagesImage *a, const SyPagesImage *b, bool json)
{
    Changes changes = {.text = g_string_new(NULL), .pages = json_array_new()};
    g_autoptr(GString) text = changes.text;
    g_autoptr(JsonArray) pages = changes.pages;
    g_autoptr(GError) error = NULL;
    g_autofree char *as_json = NULL;
    JsonNode *root;
    int code;

    if (!compare(a, b, &changes, &error)) {
        return sy_cli_fail(error);
    }
    root = json_node_new(JSON_NODE_ARRAY);
    json_node_set_array(root, pages);
    as_json = json_of(root);
    code = sy_cli_print(json ? as_json : text->str);
    return code == SY_EXIT_PASS && changes.changed ? SY_EXIT_FAIL : code;
}

static int pages_diff(int argc, char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry options[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "print the pages that differ as JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(SyPagesImage) a = NULL;
    g_autoptr(SyPagesImage) b = NULL;
    g_autoptr(GError) error = NULL;

    if (!sy_cli_parse(
            &argc, &argv, options, "DUMP DUMP",
            "Compares two files of `steelyard pages dump --json`.\nExit status: 0 equal, 1 "
            "different.")) {
        return SY_EXIT_USAGE;
    }
    if (argc != 3) {
        fprintf(stderr, "steelyard pages diff: give two dumps\n");
        return SY_EXIT_USAGE;
    }
    a = sy_pages_image_load(argv[1], &error);
    b = a ? sy_pages_image_load(argv[2], &error) : NULL;
    return b ? print_changes(a, b, json) : sy_cli_fail(error);
}

/* The bytes to look for: those of --text, or of --bytes in hexadecimal. */
static GByteArray *pattern_of(const char *text, const char *hex, GError **error)
{
    GByteArray *pattern = g_byte_array_new();
    gsize digits = hex ? strlen(hex) : 0;
    bool good = digits > 0 && digits % 2 == 0;

    if (text && *text && !hex) {
        return g_byte_array_append(pattern, (const guint8 *)text, (guint)strlen(text));
    }
    for (gsize i = 0; good && i + 1 < digits; i += 2) {
        int high = g_ascii_xdigit_value(hex[i]), low = g_ascii_xdigit_value(hex[i + 1]);
        guint8 byte = (guint8)(high << 4 | low);

        good = high >= 0 && low >= 0;
        g_byte_array_append(pattern, &byte, 1);
    }
    if (good && !text) {
        return pattern;
    }
    g_byte_array_unref(pattern);
    g_set_error(
        error, SY_ERROR, SY_ERROR_USAGE,
        "pages find: give --bytes with an even number of hexadecimal digits, or --text with "
        "some text, or --changed with milliseconds");
    return NULL;
}

/* Prints each address of `pattern`; the exit status is as that of grep: 1 if there is none. */
static int print_hits(const SyPagesImage *image, const GByteArray *pattern, bool json)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *as_json = NULL;
    JsonNode *root = json_node_new(JSON_NODE_ARRAY);
    JsonArray *hits = json_array_new();
    gssize at = -1;
    int code;

    while ((at = sy_pages_image_find(image, (gsize)(at + 1), pattern->data, pattern->len)) >= 0) {
        g_autofree char *hit =
            g_strdup_printf("0x%016" G_GINT64_MODIFIER "x", (guint64)(image->base + (guint64)at));

        g_string_append_printf(out, "%s\n", hit);
        json_array_add_string_element(hits, hit);
    }
    json_node_take_array(root, hits);
    as_json = json_of(root);
    code = sy_cli_print(json ? as_json : out->str);
    return code == SY_EXIT_PASS && out->len == 0 ? SY_EXIT_FAIL : code;
}

static int find_changed(SyQmp *qmp, uint64_t address, uint64_t bytes, int wait_ms, bool json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SyPagesImage) before = sy_pages_image_read(qmp, address, bytes, &error);
    g_autoptr(SyPagesImage) after = NULL;

    if (before && sy_sleep_until_ns(sy_now_ns() + wait_ms * SY_NS_PER_MS, &error)) {
        after = sy_pages_image_read(qmp, address, bytes, &error);
    }
    if (!after) {
        return sy_cli_fail(error);
    }
    switch (print_changes(before, after, json)) {
    case SY_EXIT_FAIL:
        return SY_EXIT_PASS; /* found */
    case SY_EXIT_PASS:
        return SY_EXIT_FAIL;
    default:
        return SY_EXIT_COULD_NOT_RUN;
    }
}

static int pages_find(int argc, char **argv)
{
    gboolean json = FALSE;
    g_autofree char *text = NULL, *hex = NULL;
    int changed = -1;
    const GOptionEntry options[] = {
        {"bytes", 0, 0, G_OPTION_ARG_STRING, &hex, "find these bytes, in hexadecimal", "HEX"},
        {"text", 0, 0, G_OPTION_ARG_STRING, &text, "find this text", "TEXT"},
        {"changed", 0, 0, G_OPTION_ARG_INT, &changed,
         "find pages that change within MS milliseconds", "MS"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "print the addresses or pages as JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(SyQmp) qmp = NULL;
    g_autoptr(SyPagesImage) image = NULL;
    g_autoptr(GByteArray) pattern = NULL;
    g_autoptr(GError) error = NULL;
    uint64_t address = 0, bytes = 0;

    if (!sy_cli_parse(
            &argc, &argv, options, "SOCKET ADDRESS [SIZE]",
            "Finds bytes, or pages that change, in guest-physical memory (4K by default).\n"
            "Exit status: 0 found, 1 not found.")) {
        return SY_EXIT_USAGE;
    }
    if (changed < 0 || hex || text) {
        pattern = pattern_of(text, changed < 0 ? hex : "", &error);
        if (!pattern) {
            return sy_cli_fail(error);
        }
    }
    qmp = open_range(argc, argv, &address, &bytes, &error);
    if (!qmp) {
        return sy_cli_fail(error);
    }
    if (!pattern) {
        return find_changed(qmp, address, bytes, changed, json);
    }
    image = sy_pages_image_read(qmp, address, bytes, &error);
    return image ? print_hits(image, pattern, json) : sy_cli_fail(error);
}

static const SyCommand commands[] = {
    {"dump", pages_dump, "print guest-physical memory"},
    {"diff", pages_diff, "compare two dumps, page by page"},
    {"find", pages_find, "find bytes, or pages that change"},
};

int sy_cmd_pages(int argc, char **argv)
{
    return sy_cli_dispatch(commands, G_N_ELEMENTS(commands), argc, argv);
}
