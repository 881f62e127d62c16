/*
 * QTest testcase for guest-physical memory by pages: query-phys-pages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "libqtest.h"
#include "qapi/error.h"
#include "qemu/cutils.h"
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "qobject/qlist.h"
#include "qobject/qnum.h"
#include "qobject/qstring.h"

#define PAGE 4096
#define MIB UINT64_C(0x100000)
#define GIB UINT64_C(0x40000000)

/*
 * A machine with as little RAM as possible on both sides of the hole below
 * 4 GiB, and firmware whose bytes are known.
 */
#define LOW_RAM (16 * MIB)
#define HIGH_RAM (16 * MIB)
#define BIOS_SIZE (64 * 1024)
#define BIOS_BASE (4 * GIB - BIOS_SIZE)
#define MACHINE "-machine pc,max-ram-below-4g=16M -m 32 -nodefaults "

static char *bios;

static uint8_t bios_byte(size_t i)
{
    return i ^ i >> 8;
}

static void make_bios(void)
{
    g_autofree uint8_t *image = g_malloc0(BIOS_SIZE);
    int fd = g_file_open_tmp("phys-pages-test-XXXXXX", &bios, NULL);

    g_assert_cmpint(fd, >=, 0);
    for (size_t i = 0; i < BIOS_SIZE; i++) {
        image[i] = bios_byte(i);
    }
    g_assert_cmpint(qemu_write_full(fd, image, BIOS_SIZE), ==, BIOS_SIZE);
    close(fd);
}

static QTestState *start(const char *args)
{
    return qtest_initf(MACHINE "-bios %s %s", bios, args);
}

static QDict *query(QTestState *qts, uint64_t addr, int num_pages,
                    const char *format)
{
    return qtest_qmp(qts, "{ 'execute': 'query-phys-pages', 'arguments': {"
                     " 'addr': %" PRIu64 ", 'num-pages': %d,"
                     " 'format': %s } }", addr, num_pages, format);
}

static uint64_t base_of(QDict *page)
{
    return qnum_get_uint(qobject_to(QNum, qdict_get(page, "base")));
}

/* The bytes in the rows of @page; checks the format of each row. */
static void read_rows(QDict *page, uint8_t *bytes)
{
    const QList *rows = qdict_get_qlist(page, "rows");
    uint64_t base = base_of(page);
    const QListEntry *entry;
    size_t i = 0;

    g_assert_nonnull(rows);
    g_assert_false(qdict_haskey(page, "data"));
    QLIST_FOREACH_ENTRY(rows, entry) {
        const char *row =
            qstring_get_str(qobject_to(QString, qlist_entry_obj(entry)));
        g_autofree char *want = NULL;

        g_assert_cmpuint(i, <, PAGE);
        g_assert_cmpuint(strlen(row), ==, 25);
        bytes[i] = g_ascii_strtoull(row + 23, NULL, 16);
        want = g_strdup_printf("0x%016" PRIx64 " - 0x%02x", base + i,
                               bytes[i]);
        g_assert_cmpstr(row, ==, want);
        i++;
    }
    g_assert_cmpuint(i, ==, PAGE);
}

static void read_base64(QDict *page, uint8_t *bytes)
{
    gsize n;
    g_autofree uint8_t *data =
        g_base64_decode(qdict_get_str(page, "data"), &n);

    g_assert_cmpuint(n, ==, PAGE);
    g_assert_false(qdict_haskey(page, "rows"));
    memcpy(bytes, data, n);
}

/*
 * Read pages from @addr on into @bytes.  Returns which of them are mapped, as
 * bits from 0.
 */
static uint64_t read_pages(QTestState *qts, uint64_t addr, int num_pages,
                           const char *format, uint8_t *bytes)
{
    QDict *resp = query(qts, addr, num_pages, format);
    QList *list = qdict_get_qlist(resp, "return");
    const QListEntry *entry;
    uint64_t mapped = 0;
    int i = 0;

    g_assert_nonnull(list);
    QLIST_FOREACH_ENTRY(list, entry) {
        QDict *page = qobject_to(QDict, qlist_entry_obj(entry));

        g_assert_cmpuint(base_of(page), ==, addr + i * PAGE);
        g_assert_cmpint(qdict_get_int(page, "size"), ==, PAGE);
        mapped |= (uint64_t)qdict_get_bool(page, "mapped") << i;
        if (g_str_equal(format, "rows")) {
            read_rows(page, bytes + i * PAGE);
        } else {
            read_base64(page, bytes + i * PAGE);
        }
        i++;
    }
    g_assert_cmpint(i, ==, num_pages);
    qobject_unref(resp);
    return mapped;
}

static void assert_zero(const uint8_t *bytes, size_t n)
{
    g_assert_true(buffer_is_zero(bytes, n));
}

static void fill(QTestState *qts, uint64_t addr, uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bytes[i] = g_test_rand_int_range(0, 256);
    }
    qtest_memwrite(qts, addr, bytes, n);
}

/* Any number of pages, in both formats, at both ends of both pieces of RAM */
static void test_ram(void)
{
    static const struct {
        uint64_t end;
        int num_pages;
        const char *format;
    } cases[] = {
        { LOW_RAM, 1, "rows" }, { LOW_RAM, 3, "rows" },
        { LOW_RAM, 64, "rows" }, { LOW_RAM, 1, "base64" },
        { LOW_RAM, 63, "base64" }, { 2 * MIB, 64, "base64" },
        { 4 * GIB + 64 * PAGE, 64, "base64" },
        { 4 * GIB + HIGH_RAM, 2, "rows" },
        { 4 * GIB + HIGH_RAM, 64, "base64" },
    };
    g_autofree uint8_t *want = g_malloc(64 * PAGE);
    g_autofree uint8_t *got = g_malloc(64 * PAGE);
    QTestState *qts = start("");

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int n = cases[i].num_pages;
        uint64_t addr = cases[i].end - n * PAGE;

        fill(qts, addr, want, n * PAGE);
        g_assert_cmphex(read_pages(qts, addr, n, cases[i].format, got), ==,
                        UINT64_MAX >> (64 - n));
        g_assert_cmpint(memcmp(want, got, n * PAGE), ==, 0);
    }
    qtest_quit(qts);
}

static void test_defaults(void)
{
    QTestState *qts = start("");
    QDict *resp = qtest_qmp(qts, "{ 'execute': 'query-phys-pages',"
                            " 'arguments': { 'addr': 4096 } }");
    QList *list = qdict_get_qlist(resp, "return");
    QDict *page = qobject_to(QDict, qlist_peek(list));

    g_assert_cmpuint(qlist_size(list), ==, 1);
    g_assert_cmpuint(qlist_size(qdict_get_qlist(page, "rows")), ==, PAGE);
    qobject_unref(resp);
    qtest_quit(qts);
}

/* Where RAM ends and begins, in one reply */
static void test_hole(void)
{
    g_autofree uint8_t *want = g_malloc(PAGE);
    g_autofree uint8_t *got = g_malloc(4 * PAGE);
    QTestState *qts = start("");

    fill(qts, LOW_RAM - PAGE, want, PAGE);
    g_assert_cmphex(read_pages(qts, LOW_RAM - PAGE, 3, "rows", got), ==, 1);
    g_assert_cmpint(memcmp(want, got, PAGE), ==, 0);
    assert_zero(got + PAGE, 2 * PAGE);

    g_assert_cmphex(read_pages(qts, 4 * GIB + HIGH_RAM - PAGE, 2, "base64",
                               got), ==, 1);
    assert_zero(got + PAGE, PAGE);

    /* ROM up to 4 GiB, RAM from there on */
    fill(qts, 4 * GIB, want, PAGE);
    g_assert_cmphex(read_pages(qts, BIOS_BASE - PAGE, 2, "base64", got), ==,
                    2);
    g_assert_cmphex(read_pages(qts, 4 * GIB - PAGE, 2, "base64", got), ==, 3);
    g_assert_cmpint(memcmp(want, got + PAGE, PAGE), ==, 0);
    qtest_quit(qts);
}

static void test_rom(void)
{
    g_autofree uint8_t *got = g_malloc(16 * PAGE);
    QTestState *qts = start("");

    g_assert_cmphex(read_pages(qts, BIOS_BASE, 16, "base64", got), ==,
                    0xffff);
    for (size_t i = 0; i < BIOS_SIZE; i++) {
        g_assert_cmphex(got[i], ==, bios_byte(i));
    }
    qtest_quit(qts);
}

/* A flash chip is memory until it is sent a command. */
static void test_flash(void)
{
    g_autofree uint8_t *got = g_malloc(PAGE);
    QTestState *qts = qtest_initf(MACHINE "-drive if=pflash,unit=0,"
                                  "format=raw,readonly=on,file=%s", bios);

    g_assert_cmphex(read_pages(qts, BIOS_BASE, 1, "base64", got), ==, 1);
    g_assert_cmphex(got[0x123], ==, bios_byte(0x123));

    qtest_writeb(qts, BIOS_BASE, 0x90); /* read its identification */
    g_assert_cmphex(read_pages(qts, BIOS_BASE, 1, "base64", got), ==, 0);
    assert_zero(got, PAGE);

    qtest_writeb(qts, BIOS_BASE, 0xff); /* read memory */
    g_assert_cmphex(read_pages(qts, BIOS_BASE, 1, "base64", got), ==, 1);
    qtest_quit(qts);
}

static void pci_config_write(QTestState *qts, int slot, int reg,
                             uint32_t value)
{
    qtest_outl(qts, 0xcf8, 0x80000000 | slot << 11 | reg);
    qtest_outl(qts, 0xcfc, value);
}

/* Registers of the e1000; reading the interrupt cause clears it. */
#define E1000_BAR 0xe0000000
#define E1000_ROM 0xe0100000
#define E1000_ICR 0xc0
#define E1000_ICS 0xc8
#define ROM_SIZE 2048

static QTestState *start_e1000(const char *rom)
{
    g_autofree char *args = g_strdup_printf("-device e1000,addr=4,romfile=%s",
                                            rom);
    QTestState *qts = start(args);

    pci_config_write(qts, 4, 0x10, E1000_BAR);
    pci_config_write(qts, 4, 0x30, E1000_ROM | 1);
    pci_config_write(qts, 4, 0x04, 2); /* respond to memory accesses */
    return qts;
}

static void test_mmio(void)
{
    g_autofree uint8_t *got = g_malloc(PAGE);
    QTestState *qts = start_e1000("");

    qtest_writel(qts, E1000_BAR + E1000_ICS, 4);
    g_assert_cmphex(read_pages(qts, E1000_BAR, 1, "rows", got), ==, 0);
    assert_zero(got, PAGE);
    g_assert_cmphex(read_pages(qts, E1000_BAR, 1, "base64", got), ==, 0);

    /* Still set for the first real read, which clears it */
    g_assert_cmphex(qtest_readl(qts, E1000_BAR + E1000_ICR) & 4, ==, 4);
    g_assert_cmphex(qtest_readl(qts, E1000_BAR + E1000_ICR) & 4, ==, 0);
    qtest_quit(qts);
}

/* Half a page of ROM, and nothing behind it */
static void test_split(void)
{
    g_autofree char *rom = NULL;
    g_autofree uint8_t *image = g_malloc0(ROM_SIZE);
    g_autofree uint8_t *got = g_malloc(PAGE);
    int fd = g_file_open_tmp("phys-pages-test-XXXXXX", &rom, NULL);
    QTestState *qts;

    g_assert_cmpint(fd, >=, 0);
    for (size_t i = 0; i < ROM_SIZE; i++) {
        image[i] = i * 7 + 1;
    }
    g_assert_cmpint(qemu_write_full(fd, image, ROM_SIZE), ==, ROM_SIZE);
    close(fd);

    qts = start_e1000(rom);
    g_assert_cmphex(read_pages(qts, E1000_ROM, 1, "base64", got), ==, 0);
    g_assert_cmpint(memcmp(got, image, ROM_SIZE), ==, 0);
    assert_zero(got + ROM_SIZE, PAGE - ROM_SIZE);
    qtest_quit(qts);
    unlink(rom);
}

static void assert_error(QTestState *qts, const char *arguments,
                         const char *want)
{
    g_autofree char *command =
        g_strdup_printf("{ \"execute\": \"query-phys-pages\","
                        " \"arguments\": { %s } }", arguments);
    QDict *resp = qtest_qmp(qts, "%p", qobject_from_json(command,
                                                         &error_abort));
    QDict *error = qdict_get_qdict(resp, "error");

    g_test_message("%s", arguments);
    g_assert_nonnull(error);
    g_assert_cmpstr(qdict_get_str(error, "class"), ==, "GenericError");
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), want));
    qobject_unref(resp);
}

static void test_errors(void)
{
    g_autofree uint8_t *got = g_malloc(PAGE);
    QTestState *qts = start("");

    assert_error(qts, "", "Parameter 'addr' is missing");
    assert_error(qts, "\"num-pages\": 1", "Parameter 'addr' is missing");
    assert_error(qts, "\"addr\": 4097", "page-aligned");
    assert_error(qts, "\"addr\": 18446744073709551615", "page-aligned");
    assert_error(qts, "\"addr\": -1", "page-aligned");
    assert_error(qts, "\"addr\": \"4096\"", "'addr'");
    assert_error(qts, "\"addr\": 4096.5", "'addr'");
    assert_error(qts, "\"addr\": 18446744073709551616", "'addr'");
    assert_error(qts, "\"addr\": true", "'addr'");
    assert_error(qts, "\"addr\": 0, \"num-pages\": 0", "greater than zero");
    assert_error(qts, "\"addr\": 0, \"num-pages\": 65", "limit of 64");
    assert_error(qts, "\"addr\": 0, \"num-pages\": -1", "'num-pages'");
    assert_error(qts, "\"addr\": 0, \"num-pages\": 65537", "'num-pages'");
    assert_error(qts, "\"addr\": 0, \"num-pages\": \"1\"", "'num-pages'");
    assert_error(qts, "\"addr\": 0, \"format\": \"hex\"", "'format'");
    assert_error(qts, "\"addr\": 0, \"format\": 1", "'format'");
    assert_error(qts, "\"addr\": 0, \"pages\": 1", "'pages'");
    assert_error(qts, "\"addr\": 18446744073709547520, \"num-pages\": 2",
                 "address range overflow");
    assert_error(qts, "\"addr\": 18446744073709289472, \"num-pages\": 1.5",
                 "'num-pages'");

    /* The very last page can be read, though it is a hole. */
    g_assert_cmphex(read_pages(qts, UINT64_MAX - PAGE + 1, 1, "rows", got),
                    ==, 0);
    assert_zero(got, PAGE);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    int ret;

    g_test_init(&argc, &argv, NULL);
    make_bios();
    qtest_add_func("/phys-pages/ram", test_ram);
    qtest_add_func("/phys-pages/defaults", test_defaults);
    qtest_add_func("/phys-pages/hole", test_hole);
    qtest_add_func("/phys-pages/rom", test_rom);
    qtest_add_func("/phys-pages/flash", test_flash);
    qtest_add_func("/phys-pages/mmio", test_mmio);
    qtest_add_func("/phys-pages/split", test_split);
    qtest_add_func("/phys-pages/errors", test_errors);
    ret = g_test_run();
    unlink(bios);
    g_free(bios);
    return ret;
}
