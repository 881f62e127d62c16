/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client of query-phys-pages, with a server that answers well or badly. */
#include "vm/phys-pages.h"

#include "base/clock.h"
#include "tests/check.h"
#include "tests/fake-qmp.h"

#define PAGE SY_PHYS_PAGE_BYTES

TestSuite(phys_pages, .timeout = 60);

static uint8_t bytes[2 * PAGE];
static bool mapped[2];

static void rows_of(GString *text, uint64_t base, const uint8_t *page, gsize n)
{
    g_string_append_c(text, '[');
    for (gsize i = 0; i < n; i++) {
        g_string_append_printf(text, "%s\"0x%016" G_GINT64_MODIFIER "x - 0x%02x\"", i ? ", " : "",
                               base + i, page[i]);
    }
    g_string_append_c(text, ']');
}

/* A page as QEMU would send it, its `n` bytes counting up from `first`. */
static char *page_of(SyPhysFormat format, uint64_t base, uint8_t first, gsize n, bool is_mapped)
{
    GString *text = g_string_new(NULL);
    g_autofree uint8_t *page = g_malloc(n + 1);
    g_autofree char *base64 = NULL;

    for (gsize i = 0; i < n; i++) {
        page[i] = (uint8_t)(first + i);
    }
    g_string_printf(text, "{\"base\": %" G_GUINT64_FORMAT ", \"size\": 4096, \"mapped\": %s, ",
                    (guint64)base, is_mapped ? "true" : "false");
    if (format == SY_PHYS_ROWS) {
        g_string_append(text, "\"rows\": ");
        rows_of(text, base, page, n);
    } else {
        base64 = g_base64_encode(page, n);
        g_string_append_printf(text, "\"data\": \"%s\"", base64);
    }
    g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}

/* Asks for `pages` pages at `addr` and gets `answer` for the "return" member. */
static bool ask(uint64_t addr, guint pages, SyPhysFormat format, const char *answer, char **command,
                GError **error)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autofree char *reply = g_strdup_printf("{\"return\": %s, \"id\": @0@}\r\n", answer);
    g_autoptr(SyQmp) qmp = NULL;
    bool ok;

    fake_qmp_expect(fake, "query-phys-pages");
    fake_qmp_say(fake, reply);
    qmp = fake_qmp_connect(fake);
    ok = sy_phys_pages_read(qmp, addr, pages, format, bytes, mapped, error);
    fake_qmp_join(fake);
    if (command) {
        *command = g_strdup(fake_qmp_last_command(fake));
    }
    fake_qmp_end(fake);
    return ok;
}

static void check_two_pages(SyPhysFormat format, uint64_t addr)
{
    g_autofree char *one = page_of(format, addr, 3, PAGE, true);
    g_autofree char *two = page_of(format, addr + PAGE, 5, PAGE, false);
    g_autofree char *answer = g_strdup_printf("[%s, %s]", one, two);
    GError *error = NULL;

    cr_assert(ask(addr, 2, format, answer, NULL, &error), "%s", error->message);
    cr_assert(mapped[0] && !mapped[1]);
    for (guint i = 0; i < PAGE; i++) {
        cr_assert_eq(bytes[i], (uint8_t)(3 + i));
        cr_assert_eq(bytes[PAGE + i], (uint8_t)(5 + i));
    }
}

Test(phys_pages, reads_both_formats_up_to_the_last_address)
{
    check_two_pages(SY_PHYS_ROWS, 0x1000);
    check_two_pages(SY_PHYS_BASE64, 0x1000);
    check_two_pages(SY_PHYS_ROWS, UINT64_MAX - 2 * PAGE + 1);
    check_two_pages(SY_PHYS_BASE64, UINT64_MAX - 2 * PAGE + 1);
}

Test(phys_pages, asks_with_numbers_above_the_signed_range)
{
    g_autofree char *answer = page_of(SY_PHYS_BASE64, UINT64_C(0x8000000000000000), 0, PAGE, false);
    g_autofree char *list = g_strdup_printf("[%s]", answer);
    g_autofree char *command = NULL;
    GError *error = NULL;

    cr_assert(ask(UINT64_C(0x8000000000000000), 1, SY_PHYS_BASE64, list, &command, &error));
    cr_assert(strstr(command, "\"arguments\":{\"addr\":9223372036854775808,\"num-pages\":1,"
                              "\"format\":\"base64\"}"),
              "%s", command);
}

static void check_refused(SyPhysFormat format, const char *answer, const char *words)
{
    GError *error = NULL;

    cr_assert(!ask(0x1000, 1, format, answer, NULL, &error), "accepted %.60s", answer);
    check_error(error, SY_ERROR_PROTOCOL, words);
}

/* A page that `edit` was replaced by `with` in. */
static void check_edited(SyPhysFormat format, const char *edit, const char *with, const char *words)
{
    g_autofree char *page = page_of(format, 0x1000, 0, PAGE, true);
    GString *text = g_string_new(NULL);

    g_string_printf(text, "[%s]", page);
    cr_assert_geq(g_string_replace(text, edit, with, 1), 1);
    check_refused(format, text->str, words);
    g_string_free(text, TRUE);
}

Test(phys_pages, refuses_what_is_not_the_page_it_asked_for)
{
    check_refused(SY_PHYS_BASE64, "[]", "0 pages instead of 1");
    check_refused(SY_PHYS_BASE64, "{}", "0 pages instead of 1");
    check_refused(SY_PHYS_BASE64, "[null]", "page 0x1000");
    check_edited(SY_PHYS_BASE64, "4096, \"size\"", "8192, \"size\"", "base 0x2000");
    check_edited(SY_PHYS_BASE64, "\"size\": 4096", "\"size\": 4095", "size 4095");
    check_edited(SY_PHYS_BASE64, "\"mapped\": true", "\"mapped\": 1", "mapped");
    check_edited(SY_PHYS_BASE64, "\"data\"", "\"dats\"", "no text");
    check_edited(SY_PHYS_BASE64, "AAEC", "AA?C", "no base64");
    check_edited(SY_PHYS_BASE64, "AAEC", "", "no base64");
    check_edited(SY_PHYS_ROWS, "0x0000000000001002 - 0x02", "0x0000000000001003 - 0x02", "row 2");
    check_edited(SY_PHYS_ROWS, "0x000000000000100f - 0x0f", "0x000000000000100F - 0x0f", "row 15");
    check_edited(SY_PHYS_ROWS, "- 0x0f", "- 0x0g", "row 15");
    check_edited(SY_PHYS_ROWS, " - 0x0f", "-0x0f", "row 15");
    check_edited(SY_PHYS_ROWS, "\"0x0000000000001003 - 0x03\", ", "", "4095 rows");
    check_edited(SY_PHYS_ROWS, "\"0x0000000000001003 - 0x03\"", "3", "row 3");
}

Test(phys_pages, says_what_a_qemu_without_the_command_lacks)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    GError *error = NULL;

    fake_qmp_expect(fake, "query-phys-pages");
    fake_qmp_say(fake, "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no\"}, "
                       "\"id\": @0@}\r\n");
    fake_qmp_expect(fake, "query-phys-pages");
    fake_qmp_say(fake, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"not so\"}, "
                       "\"id\": @0@}\r\n");
    qmp = fake_qmp_connect(fake);
    cr_assert(!sy_phys_pages_read(qmp, 0, 1, SY_PHYS_ROWS, bytes, mapped, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "make qemu");
    cr_assert(!sy_phys_pages_read(qmp, 0, 1, SY_PHYS_ROWS, bytes, mapped, &error));
    check_error(error, SY_ERROR_PEER, "not so");
    fake_qmp_end(fake);
}

Test(phys_pages, a_reply_has_its_time_and_size)
{
    FakeQmp *fake = fake_qmp_new_greeted();
    g_autoptr(SyQmp) qmp = NULL;
    SyQmpReply reply;

    fake_qmp_expect(fake, "query-status");
    fake_qmp_pause_ms(fake, 50);
    fake_qmp_say(fake, "{\"return\": {}, \"id\": @0@}\r\n");
    qmp = fake_qmp_connect(fake);
    cr_assert(sy_qmp_run(qmp, "query-status", NULL, 5 * SY_NS_PER_S, NULL));
    reply = sy_qmp_last_reply(qmp);
    cr_assert_geq(reply.arrived_ns - reply.sent_ns, 50 * SY_NS_PER_MS);
    cr_assert_eq(reply.bytes, strlen("{\"return\": {}, \"id\": 2}"));
    fake_qmp_end(fake);
}
