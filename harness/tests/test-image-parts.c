/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of image making that read what others wrote: manifests, ldd, lists of modules, applets;
 * and the tree they fill. */
#include <sys/stat.h>

#include "base/clock.h"
#include "lab/image-file.h"
#include "lab/image-ldd.h"
#include "lab/image-manifest.h"
#include "lab/image-modules.h"
#include "lab/image-programs.h"
#include "lab/image-tool.h"
#include "lab/image-tree.h"
#include "tests/check.h"

TestSuite(image_parts, .timeout = 60);

static void refuse_manifest(const char *text, const char *begins, const char *contains)
{
    GError *error = NULL;

    cr_assert_null(sy_image_manifest_parse("dir/x.ini", text, &error), "accepted: %s", text);
    cr_assert(g_str_has_prefix(error->message, begins), "%s", error->message);
    check_error(error, SY_ERROR_USAGE, contains);
}

Test(image_parts, manifest_lists_are_split_and_trimmed)
{
    g_autoptr(SyImageManifest) m = sy_image_manifest_parse(
        "/dir/x.ini", "[image]\nprograms = a , b,,c\nfiles = /x:s/f, /y:/abs\n[text]\n/t = l\\n\n",
        NULL);
    const SyImageFile *file;
    const SyImageText *text;

    cr_assert_not_null(m);
    cr_assert_eq(g_strv_length(m->programs), 3);
    cr_assert_str_eq(m->programs[1], "b");
    cr_assert_eq(g_strv_length(m->modules), 0);
    cr_assert_eq(m->files->len, 2);
    file = g_ptr_array_index(m->files, 0);
    cr_assert_str_eq(file->path, "/x");
    cr_assert_str_eq(file->source, "/dir/s/f");
    file = g_ptr_array_index(m->files, 1);
    cr_assert_str_eq(file->source, "/abs");
    text = g_ptr_array_index(m->texts, 0);
    cr_assert_str_eq(text->path, "/t");
    cr_assert_str_eq(text->text, "l\n");
}

Test(image_parts, a_manifest_may_begin_with_a_byte_order_mark)
{
    g_autoptr(SyImageManifest) m =
        sy_image_manifest_parse("/dir/x.ini", "\xef\xbb\xbf[image]\nprograms = a\n", NULL);

    cr_assert_not_null(m);
    cr_assert_str_eq(m->programs[0], "a");
}

Test(image_parts, manifest_mistakes_are_refused_with_their_line)
{
    refuse_manifest("[image]\n\nprogram = a\n", "dir/x.ini:3: [image] program: ", "programs");
    refuse_manifest("[image]\nmodules = a\n[imgae]\n", "dir/x.ini:3: [imgae]: ", "[image]");
    refuse_manifest("[image]\nfiles = /x\n", "dir/x.ini:2: [image] files: ", "'/x' is not PATH");
    refuse_manifest("[image]\nfiles = /x:\n", "dir/x.ini:2: ", "'/x:' is not PATH");
    refuse_manifest("[image]\nfiles = x:y\n", "dir/x.ini:2: ", "'x' is not a path");
    refuse_manifest("[image]\ndirectories = /a/../b\n", "dir/x.ini:2: ", "not a path in an image");
    refuse_manifest("[image]\nfirmware = ../x\n", "dir/x.ini:2: ", "'../x' is not a name");
    refuse_manifest("[image]\nprograms = a/b\n", "dir/x.ini:2: ", "a name or an absolute path");
    refuse_manifest("[image]\n[text]\nx = y\n",
                    "dir/x.ini:3: [text] x: ", "not a path in an image");
    refuse_manifest("[text]\n/x = y\n", "dir/x.ini: ", "no section [image]");
    refuse_manifest("[image]\nhello\n", "dir/x.ini: ", "hello");
    refuse_manifest("", "dir/x.ini: ", "no section [image]");
}

Test(image_parts, a_manifest_that_cannot_be_read_is_named)
{
    GError *error = NULL;

    cr_assert_null(sy_image_manifest_load("/no/such.ini", &error));
    check_error(error, SY_ERROR_USAGE, "/no/such.ini");
}

Test(image_parts, paths_in_an_image_are_plain)
{
    static const char *const good[] = {"/a", "/a/b", "/a.b/..c", "/[", "/...", "/a b"};
    static const char *const bad[] = {"",     "/",    "a",   "/a/",   "//a",   "/a//b",
                                      "/./a", "/a/.", "/..", "/../a", "/a/..", "/a/../b"};

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        cr_assert(sy_image_path_ok(good[i]), "%s", good[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        cr_assert_not(sy_image_path_ok(bad[i]), "%s", bad[i]);
    }
}

static const char ldd_text[] = "/usr/bin/a:\n"
                               "\tlinux-vdso.so.1 (0x00007ffd)\n"
                               "\tlibx.so.1 => /usr/lib/x86_64-linux-gnu/libx.so.1 (0x00007f01)\n"
                               "\tlibfar.so.2 => /opt/far lib/libfar.so.2 (0x00007f02)\n"
                               "\t/lib64/ld-linux-x86-64.so.2 (0x00007f03)\n"
                               "/usr/bin/b:\n"
                               "\tnot a dynamic executable\n"
                               "/usr/bin/c:\n"
                               "\tstatically linked\n"
                               "\tlibx.so.1 => /usr/lib/x86_64-linux-gnu/libx.so.1 (0x00007f01)\n"
                               "\t/lib64/own-ld.so => /usr/lib/ld.so.real (0x00007f04)\n";
static const char *const ldd_programs[] = {"/usr/bin/a", "/usr/bin/b", "/usr/bin/c", NULL};

static void check_library(const GPtrArray *libraries, guint i, const char *path, const char *source,
                          const char *alias)
{
    const SyImageLibrary *library = g_ptr_array_index(libraries, i);

    cr_assert_str_eq(library->path, path);
    cr_assert_str_eq(library->source, source);
    cr_assert(g_strcmp0(library->alias, alias) == 0, "%s", library->alias);
}

Test(image_parts, ldd_names_each_library_once_and_where_it_lies)
{
    g_autoptr(GPtrArray) libraries = sy_image_libraries_new();
    GError *error = NULL;

    cr_assert(sy_image_ldd_parse(ldd_text, ldd_programs, libraries, &error));
    cr_assert_eq(libraries->len, 4);
    check_library(libraries, 0, "/usr/lib/x86_64-linux-gnu/libx.so.1",
                  "/usr/lib/x86_64-linux-gnu/libx.so.1", NULL);
    check_library(libraries, 1, "/opt/far lib/libfar.so.2", "/opt/far lib/libfar.so.2",
                  "/lib/libfar.so.2");
    check_library(libraries, 2, "/lib64/ld-linux-x86-64.so.2", "/lib64/ld-linux-x86-64.so.2", NULL);
    check_library(libraries, 3, "/lib64/own-ld.so", "/usr/lib/ld.so.real", NULL);
}

Test(image_parts, ldd_says_which_program_lacks_what)
{
    g_autoptr(GPtrArray) libraries = sy_image_libraries_new();
    const char *const alone[] = {"/usr/bin/b", NULL};
    GError *error = NULL;

    cr_assert_not(sy_image_ldd_parse("/usr/bin/a:\n\tliba.so (0x1)\n/usr/bin/b:\n"
                                     "\tlibgone.so.7 => not found\n",
                                     ldd_programs, libraries, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "/usr/bin/b needs libgone.so.7, which");
    cr_assert_not(sy_image_ldd_parse("\tlibgone.so.7 => not found\n", alone, libraries, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "/usr/bin/b needs libgone.so.7, which");
    cr_assert_not(sy_image_ldd_parse(
        "/usr/bin/b: /lib/libc.so.6: version `GLIBC_9.9' not found (required by /usr/bin/b)\n",
        alone, libraries, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "GLIBC_9.9");
    cr_assert_eq(libraries->len, 0);
}

static void check_order(const char *dep, const char *modules, const char *expected)
{
    g_auto(GStrv) names = g_strsplit(modules, " ", -1);
    GError *error = NULL;
    g_auto(GStrv) order = sy_image_modules_order(dep, "kernel/built-in.ko\n",
                                                 (const char *const *)names, "1.0", &error);
    g_autofree char *joined = order ? g_strjoinv(" ", order) : NULL;

    check_no_error(error);
    cr_assert_str_eq(joined, expected);
}

Test(image_parts, modules_come_after_what_they_need)
{
    /* As depmod writes it: all that is needed, the last to be loaded first. */
    check_order("a.ko: b.ko c.ko\nb.ko: c.ko\nc.ko:\n", "a", "c.ko b.ko a.ko");
    check_order("a.ko: b.ko c.ko\nb.ko:\nc.ko:\n", "a", "c.ko b.ko a.ko");
    /* Only what is needed directly. */
    check_order("a.ko: b.ko\nb.ko: c.ko\nc.ko:\n", "a c", "c.ko b.ko a.ko");
    check_order("a.ko: c.ko b.ko\nb.ko: c.ko\nc.ko:\n", "a", "c.ko b.ko a.ko");
    check_order("x/kvm-amd.ko.xz: x/kvm.ko.xz\nx/kvm.ko.xz:\n", "kvm_amd",
                "x/kvm.ko.xz x/kvm-amd.ko.xz");
    check_order("x/kvm_amd.ko.zst:\n", "kvm-amd kvm_amd", "x/kvm_amd.ko.zst");
    check_order("a.ko:\n", "built_in built-in", "");
    /* A circle has no order, but an end. */
    check_order("a.ko: b.ko\nb.ko: a.ko\n", "a", "b.ko a.ko");
}

Test(image_parts, an_unknown_module_is_refused)
{
    const char *const names[] = {"b", NULL};
    GError *error = NULL;

    cr_assert_null(sy_image_modules_order("a.ko: b.ko\n", "", names, "1.0", &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "the kernel 1.0 has no module 'b'");
}

static char *fake_busybox(const char *folder)
{
    char *path = g_build_filename(folder, "busybox", NULL);

    cr_assert(g_file_set_contents(
        path, "#!/bin/sh\n[ \"$1\" = --list ] && printf '[\\nsh\\nip\\nbusybox\\n'\n", -1, NULL));
    cr_assert_eq(chmod(path, 0755), 0);
    return path;
}

Test(image_parts, applets_are_links_but_for_programs_in_their_own_right)
{
    static const char *const all[] = {"*", NULL}, *const wrong[] = {"sh", "vi", NULL};
    g_autoptr(SyImageTree) tree = sy_image_tree_new();
    char *folder = check_folder();
    g_autofree char *busybox = fake_busybox(folder);
    g_autoptr(GPtrArray) nodes = NULL;
    SyImageNode ip = {.path = (char *)"/usr/bin/ip", .kind = SY_NODE_TEXT, .data = (char *)""};
    GError *error = NULL;

    cr_assert(sy_image_tree_add(tree, &ip, &error));
    cr_assert(sy_image_applets_add(tree, busybox, all, &error));
    cr_assert(sy_image_tree_has(tree, "/bin/sh"));
    cr_assert(sy_image_tree_has(tree, "/bin/["));
    cr_assert_not(sy_image_tree_has(tree, "/bin/ip"));
    cr_assert_not(sy_image_tree_has(tree, "/bin/busybox"));
    nodes = sy_image_tree_sorted(tree);
    for (guint i = 0; i < nodes->len; i++) {
        const SyImageNode *node = g_ptr_array_index(nodes, i);

        cr_assert(node->kind != SY_NODE_LINK || strcmp(node->data, "/bin/busybox") == 0);
    }
    cr_assert_not(sy_image_applets_add(tree, busybox, wrong, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "has no applet 'vi'");
    check_folder_remove(folder);
}

Test(image_parts, tools_run_without_the_users_loader_and_language)
{
    const char *const argv[] = {"env", NULL};
    GError *error = NULL;
    g_autofree char *text = NULL;
    bool succeeded = false;

    g_setenv("LD_BIND_NOW", "1", TRUE);
    g_setenv("LC_ALL", "xx_YY", TRUE);
    text = sy_image_tool_run(argv, 10 * SY_NS_PER_S, &succeeded, &error);
    check_no_error(error);
    cr_assert(succeeded);
    cr_assert_null(strstr(text, "LD_"), "%s", text);
    cr_assert_not_null(strstr(text, "LC_ALL=C\n"));
}

Test(image_parts, tools_are_bounded_and_named)
{
    const char *const slow[] = {"sleep", "60", NULL}, *const none[] = {"no-such-tool", NULL};
    const char *const wrong[] = {"sh", "-c", "echo out; echo err >&2; exit 3", NULL};
    int64_t start = sy_now_ns();
    GError *error = NULL;
    g_autofree char *text = NULL;
    bool succeeded = true;

    cr_assert_null(sy_image_tool_run(slow, 200 * SY_NS_PER_MS, NULL, &error));
    check_error(error, SY_ERROR_TIMEOUT, "sleep did not end");
    cr_assert(sy_now_ns() - start < 20 * SY_NS_PER_S);
    cr_assert_null(sy_image_tool_run(none, SY_NS_PER_S, NULL, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "needs no-such-tool, which is missing");
    text = sy_image_tool_run(wrong, 10 * SY_NS_PER_S, &succeeded, &error);
    cr_assert_str_eq(text, "out\nerr\n");
    cr_assert_not(succeeded);
}
