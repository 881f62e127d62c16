/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `steelyard pages` works on, from a QEMU that is a script and from files. */
#include "vm/pages-image.h"

#include "report/hexdump.h"
#include "result/json-text.h"
#include "tests/check.h"
#include "tests/fake-qmp.h"
#include "vm/phys-pages.h"

#define PAGE ((gsize)SY_PHYS_PAGE_BYTES)

TestSuite(pages_image, .timeout = 60);

/* Two pages from 0x1000 on, the second of which is not mapped, as QEMU sends them. */
static void say_two_pages(FakeQmp *fake)
{
    static const uint8_t needle[6] = {'n', 'e', 'e', 'd', 'l', 'e'};
    uint8_t page[SY_PHYS_PAGE_BYTES] = {0};
    g_autofree char *one = NULL, *two = NULL, *reply = NULL;

    two = g_base64_encode(page, PAGE);
    memcpy(page + 100, needle, sizeof(needle));
    memcpy(page + PAGE - sizeof(needle), needle, sizeof(needle));
    one = g_base64_encode(page, PAGE);
    reply = g_strdup_printf("{\"return\": [{\"base\": 4096, \"size\": 4096, \"mapped\": true, "
                            "\"data\": \"%s\"}, {\"base\": 8192, \"size\": 4096, \"mapped\": "
                            "false, \"data\": \"%s\"}], \"id\": @0@}\r\n",
                            one, two);
    fake_qmp_expect(fake, "query-phys-pages");
    fake_qmp_say(fake, reply);
}

static SyPagesImage *two_pages(uint64_t address, uint64_t bytes)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;
    SyPagesImage *image;

    say_two_pages(fake);
    qmp = fake_qmp_connect(fake);
    image = sy_pages_image_read(qmp, address, bytes, &error);
    check_no_error(error);
    fake_qmp_join(fake);
    cr_assert(strstr(fake_qmp_last_command(fake), "\"addr\":4096,\"num-pages\":2,"), "%s",
              fake_qmp_last_command(fake));
    fake_qmp_end(fake);
    return image;
}

Test(pages_image, reads_the_pages_that_the_bytes_touch)
{
    g_autoptr(SyPagesImage) image = two_pages(0x1FFF, 2);

    cr_assert_eq(image->base, 0x1000);
    cr_assert_eq(image->bytes->len, 2 * PAGE);
    cr_assert(image->mapped->data[0] && !image->mapped->data[1]);
}

Test(pages_image, comes_back_from_a_file_as_it_was)
{
    g_autoptr(SyPagesImage) image = two_pages(0x1000, 0x2000), again = NULL;
    g_autoptr(JsonNode) root = sy_pages_image_to_json(image);
    g_autofree char *text = sy_json_text(root, SY_JSON_PRETTY);
    char *folder = check_folder();
    g_autofree char *path = g_build_filename(folder, "dump.json", NULL);
    GError *error = NULL;

    cr_assert(g_file_set_contents(path, text, -1, NULL));
    again = sy_pages_image_load(path, &error);
    check_no_error(error);
    cr_assert_eq(again->base, image->base);
    cr_assert_eq(again->bytes->len, image->bytes->len);
    cr_assert_arr_eq(again->bytes->data, image->bytes->data, image->bytes->len);
    cr_assert_arr_eq(again->mapped->data, image->mapped->data, image->mapped->len);
    check_folder_remove(folder);
}

Test(pages_image, a_file_that_is_no_dump_is_named_with_what_is_wrong)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"", "no pages"},
        {"[]", "no pages"},
        {"{\"pages\": []}", "no pages"},
        {"{\"pages\": [1]}", "pages[0]: base, mapped or data is missing"},
        {"{\"pages\": [{\"base\": \"0x1000\", \"mapped\": 1, \"data\": \"\"}]}", "is missing"},
        {"{\"pages\": [{\"base\": \"x\", \"mapped\": true, \"data\": \"\"}]}", "base 'x'"},
        {"{\"pages\": [{\"base\": \"0x1000\", \"mapped\": true, \"data\": \"AAAA\"}]}", "3 bytes"},
    };
    char *folder = check_folder();
    g_autofree char *path = g_build_filename(folder, "dump.json", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;

        cr_assert(g_file_set_contents(path, bad[i].text, -1, NULL));
        cr_assert_null(sy_pages_image_load(path, &error), "accepted %s", bad[i].text);
        cr_assert(strstr(error->message, "dump.json"), "%s", error->message);
        check_error(error, SY_ERROR_USAGE, bad[i].words);
    }
    check_folder_remove(folder);
}

Test(pages_image, finds_what_is_in_memory_and_nothing_where_there_is_none)
{
    static const uint8_t zeros[] = {0, 0, 0, 0};
    g_autoptr(SyPagesImage) image = two_pages(0x1000, 0x2000);
    gssize at = sy_pages_image_find(image, 0, (const uint8_t *)"needle", 6);

    cr_assert_eq(at, 100);
    at = sy_pages_image_find(image, (gsize)at + 1, (const uint8_t *)"needle", 6);
    cr_assert_eq(at, PAGE - 6);
    cr_assert_eq(sy_pages_image_find(image, (gsize)at + 1, (const uint8_t *)"needle", 6), -1);
    cr_assert_eq(sy_pages_image_find(image, PAGE - 6, zeros, 4), -1); /* the hole's zeros */
    cr_assert_eq(sy_pages_image_find(image, 2 * PAGE, zeros, 4), -1);
}

Test(pages_image, numbers_have_units_and_limits)
{
    static const char *const bad[] = {
        "", "x", "-1", "1T", "1KK", "0x", "18446744073709551616", "17179869184G", " 1", "+1"};
    uint64_t value = 0;
    GError *error = NULL;

    cr_assert(sy_pages_parse_number("size", "0xfffffffffffff000", &value, NULL));
    cr_assert_eq(value, UINT64_C(0xfffffffffffff000));
    cr_assert(sy_pages_parse_number("size", "3m", &value, NULL));
    cr_assert_eq(value, 3 << 20);
    cr_assert(sy_pages_parse_number("address", "0000000000010000", &value, NULL));
    cr_assert_eq(value, 0x10000, "as pages dump prints it");
    cr_assert(sy_pages_parse_number("address", "00000000000a0000", &value, NULL));
    cr_assert_eq(value, 0xa0000);
    cr_assert(sy_pages_parse_number("size", "010", &value, NULL));
    cr_assert_eq(value, 10, "never octal");
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        cr_assert(!sy_pages_parse_number("size", bad[i], &value, &error), "accepted '%s'", bad[i]);
        check_error(error, SY_ERROR_USAGE, "size '");
    }
}

Test(pages_image, refuses_ranges_that_are_none)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = fake_qmp_connect(fake);
    GError *error = NULL;

    cr_assert_null(sy_pages_image_read(qmp, 0, 0, &error));
    check_error(error, SY_ERROR_USAGE, "0 bytes");
    cr_assert_null(sy_pages_image_read(qmp, UINT64_MAX, 2, &error));
    check_error(error, SY_ERROR_USAGE, "below 2^64");
    cr_assert_null(sy_pages_image_read(qmp, 0, SY_PAGES_IMAGE_MAX_BYTES + 1, &error));
    check_error(error, SY_ERROR_USAGE, "256 MiB");
    fake_qmp_end(fake);
}

Test(hexdump, squeezes_what_repeats_and_ends_with_what_is_left)
{
    uint8_t bytes[16 * 5 + 3] = "Hello";
    g_autoptr(GString) out = g_string_new(NULL);

    sy_hexdump(out, 0x1000, bytes, sizeof(bytes));
    cr_assert_str_eq(
        out->str,
        "0000000000001000  48 65 6c 6c 6f 00 00 00  00 00 00 00 00 00 00 00  |Hello...........|\n"
        "0000000000001010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
        "*\n"
        "0000000000001050  00 00 00                                          |...|\n");
}

Test(hexdump, shows_only_the_lines_that_differ)
{
    uint8_t a[64] = {0}, b[64] = {0};
    g_autoptr(GString) out = g_string_new(NULL);

    b[33] = 0x41;
    b[40] = 0x42;
    cr_assert_eq(sy_hexdiff(out, 0x2000, a, b, sizeof(a)), 2);
    cr_assert_str_eq(
        out->str,
        "-0000000000002020  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
        "+0000000000002020  00 41 00 00 00 00 00 00  42 00 00 00 00 00 00 00  "
        "|.A......B.......|\n");
    cr_assert_eq(sy_hexdiff(out, 0, a, a, sizeof(a)), 0);
}
