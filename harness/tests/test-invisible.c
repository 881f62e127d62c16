/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Characters that nobody sees are shown in messages. */
#include <criterion/criterion.h>

#include "base/invisible.h"

static void check_shown(const char *text, const char *want)
{
    g_autofree char *shown = sy_invisible_shown(text);

    cr_assert_str_eq(shown, want);
}

Test(invisible, what_can_be_seen_stays)
{
    check_shown("", "");
    check_shown("a b\tc\nna\xc3\xafve 1.5 \xe2\x88\x92 5 e\xcc\x81 \xe6\xb0\xb4",
                "a b\tc\nna\xc3\xafve 1.5 \xe2\x88\x92 5 e\xcc\x81 \xe6\xb0\xb4");
}

Test(invisible, what_cannot_is_shown_by_code_and_name)
{
    check_shown("\xc2\xa0"
                "50",
                "<U+00A0 no-break space>50");
    check_shown("\xef\xbb\xbf[null]", "<U+FEFF byte order mark>[null]");
    check_shown("nap\xe2\x80\x8b_ms", "nap<U+200B zero width space>_ms");
    check_shown("a\xe2\x80\x83z", "a<U+2003>z");
    check_shown("\x1b[31mred\r", "<U+001B escape>[31mred<U+000D carriage return>");
}

Test(invisible, broken_bytes_are_shown_too)
{
    check_shown("a\xffz\xc2", "a<byte FF>z<byte C2>");
}

Test(invisible, a_byte_order_mark_is_skipped_at_the_start_only)
{
    cr_assert_str_eq(sy_invisible_skip_mark("\xef\xbb\xbf[null]"), "[null]");
    cr_assert_str_eq(sy_invisible_skip_mark("[\xef\xbb\xbfnull]"), "[\xef\xbb\xbfnull]");
    cr_assert_str_eq(sy_invisible_skip_mark(""), "");
}
