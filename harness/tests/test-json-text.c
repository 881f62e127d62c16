/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and JSON as text: nothing is lost on the way out, nothing hostile comes in. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "result/json-text.h"
#include "tests/check.h"

static void check_number(double value, const char *expected)
{
    g_autofree char *text = sy_number_text(value);

    cr_assert_str_eq(text, expected, "%.17g: %s", value, text);
}

Test(number, is_the_shortest_text_that_reads_back)
{
    check_number(0, "0");
    check_number(-0.0, "0");
    check_number(5, "5");
    check_number(-5.5, "-5.5");
    check_number(0.1, "0.1");
    check_number(1.0 / 3, "0.3333333333333333");
    check_number(0.1 + 0.2, "0.30000000000000004");
    check_number(100, "100");
    check_number(123456789012345, "123456789012345");
    check_number(1e15, "1000000000000000");
    check_number(1e16, "1e+16");
    check_number(1e20, "1e+20");
    check_number(0.00001, "0.00001");
    check_number(1.25e-6, "1.25e-06");
    check_number(DBL_MAX, "1.7976931348623157e+308");
    check_number(5e-324, "5e-324");
    check_number(NAN, "nan");
    check_number(-INFINITY, "-inf");
}

Test(number, random_doubles_read_back)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);

    for (int i = 0; i < 200000; i++) {
        guint64 bits = ((guint64)g_rand_int(rand) << 32) | g_rand_int(rand);
        g_autofree char *text = NULL;
        double value;

        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value)) {
            continue;
        }
        text = sy_number_text(value);
        cr_assert(g_ascii_strtod(text, NULL) == value, "%.17g: %s", value, text);
    }
}

Test(json_text, a_double_stays_a_double_and_an_int_an_int)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node =
        sy_json_parse("[5.0, 5, 1e20, -0.0, true, null, \"a\\u0001\"]", -1, "x", &error);
    g_autofree char *line = NULL;

    check_no_error(error);
    line = sy_json_text(node, SY_JSON_LINE);
    cr_assert_str_eq(line, "[5.0,5,1e+20,0.0,true,null,\"a\\u0001\"]");
}

Test(json_text, refuses_what_would_exhaust_the_stack)
{
    GError *error = NULL;
    g_autofree char *deep = g_strnfill(1000000, '[');
    g_autofree char *quoted = g_strdup_printf("[\"%s\"]", deep);
    g_autofree char *hidden = g_strdup_printf("/*\"*/%s", deep);
    g_autoptr(JsonNode) fine = NULL;

    cr_assert_null(sy_json_parse(deep, -1, "x", &error));
    check_error(error, SY_ERROR_USAGE, "x: nested deeper than 64 levels");
    cr_assert_null(sy_json_parse(hidden, -1, "x", &error));
    check_error(error, SY_ERROR_USAGE, "x: not JSON");
    cr_assert_null(sy_json_parse("", -1, "x", &error));
    check_error(error, SY_ERROR_USAGE, "x: the text is empty");
    fine = sy_json_parse(quoted, -1, "x", &error);
    check_no_error(error);
}
