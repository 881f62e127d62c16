/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in an image, and how clearly it says what is missing. */
#include "lab/image.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/image-file.h"
#include "tests/check.h"
#include "tests/image-fixture.h"

static ImageWorld *world;

static void set_up(void)
{
    world = image_world_new();
}

static void tear_down(void)
{
    image_world_free(world);
}

TestSuite(image, .init = set_up, .fini = tear_down, .timeout = 60);

static GPtrArray *get_members(void)
{
    g_autoptr(SyImage) image = image_world_get(world);

    return image_members(image->initrd);
}

static void refuse(SyError code, const char *text)
{
    GError *error = NULL;

    cr_assert_null(sy_image_get(&world->spec, &error));
    cr_assert_not_null(strstr(error->message, world->manifest), "%s", error->message);
    check_error(error, code, text);
}

/* Found out while the image was written. */
static void refuse_build(const char *text)
{
    GError *error = NULL;

    cr_assert_null(sy_image_get(&world->spec, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, text);
}

static const ImageMember *must_have(const GPtrArray *members, const char *path)
{
    const ImageMember *member = image_member(members, path);

    cr_assert_not_null(member, "%s is not in the image", path);
    return member;
}

Test(image, holds_what_the_manifest_lists)
{
    g_autoptr(GPtrArray) members = NULL;

    image_world_write(world, "init.sh", "#!/bin/sh\n", 0750);
    image_world_write(world, "plain", "plain", 0600);
    image_world_write(world, "firmware/bios.bin", "bios", 0600);
    image_world_manifest(world, "files = /init:init.sh, /opt/x/plain:plain\n"
                                "directories = /tmp, /work\n"
                                "firmware = bios.bin\n"
                                "[text]\n/etc/passwd = root:x\\n\n/etc/steelyard/lab =\n");
    members = get_members();
    cr_assert_eq(must_have(members, "init")->mode, S_IFREG | 0755);
    cr_assert_str_eq(must_have(members, "opt/x/plain")->data, "plain");
    cr_assert_eq(must_have(members, "opt/x/plain")->mode, S_IFREG | 0644);
    cr_assert_eq(must_have(members, "opt/x")->mode, S_IFDIR | 0755);
    cr_assert_eq(must_have(members, "tmp")->mode, S_IFDIR | 01777);
    cr_assert_eq(must_have(members, "work")->mode, S_IFDIR | 0755);
    cr_assert_str_eq(must_have(members, "usr/share/qemu/bios.bin")->data, "bios");
    cr_assert_str_eq(must_have(members, "etc/passwd")->data, "root:x\n");
    cr_assert_eq(must_have(members, "etc/steelyard/lab")->bytes, 0);
    cr_assert_eq(must_have(members, "etc/steelyard/modules")->bytes, 0);
}

Test(image, devices_are_there_without_the_right_to_make_them)
{
    g_autoptr(GPtrArray) members = NULL;
    const ImageMember *member;

    image_world_manifest(world, "directories = /dev\n");
    members = get_members();
    member = must_have(members, "dev/console");
    cr_assert_eq(member->mode, S_IFCHR | 0600);
    cr_assert(member->major == 5 && member->minor == 1);
    member = must_have(members, "dev/null");
    cr_assert_eq(member->mode, S_IFCHR | 0666);
    cr_assert(member->major == 1 && member->minor == 3);
}

Test(image, entries_are_sorted_numbered_and_of_nobody_and_no_time)
{
    g_autoptr(GPtrArray) members = NULL;

    image_world_write(world, "f", "f", 0644);
    image_world_manifest(world, "files = /b/x:f, /b-c:f, /a:f\nmodules = a\n");
    members = get_members();
    for (guint i = 0; i < members->len; i++) {
        const ImageMember *member = g_ptr_array_index(members, i);
        const ImageMember *before = i > 0 ? g_ptr_array_index(members, i - 1) : NULL;

        cr_assert(!before || strcmp(before->path, member->path) < 0, "%s", member->path);
        cr_assert_eq(member->inode, i + 1);
        cr_assert_eq(member->links, S_ISDIR(member->mode) ? 2 : 1);
        cr_assert(member->uid == 0 && member->gid == 0 && member->mtime == 0);
    }
}

Test(image, programs_come_with_their_libraries_and_loader)
{
    g_autoptr(GPtrArray) members = NULL;
    guint loaders = 0, libcs = 0, unwinders = 0;

    image_world_program(world, "steelyard-test-tool");
    image_world_manifest(world, "programs = steelyard-test-tool\n");
    members = get_members();
    cr_assert_eq(must_have(members, "usr/bin/steelyard-test-tool")->mode, S_IFREG | 0755);
    cr_assert_eq(memcmp(must_have(members, "usr/bin/steelyard-test-tool")->data, "\177ELF", 4), 0);
    for (guint i = 0; i < members->len; i++) {
        const ImageMember *member = g_ptr_array_index(members, i);

        loaders += strstr(member->path, "ld-linux") != NULL;
        libcs += g_str_has_suffix(member->path, "/libc.so.6");
        unwinders += g_str_has_suffix(member->path, "/libgcc_s.so.1");
    }
    cr_assert_eq(loaders, 1);
    cr_assert_eq(libcs, 1);
    cr_assert_eq(unwinders, 1, "threads that end early abort without it");
}

Test(image, a_caller_may_ask_for_more_programs_than_the_manifest)
{
    static const char *const more[] = {"more", NULL}, *const none[] = {"no-such-program", NULL};
    g_autoptr(GPtrArray) members = NULL;
    g_autoptr(GError) error = NULL;

    image_world_program(world, "tool");
    image_world_program(world, "more");
    image_world_manifest(world, "programs = tool\n");
    world->spec.programs = more;
    members = get_members();
    cr_assert(image_member(members, "usr/bin/tool"));
    cr_assert_eq(must_have(members, "usr/bin/more")->mode, S_IFREG | 0755);
    world->spec.programs = none;
    cr_assert_null(sy_image_get(&world->spec, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_UNAVAILABLE));
    cr_assert(strstr(error->message, "no-such-program"), "%s", error->message);
}

Test(image, a_library_far_away_is_linked_to_where_the_loader_looks)
{
    g_autofree char *far = image_world_path(world, "far/libfar.so.1"), *ldd = NULL;
    g_autoptr(GPtrArray) members = NULL;

    image_world_program(world, "tool");
    image_world_write(world, "far/libfar.so.1", "far", 0644);
    ldd = g_strdup_printf("#!/bin/sh\nprintf '\\tlibfar.so.1 => %s (0x1)\\n'\n", far);
    image_world_write(world, "bin/ldd", ldd, 0755);
    image_world_manifest(world, "programs = tool\n");
    members = get_members();
    cr_assert_str_eq(must_have(members, far + 1)->data, "far");
    cr_assert_eq(must_have(members, far + 1)->mode, S_IFREG | 0755);
    cr_assert_str_eq(must_have(members, "lib/libfar.so.1")->target, far);
}

Test(image, extra_files_lie_where_the_caller_says)
{
    g_autofree char *tool = image_world_path(world, "bin/tool");
    g_autofree char *guest = image_world_path(world, "guest.elf");
    g_autoptr(GPtrArray) members = NULL;

    image_world_program(world, "tool");
    image_world_write(world, "guest.elf", "guest", 0644);
    image_world_manifest(world, "directories = /x\n");
    sy_image_files_add(world->files, "/opt/steelyard/tool", tool, true);
    sy_image_files_add(world->files, "/opt/steelyard/guests/guest.elf", guest, false);
    members = get_members();
    cr_assert_eq(must_have(members, "opt/steelyard/tool")->mode, S_IFREG | 0755);
    cr_assert_str_eq(must_have(members, "opt/steelyard/guests/guest.elf")->data, "guest");
    cr_assert(members->len > 10, "the libraries did not come along");
}

Test(image, programs_are_stripped_unless_strip_refuses)
{
    g_autoptr(GPtrArray) members = NULL;

    image_world_program(world, "tool");
    image_world_manifest(world, "programs = tool\n");
    image_world_write(world, "bin/strip",
                      "#!/bin/sh\n[ \"$1\" = --strip-debug ] || exit 1\nprintf stripped >\"$3\"\n",
                      0755);
    members = get_members();
    cr_assert_str_eq(must_have(members, "usr/bin/tool")->data, "stripped");
    g_ptr_array_unref(members);
    image_world_write(world, "bin/strip", "#!/bin/sh\necho half >\"$3\"\nexit 1\n", 0755);
    members = get_members();
    cr_assert_eq(memcmp(must_have(members, "usr/bin/tool")->data, "\177ELF", 4), 0);
}

Test(image, modules_come_unpacked_and_in_load_order)
{
    g_autoptr(GPtrArray) members = NULL;

    image_world_manifest(world, "modules = d_d, a, e, c\n");
    members = get_members();
    cr_assert_str_eq(must_have(members, "etc/steelyard/modules")->data,
                     "/lib/modules/9.9.9-test/kernel/d-d.ko\n"
                     "/lib/modules/9.9.9-test/kernel/x/c.ko\n"
                     "/lib/modules/9.9.9-test/kernel/x/b.ko\n"
                     "/lib/modules/9.9.9-test/kernel/x/a.ko\n");
    cr_assert_str_eq(must_have(members, "lib/modules/9.9.9-test/kernel/x/a.ko")->data, "module a");
    cr_assert_str_eq(must_have(members, "lib/modules/9.9.9-test/kernel/x/b.ko")->data, "module b");
    cr_assert_str_eq(must_have(members, "lib/modules/9.9.9-test/kernel/x/c.ko")->data, "module c");
}

Test(image, a_damaged_module_is_named)
{
    g_autofree char *path = image_world_path(world, "kernel/modules/kernel/x/c.ko.xz");
    struct stat st;

    image_world_manifest(world, "modules = c\n");
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(truncate(path, st.st_size - 20), 0);
    refuse_build("kernel/x/c.ko.xz: ");
    image_world_write(world, "kernel/modules/kernel/x/c.ko.xz", "no head of xz", 0644);
    refuse_build("kernel/x/c.ko.xz: it is not compressed as .xz");
    cr_assert_eq(truncate(path, 0), 0);
    refuse_build("kernel/x/c.ko.xz: ");
}

Test(image, a_missing_program_is_named)
{
    image_world_manifest(world, "programs = no-such-program\n");
    refuse(SY_ERROR_UNAVAILABLE, "the program 'no-such-program' is not in PATH; install");
    image_world_manifest(world, "programs = /no/such-program\n");
    refuse(SY_ERROR_UNAVAILABLE, "/no/such-program into an image as a program: No such file");
}

Test(image, a_script_is_no_program_but_does_not_hide_one)
{
    g_autoptr(GPtrArray) members = NULL;
    g_autofree char *shim = image_world_path(world, "bin/no-such-tool");

    image_world_write(world, "bin/no-such-tool", "#!/bin/sh\n", 0755);
    image_world_manifest(world, "programs = no-such-tool\n");
    refuse(SY_ERROR_UNAVAILABLE, "no-such-tool is a script");
    image_world_write(world, "bin/true", "#!/bin/sh\n", 0755);
    image_world_manifest(world, "programs = true\n");
    members = get_members();
    cr_assert_eq(memcmp(must_have(members, "usr/bin/true")->data, "\177ELF", 4), 0);
}

/* The same program with another name for its C library. */
Test(image, a_missing_library_is_named_with_who_needs_it)
{
    g_autofree char *path = image_world_path(world, "bin/tool");
    g_autofree char *data = NULL;
    gsize bytes = 0;
    char *name;

    image_world_program(world, "tool");
    cr_assert(g_file_get_contents(path, &data, &bytes, NULL));
    name = memmem(data, bytes, "libc.so.6", 10);
    cr_assert_not_null(name);
    name[3] = 'X';
    cr_assert(g_file_set_contents(path, data, (gssize)bytes, NULL));
    cr_assert_eq(chmod(path, 0755), 0);
    image_world_manifest(world, "programs = tool\n");
    refuse(SY_ERROR_UNAVAILABLE,
           "bin/tool needs libX.so.6, which this machine does not have; install");
}

Test(image, a_missing_module_is_named_with_the_kernel)
{
    image_world_manifest(world, "modules = a, kvm-zzz\n");
    refuse(SY_ERROR_UNAVAILABLE, "the kernel 9.9.9-test has no module 'kvm-zzz'");
}

Test(image, a_module_without_its_file_is_named)
{
    g_autofree char *path = image_world_path(world, "kernel/modules/kernel/x/b.ko");

    sy_fs_remove_tree(path);
    image_world_manifest(world, "modules = a\n");
    refuse(SY_ERROR_UNAVAILABLE, "kernel/x/b.ko, which the image needs as "
                                 "/lib/modules/9.9.9-test/kernel/x/b.ko: No such");
}

Test(image, missing_firmware_is_named_with_where_it_was_looked_for)
{
    image_world_manifest(world, "firmware = no-such.rom\n");
    refuse(SY_ERROR_UNAVAILABLE, "the firmware file 'no-such.rom' is not in ");
    refuse(SY_ERROR_UNAVAILABLE, "/nothing-here, ");
}

Test(image, a_missing_file_is_named)
{
    image_world_manifest(world, "files = /x:no-such-file\n");
    refuse(SY_ERROR_UNAVAILABLE, "/no-such-file, which the image needs as /x: No such");
    image_world_manifest(world, "files = /x:kernel\n");
    refuse(SY_ERROR_UNAVAILABLE, "/kernel, which the image needs as /x, is not a regular file");
}

Test(image, two_things_at_one_path_are_refused)
{
    image_world_write(world, "f", "f", 0644);
    image_world_write(world, "g", "g", 0644);
    image_world_manifest(world, "files = /x:f, /x:g\n");
    refuse(SY_ERROR_USAGE, "/x in the image would be both ");
    image_world_manifest(world, "files = /x:f, /x/y:g\n");
    refuse(SY_ERROR_USAGE, "/x in the image would be both ");
    image_world_manifest(world, "files = /x:f\ndirectories = /x\n");
    refuse(SY_ERROR_USAGE, "/x in the image would be both ");
}

Test(image, a_folder_without_a_kernel_is_named)
{
    g_autofree char *version = image_world_path(world, "kernel/version");
    GError *error = NULL;

    image_world_manifest(world, "directories = /x\n");
    image_world_write(world, "kernel/version", "\n", 0644);
    cr_assert_null(sy_image_get(&world->spec, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "/kernel does not hold a kernel");
    sy_fs_remove_tree(version);
    cr_assert_null(sy_image_get(&world->spec, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "/kernel does not hold a kernel");
}

Test(image, says_which_kernel_and_how_large)
{
    g_autoptr(SyImage) image = NULL;
    struct stat st;

    image_world_manifest(world, "directories = /x\n");
    image = image_world_get(world);
    cr_assert_str_eq(image->kernel_version, "9.9.9-test");
    cr_assert(g_str_has_suffix(image->kernel, "/kernel/vmlinuz"));
    cr_assert_eq(stat(image->initrd, &st), 0);
    cr_assert_eq(image->bytes, (guint64)st.st_size);
    cr_assert_eq(image->bytes % 4, 0, "the kernel wants it aligned");
    cr_assert(image->seconds > 0 && image->seconds < 30);
}
