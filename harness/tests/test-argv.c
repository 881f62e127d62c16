/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/argv.h"

#include "tests/check.h"

TestSuite(argv, .timeout = 60);

Test(argv, words_options_and_formatted_values_come_in_order_and_end_in_null)
{
    GPtrArray *argv = g_ptr_array_new();
    static const char *const expected[] = {"qemu", "-name", "a b", "-smp", "cpus=2,max=4", NULL};
    g_auto(GStrv) words = NULL;

    sy_argv_add(argv, "qemu");
    sy_argv_add_option(argv, "-name", "a b");
    sy_argv_add_printf(argv, "-smp", "cpus=%u,max=%d", 2U, 4);
    words = sy_argv_end(argv);
    cr_assert(g_strv_equal((const char *const *)words, expected));
}

Test(argv, words_are_copies)
{
    GPtrArray *argv = g_ptr_array_new();
    char word[] = "x";
    g_auto(GStrv) words = NULL;

    sy_argv_add(argv, word);
    sy_argv_add_option(argv, word, word);
    word[0] = 'y';
    words = sy_argv_end(argv);
    for (int i = 0; i < 3; i++) {
        cr_assert_str_eq(words[i], "x");
    }
}

Test(argv, no_words_are_an_empty_list)
{
    g_auto(GStrv) words = sy_argv_end(g_ptr_array_new());

    cr_assert_not_null(words);
    cr_assert_null(words[0]);
}

Test(argv, every_comma_is_doubled_and_nothing_else_is_touched)
{
    static const struct {
        const char *value, *escaped;
    } table[] = {
        {"", ""}, {"plain", "plain"}, {"a,b", "a,,b"}, {",", ",,"}, {"a,,b=%\\", "a,,,,b=%\\"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *escaped = sy_argv_escape_commas(table[i].value);

        cr_assert_str_eq(escaped, table[i].escaped);
    }
}
