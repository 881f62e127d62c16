/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/image-fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <unistd.h>

#include "lab/image-file.h"
#include "tests/check.h"

char *image_world_path(const ImageWorld *world, const char *name)
{
    return g_build_filename(world->dir, name, NULL);
}

void image_world_write(const ImageWorld *world, const char *name, const char *text, mode_t mode)
{
    g_autofree char *path = image_world_path(world, name);
    g_autofree char *folder = g_path_get_dirname(path);

    cr_assert_eq(g_mkdir_with_parents(folder, 0755), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
    cr_assert_eq(chmod(path, mode), 0);
}

void image_world_manifest(const ImageWorld *world, const char *text)
{
    g_autofree char *whole = g_strconcat("[image]\n", text, NULL);

    image_world_write(world, "image.ini", whole, 0644);
}

void image_world_program(const ImageWorld *world, const char *name)
{
    g_autofree char *source = g_find_program_in_path("true");
    g_autofree char *relative = g_build_filename("bin", name, NULL);
    g_autofree char *path = image_world_path(world, relative);
    g_autofree char *data = NULL;
    gsize bytes = 0;

    cr_assert(g_file_get_contents(source, &data, &bytes, NULL));
    cr_assert(g_file_set_contents(path, data, (gssize)bytes, NULL));
    cr_assert_eq(chmod(path, 0755), 0);
}

/* As Debian packs its modules. */
static void write_packed(const ImageWorld *world, const char *name, const char *text)
{
    g_autofree char *path = image_world_path(world, name);
    struct archive *out = archive_write_new();
    struct archive_entry *entry = archive_entry_new();

    archive_write_add_filter_xz(out);
    archive_write_set_format_raw(out);
    cr_assert_eq(archive_write_open_filename(out, path), ARCHIVE_OK);
    archive_entry_set_filetype(entry, AE_IFREG);
    cr_assert_eq(archive_write_header(out, entry), ARCHIVE_OK);
    cr_assert_eq(archive_write_data(out, text, strlen(text)), (la_ssize_t)strlen(text));
    cr_assert_eq(archive_write_close(out), ARCHIVE_OK);
    archive_entry_free(entry);
    archive_write_free(out);
}

static void make_kernel(const ImageWorld *world)
{
    image_world_write(world, "kernel/vmlinuz", "kernel", 0644);
    image_world_write(world, "kernel/version", "9.9.9-test\n", 0644);
    image_world_write(world, "kernel/modules/kernel/x/b.ko", "module b", 0644);
    image_world_write(world, "kernel/modules/kernel/d-d.ko", "module d", 0644);
    write_packed(world, "kernel/modules/kernel/x/a.ko.xz", "module a");
    write_packed(world, "kernel/modules/kernel/x/c.ko.xz", "module c");
    image_world_write(world, "kernel/modules/modules.dep",
                      "kernel/x/a.ko.xz: kernel/x/b.ko kernel/x/c.ko.xz\n"
                      "kernel/x/b.ko: kernel/x/c.ko.xz\n"
                      "kernel/x/c.ko.xz:\n"
                      "kernel/d-d.ko:\n",
                      0644);
    image_world_write(world, "kernel/modules/modules.builtin", "kernel/e.ko\n", 0644);
}

ImageWorld *image_world_new(void)
{
    static const char *firmware[3];
    ImageWorld *world = g_new0(ImageWorld, 1);
    g_autofree char *bin = NULL, *path = NULL;

    world->dir = check_folder();
    world->manifest = image_world_path(world, "image.ini");
    world->files = sy_image_files_new();
    world->spec.manifest = world->manifest;
    world->spec.kernel_dir = image_world_path(world, "kernel");
    world->spec.cache_dir = image_world_path(world, "cache");
    world->spec.files = world->files;
    firmware[0] = image_world_path(world, "nothing-here");
    firmware[1] = image_world_path(world, "firmware");
    world->spec.firmware = firmware;
    make_kernel(world);
    bin = image_world_path(world, "bin");
    cr_assert_eq(g_mkdir_with_parents(bin, 0755), 0);
    path = g_strconcat(bin, ":", g_getenv("PATH"), NULL);
    g_setenv("PATH", path, TRUE);
    return world;
}

void image_world_free(ImageWorld *world)
{
    check_folder_remove(world->dir);
    g_free(world->manifest);
    g_free((char *)world->spec.kernel_dir);
    g_free((char *)world->spec.cache_dir);
    g_free((char *)world->spec.firmware[0]);
    g_free((char *)world->spec.firmware[1]);
    g_ptr_array_unref(world->files);
    g_free(world);
}

SyImage *image_world_get(const ImageWorld *world)
{
    GError *error = NULL;
    SyImage *image = sy_image_get(&world->spec, &error);

    check_no_error(error);
    cr_assert_not_null(image);
    return image;
}

static void member_free(gpointer data)
{
    ImageMember *member = data;

    g_free(member->path);
    g_free(member->target);
    g_free(member->data);
    g_free(member);
}

static ImageMember *read_member(struct archive *in, struct archive_entry *entry)
{
    ImageMember *member = g_new0(ImageMember, 1);

    member->path = g_strdup(archive_entry_pathname(entry));
    member->target = g_strdup(archive_entry_symlink(entry));
    member->mode = archive_entry_mode(entry);
    member->inode = archive_entry_ino64(entry);
    member->uid = archive_entry_uid(entry);
    member->gid = archive_entry_gid(entry);
    member->mtime = archive_entry_mtime(entry);
    member->links = archive_entry_nlink(entry);
    member->major = (guint)archive_entry_rdevmajor(entry);
    member->minor = (guint)archive_entry_rdevminor(entry);
    member->bytes = member->target ? 0 : (gsize)archive_entry_size(entry);
    member->data = g_malloc0(member->bytes + 1);
    if (member->bytes > 0) {
        cr_assert_eq(archive_read_data(in, member->data, member->bytes), (la_ssize_t)member->bytes);
    }
    return member;
}

GPtrArray *image_members(const char *path)
{
    GPtrArray *members = g_ptr_array_new_with_free_func(member_free);
    struct archive *in = archive_read_new();
    struct archive_entry *entry;
    int status;

    archive_read_support_format_cpio(in);
    cr_assert_eq(archive_read_open_filename(in, path, 65536), ARCHIVE_OK);
    while ((status = archive_read_next_header(in, &entry)) == ARCHIVE_OK) {
        g_ptr_array_add(members, read_member(in, entry));
    }
    cr_assert_eq(status, ARCHIVE_EOF, "%s", archive_error_string(in));
    archive_read_free(in);
    return members;
}

const ImageMember *image_member(const GPtrArray *members, const char *path)
{
    for (guint i = 0; i < members->len; i++) {
        const ImageMember *member = g_ptr_array_index(members, i);

        if (strcmp(member->path, path) == 0) {
            return member;
        }
    }
    return NULL;
}
