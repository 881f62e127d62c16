/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/stamp.h"

#include "tests/check.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MODDED                                                                                     \
    "steelyard modded; upstream 1:10.0.13+ds-0+deb13u1; mods " HASH "; configure --enable-kvm "    \
    "--target-list=x86_64-softmmu"

static void check_modded(const char *text)
{
    g_autoptr(SyStamp) stamp = sy_stamp_parse(text);

    cr_assert_not_null(stamp, "not found in: %s", text);
    cr_assert_str_eq(stamp->flavor, "modded");
    cr_assert_str_eq(stamp->upstream, "1:10.0.13+ds-0+deb13u1");
    cr_assert_str_eq(stamp->mods_sha256, HASH);
    cr_assert_str_eq(stamp->configure, "--enable-kvm --target-list=x86_64-softmmu");
}

Test(stamp, is_found_wherever_it_is_embedded)
{
    check_modded(MODDED);
    check_modded("(" MODDED ")");
    check_modded(" (" MODDED ")\n");
    check_modded("Debian 1:10; steelyard is the harness (" MODDED ")");
    check_modded(MODDED "\nmore");
}

Test(stamp, of_a_stock_build_has_no_hash)
{
    g_autoptr(SyStamp) stamp =
        sy_stamp_parse("(steelyard stock; upstream 1:7.2; mods none; configure --cc='x (y)')");

    cr_assert_not_null(stamp);
    cr_assert_str_eq(stamp->flavor, "stock");
    cr_assert_null(stamp->mods_sha256);
    cr_assert_str_eq(stamp->configure, "--cc='x (y)'");
}

Test(stamp, of_a_sanitised_build_is_known)
{
    g_autoptr(SyStamp) stamp =
        sy_stamp_parse("(steelyard asan; upstream 1:10.0; mods " HASH "; configure --enable-asan)");

    cr_assert_not_null(stamp);
    cr_assert_str_eq(stamp->flavor, "asan");
    cr_assert_str_eq(stamp->mods_sha256, HASH);
}

Test(stamp, without_parentheses_keeps_one_that_ends_the_configure_line)
{
    g_autoptr(SyStamp) stamp =
        sy_stamp_parse("steelyard stock; upstream 1:7.2; mods none; configure --x=$(y)");

    cr_assert_not_null(stamp);
    cr_assert_str_eq(stamp->configure, "--x=$(y)");
}

Test(stamp, may_have_an_empty_configure_line)
{
    g_autoptr(SyStamp) stamp =
        sy_stamp_parse("(steelyard stock; upstream 1:7.2; mods none; configure )");

    cr_assert_not_null(stamp);
    cr_assert_str_eq(stamp->configure, "");
}

Test(stamp, malformed_or_absent_is_none)
{
    static const char *const bad[] = {
        "",
        "(Debian 1:10.0.13+ds-0+deb13u1)",
        "steelyard ",
        "steelyard modded",
        "steelyard modded; upstream 1; mods none",
        "steelyard fancy; upstream 1; mods none; configure x",
        "steelyard modded; upstream ; mods none; configure x",
        "steelyard modded; mods none; upstream 1; configure x",
        "steelyard modded; upstream 1; mods 0123; configure x",
        "steelyard modded; upstream 1; mods " HASH "0; configure x",
        "steelyard modded; upstream 1; mods " HASH "g; configure x",
        "steelyard modded; upstream 1; mods G123456789abcdef0123456789abcdef0123456789abcdef0123456"
        "789abcdef; configure x",
        "steelyard modded; upstream 1; mods none; configurex",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(SyStamp) stamp = sy_stamp_parse(bad[i]);

        cr_assert_null(stamp, "taken: %s", bad[i]);
    }
}
