/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a page (qemu-mods/src/system/phys-pages/phys-text.c) against the straightforward way
 * to write it, and against GLib's base64. */
#include <json-glib/json-glib.h>
#include <time.h>

#include "qemu-mods/src/system/phys-pages/phys-text.h"
#include "tests/check.h"
#include "tests/phys-text-reference.h"

#define PAGE 4096
#define LENGTHS_MAX 70

static void fill(uint8_t *bytes, gsize n, guint32 seed)
{
    GRand *rand = g_rand_new_with_seed(seed);

    for (gsize i = 0; i < n; i++) {
        bytes[i] = (uint8_t)g_rand_int(rand);
    }
    g_rand_free(rand);
}

/* Exactly as large as promised, so that the sanitised tests see a byte too many. */
static char *rows_text(uint64_t base, const uint8_t *bytes, gsize n, gsize *length)
{
    char *text = g_malloc(phys_text_rows_size(n));

    *length = phys_text_rows(text, base, bytes, n);
    cr_assert_leq(*length, phys_text_rows_size(n));
    return text;
}

static void check_rows(uint64_t base, const uint8_t *bytes, gsize n)
{
    gsize length;
    g_autofree char *text = rows_text(base, bytes, n, &length);
    g_autoptr(JsonParser) parser = json_parser_new();
    GQueue *want = phys_text_reference(base, bytes, n);
    GError *error = NULL;
    JsonArray *rows;

    cr_assert(json_parser_load_from_data(parser, text, (gssize)length, &error));
    check_no_error(error);
    rows = json_node_get_array(json_parser_get_root(parser));
    cr_assert_eq(json_array_get_length(rows), n);
    for (guint i = 0; i < n; i++) {
        cr_assert_str_eq(json_array_get_string_element(rows, i), g_queue_peek_nth(want, i));
    }
    g_queue_free_full(want, g_free);
}

Test(phys_text, rows_are_those_of_the_straightforward_way)
{
    uint8_t bytes[PAGE];

    fill(bytes, PAGE, 1);
    check_rows(0x1000, bytes, PAGE);
    check_rows(UINT64_C(0x123456789ABCD000), bytes, PAGE);
    check_rows(UINT64_MAX - PAGE + 1, bytes, PAGE);
    for (gsize n = 0; n < LENGTHS_MAX; n++) {
        check_rows(0xFEDCBA98765432F0 + n, bytes, n); /* from any address, over any carry */
    }
}

Test(phys_text, a_row_has_25_letters_and_two_lie_next_to_each_other)
{
    static const uint8_t bytes[] = {0xFF, 0x07};
    gsize length;
    g_autofree char *text = rows_text(0x1000, bytes, 2, &length);
    g_autofree char *copy = g_strndup(text, length);

    cr_assert_str_eq(copy, "[\"0x0000000000001000 - 0xff\", \"0x0000000000001001 - 0x07\"]");
}

Test(phys_text, base64_is_glibs)
{
    uint8_t bytes[PAGE];

    fill(bytes, PAGE, 2);
    for (gsize n = 0; n <= PAGE; n += n < LENGTHS_MAX ? 1 : 1013) {
        g_autofree char *text = g_malloc(phys_text_base64_size(n));
        g_autofree char *plain = g_base64_encode(bytes, n);
        g_autofree char *want = g_strdup_printf("\"%s\"", plain);
        gsize length = phys_text_base64(text, bytes, n);
        g_autofree char *got = g_strndup(text, length);

        cr_assert_leq(length, phys_text_base64_size(n));
        cr_assert_str_eq(got, want);
    }
}

static double cpu_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The fastest of several times: what disturbs only makes slower. */
static double best_of(void (*once)(const uint8_t *bytes), const uint8_t *bytes)
{
    double best = G_MAXDOUBLE;

    for (int i = 0; i < 20; i++) {
        double start = cpu_s();

        once(bytes);
        best = MIN(best, cpu_s() - start);
    }
    return best;
}

static void straightforward(const uint8_t *bytes)
{
    g_queue_free_full(phys_text_reference(0x1000, bytes, PAGE), g_free);
}

static void product(const uint8_t *bytes)
{
    gsize length;

    g_free(rows_text(0x1000, bytes, PAGE, &length));
}

/* The text of the product is what goes out; the list of the other would still have to be copied
 * twice and be written. */
Test(phys_text, rows_are_at_least_twice_as_fast_as_the_straightforward_way)
{
    uint8_t bytes[PAGE];
    double slow, fast;

    fill(bytes, PAGE, 3);
    slow = best_of(straightforward, bytes);
    fast = best_of(product, bytes);
    cr_log_info("rows of a page: %.1f us, the straightforward way %.1f us: %.1f times", fast * 1e6,
                slow * 1e6, slow / fast);
    cr_assert_geq(slow / fast, 2);
}
