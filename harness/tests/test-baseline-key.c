/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which keys are equal, and what of the emulator is in one. */
#include "judge/baseline-key.h"

#include "tests/check.h"

static GPtrArray *parts(const char *kernel, const char *guests)
{
    GPtrArray *array = g_ptr_array_new_with_free_func((GDestroyNotify)sy_key_part_free);

    g_ptr_array_add(array, sy_key_part_of_text("kernel", kernel, kernel));
    g_ptr_array_add(array, sy_key_part_of_text("guests", guests, NULL));
    return array;
}

Test(baseline_key, equal_parts_give_equal_keys_and_others_do_not)
{
    g_autoptr(GPtrArray) a = parts("6.12", "x"), b = parts("6.12", "x"), c = parts("6.12", "y");
    g_autofree char *key_a = sy_baseline_key(a);
    g_autofree char *key_b = sy_baseline_key(b);
    g_autofree char *key_c = sy_baseline_key(c);

    cr_assert_eq(strlen(key_a), 64);
    cr_assert_str_eq(key_a, key_b);
    cr_assert_str_neq(key_a, key_c);
}

Test(baseline_key, the_emulator_is_what_it_was_built_from_without_the_mods)
{
    SyBuildInfo one = {.qemu_version = (char *)"10.0.13",
                       .upstream = (char *)"1:10.0.13+ds",
                       .flavor = (char *)"modded",
                       .mods_sha256 = (char *)"a",
                       .configure = (char *)"--enable-tcg"};
    SyBuildInfo mods = one, other = one, bare = {0};
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)sy_key_part_free);
    SyBuildInfo *builds[] = {&one, &mods, &other, &bare};
    const SyKeyPart *part[4];

    mods.mods_sha256 = (char *)"b";
    other.configure = (char *)"--enable-tcg --enable-debug";
    for (gsize i = 0; i < G_N_ELEMENTS(builds); i++) {
        g_ptr_array_add(list, sy_key_part_of_emulator(builds[i]));
        part[i] = g_ptr_array_index(list, i);
    }
    cr_assert_str_eq(part[0]->what, "QEMU 10.0.13 (1:10.0.13+ds, modded)");
    cr_assert_str_eq(part[0]->sha256, part[1]->sha256);
    cr_assert_str_neq(part[0]->sha256, part[2]->sha256);
    cr_assert_str_eq(part[3]->what, "QEMU unknown (unknown, unknown)", "a QEMU without a stamp");
}
