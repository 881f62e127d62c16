/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/json.h"

#include "tests/check.h"

static JsonObject *parse(const char *text)
{
    return sy_json_parse_object(text, strlen(text));
}

Test(json, takes_one_object_with_blanks_around_it)
{
    static const char *const good[] = {"{}", " {\"a\": 1}\t\r", "{\"a\": \"}\\\"{ [\"}",
                                       "{\"a\": [{\"b\": []}, null, true, -1.5e3]}"};

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(JsonObject) object = parse(good[i]);

        cr_assert_not_null(object, "refused: %s", good[i]);
    }
}

Test(json, refuses_everything_else)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "null",
                                      "1",
                                      "[]",
                                      "\"{}\"",
                                      "{",
                                      "}",
                                      "{}}",
                                      "{}{}",
                                      "{} x",
                                      "x {}",
                                      "{\"a\"}",
                                      "{a: 1}",
                                      "{\"a\": 1,}",
                                      "{\"a\": tru}",
                                      "{\"a\": \"}",
                                      "{\"a\": \"\\",
                                      "{\"a\": [}",
                                      "{\"a\":\xff\xfe}",
                                      "{\"a\":\"\xff\"}",
                                      "var a = {};"};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(JsonObject) object = parse(bad[i]);

        cr_assert_null(object, "taken: %s", bad[i]);
    }
}

Test(json, refuses_nul_bytes)
{
    g_autoptr(JsonObject) after = sy_json_parse_object("{}\0x", 4);
    g_autoptr(JsonObject) in_string = sy_json_parse_object("{\"a\":\"x\0y\"}", 11);
    g_autoptr(JsonObject) between = sy_json_parse_object("{\"a\":\0 1}", 9);

    cr_assert_null(after);
    cr_assert_null(in_string);
    cr_assert_null(between);
}

static char *nested(guint depth)
{
    g_autofree char *open = g_strnfill(depth - 1, '[');
    g_autofree char *shut = g_strnfill(depth - 1, ']');

    return g_strdup_printf("{\"a\":%s%s}", open, shut);
}

Test(json, nests_256_levels_and_no_more)
{
    g_autofree char *deep = nested(256), *deeper = nested(257);
    g_autoptr(JsonObject) taken = parse(deep);
    g_autoptr(JsonObject) refused = parse(deeper);

    cr_assert_not_null(taken);
    cr_assert_null(refused);
}

Test(json, members_of_another_type_are_not_there)
{
    g_autoptr(JsonObject) object =
        parse("{\"s\": \"x\", \"i\": 5, \"o\": {}, \"n\": null, \"d\": 1.5, \"b\": true}");
    static const char *const names[] = {"s", "i", "o", "n", "d", "b", "absent"};
    gint64 value = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *name = names[i];

        cr_assert_eq(sy_json_string_member(object, name) != NULL, g_str_equal(name, "s"));
        cr_assert_eq(sy_json_int_member(object, name, &value), g_str_equal(name, "i"));
        cr_assert_eq(sy_json_object_member(object, name) != NULL, g_str_equal(name, "o"));
    }
    cr_assert_eq(value, 5);
}
