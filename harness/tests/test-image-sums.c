/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of an image counts for a baseline's key, and under which name. */
#include "lab/image-sums.h"

#include "lab/inside.h"
#include "tests/check.h"
#include "tests/image-fixture.h"

static ImageWorld *world;

static void set_up(void)
{
    world = image_world_new();
    image_world_write(world, "f", "first", 0644);
    image_world_write(world, "qemu", "a QEMU", 0755);
    image_world_write(world, "spin.elf", "spin", 0644);
    image_world_manifest(world, "files = /etc/f:f, " SY_INSIDE_QEMU ":qemu, " SY_INSIDE_ROOT
                                "/guests/spin.elf:spin.elf\nmodules = b\n");
}

static void tear_down(void)
{
    image_world_free(world);
}

TestSuite(image_sums, .init = set_up, .fini = tear_down, .timeout = 60);

static GPtrArray *get_sums(void)
{
    g_autoptr(SyImage) image = image_world_get(world);
    GError *error = NULL;
    GPtrArray *sums = sy_image_sums(image->initrd, &error);

    check_no_error(error);
    return sums;
}

/* "guests system" if these two differ; kinds that only one has count as well. */
static char *changed(const GPtrArray *before, const GPtrArray *now)
{
    GString *names = g_string_new(NULL);

    cr_assert_eq(before->len, now->len);
    for (guint i = 0; i < before->len; i++) {
        const SyImageSum *x = g_ptr_array_index(before, i), *y = g_ptr_array_index(now, i);

        cr_assert_str_eq(x->kind, y->kind);
        if (strcmp(x->sha256, y->sha256) != 0) {
            g_string_append_printf(names, "%s%s", names->len ? " " : "", x->kind);
        }
    }
    return g_string_free(names, FALSE);
}

Test(image_sums, every_path_has_its_kind_and_the_qemu_under_test_none)
{
    static const struct {
        const char *path, *kind;
    } table[] = {
        {SY_INSIDE_PROGRAM, "harness"},
        {SY_INSIDE_MINI_KVM, "harness"},
        {SY_INSIDE_MINI_KVM_BENCH, "harness"},
        {SY_INSIDE_QEMU, NULL},
        {SY_INSIDE_STOCK_QEMU, "stock_qemu"},
        {SY_INSIDE_ROOT "/guests/linux/initrd", "guests"},
        {SY_INSIDE_ROOT, "system"},
        {"/lib/modules/6.12/kvm.ko", "modules"},
        {"/lib/x86_64-linux-gnu/libc.so.6", "libraries"},
        {"/library", "system"},
        {"/usr/share/qemu/qboot.rom", "firmware"},
        {"/usr/bin/perf", "tools"},
        {"/bin/sh", "tools"},
        {"/etc/passwd", "system"},
        {"/dev", "system"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        const char *kind = sy_image_kind(table[i].path);

        cr_assert(g_strcmp0(kind, table[i].kind) == 0, "%s is %s", table[i].path,
                  kind ? kind : "nothing");
    }
}

Test(image_sums, another_qemu_under_test_changes_no_sum)
{
    g_autoptr(GPtrArray) before = get_sums();
    g_autoptr(GPtrArray) after = NULL;
    g_autofree char *names = NULL;

    image_world_write(world, "qemu", "another QEMU, and a larger one", 0755);
    after = get_sums();
    names = changed(before, after);
    cr_assert_str_eq(names, "");
}

Test(image_sums, a_change_is_found_in_its_kind_alone)
{
    g_autoptr(GPtrArray) before = get_sums();
    g_autoptr(GPtrArray) guest = NULL, mode = NULL;
    g_autofree char *names = NULL, *modes = NULL;

    image_world_write(world, "spin.elf", "spun", 0644);
    guest = get_sums();
    names = changed(before, guest);
    cr_assert_str_eq(names, "guests");
    image_world_write(world, "f", "first", 0755);
    mode = get_sums();
    modes = changed(guest, mode);
    cr_assert_str_eq(modes, "system", "a mode is part of it");
}

Test(image_sums, what_is_no_image_is_named)
{
    g_autofree char *path = image_world_path(world, "f");
    g_autofree char *missing = image_world_path(world, "gone");
    GError *error = NULL;

    cr_assert_null(sy_image_sums(path, &error));
    check_error(error, SY_ERROR_IO, path);
    cr_assert_null(sy_image_sums(missing, &error));
    check_error(error, SY_ERROR_IO, missing);
    cr_assert_null(sy_image_sum_file(missing, &error));
    check_error(error, SY_ERROR_IO, missing);
}

Test(image_sums, the_sum_of_a_file_is_that_of_its_bytes)
{
    g_autofree char *path = image_world_path(world, "f");
    g_autofree char *sum = sy_image_sum_file(path, NULL);

    cr_assert_str_eq(sum, "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e");
}
