/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/lab-parts.h"

#include "base/error.h"
#include "lab/image-file.h"
#include "lab/inside.h"
#include "session/paths.h"

SyLabParts *sy_lab_parts_find(void)
{
    SyLabParts *parts = g_new0(SyLabParts, 1);
    const char *emulator = g_getenv("STEELYARD_LAB_QEMU");

    parts->build_dir = sy_paths_build_dir();
    parts->emulator = emulator && *emulator ? g_canonicalize_filename(emulator, NULL)
                                            : sy_paths_modded_qemu(SY_DEFAULT_RELEASE);
    parts->firmware = g_strdupv((char **)sy_paths_firmware_dirs);
    return parts;
}

char *sy_lab_parts_cache_dir(const SyLabParts *parts)
{
    return g_build_filename(parts->build_dir, "lab", "images", NULL);
}

static void add_guests(GPtrArray *files, const char *guests_dir)
{
    g_autoptr(GDir) dir = g_dir_open(guests_dir, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        if (g_str_has_suffix(name, ".elf")) {
            g_autofree char *source = g_build_filename(guests_dir, name, NULL);
            g_autofree char *path = g_build_filename(SY_INSIDE_ROOT, "guests", name, NULL);

            sy_image_files_add(files, path, source, false);
        }
    }
}

/* Adds the flat guests in `folder`, relative to the guests' folder, and below. */
static void add_flat_guests(GPtrArray *files, const char *guests_dir, const char *folder)
{
    g_autofree char *path = g_build_filename(guests_dir, folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *below = g_build_filename(folder, name, NULL);
        g_autofree char *source = g_build_filename(guests_dir, below, NULL);
        g_autofree char *inside = g_build_filename(SY_INSIDE_ROOT, "guests", below, NULL);

        if (g_str_has_suffix(name, ".bin")) {
            sy_image_files_add(files, inside, source, false);
        } else if (g_file_test(source, G_FILE_TEST_IS_DIR)) {
            add_flat_guests(files, guests_dir, below);
        }
    }
}

/* mini-kvm, mini-kvm-bench and their guests, as far as they have been built. */
static void add_mini_kvm(GPtrArray *files, const char *build_dir, const char *guests_dir)
{
    static const char *const programs[] = {SY_INSIDE_MINI_KVM, SY_INSIDE_MINI_KVM_BENCH};

    for (gsize i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *name = g_path_get_basename(programs[i]);
        g_autofree char *source = g_build_filename(build_dir, name, NULL);

        if (g_file_test(source, G_FILE_TEST_IS_REGULAR)) {
            sy_image_files_add(files, programs[i], source, true);
        }
    }
    add_flat_guests(files, guests_dir, "minikvm");
}

static void add_linux_guest(GPtrArray *files, const char *guests_dir)
{
    static const char *const names[] = {"vmlinuz", "initrd"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *source = g_build_filename(guests_dir, "linux", names[i], NULL);
        g_autofree char *path = g_build_filename(SY_INSIDE_ROOT, "guests", "linux", names[i], NULL);

        sy_image_files_add(files, path, source, false);
    }
}

/* Adds the file or folder `name` as /work/NAME. Links to folders are left out. */
static bool add_copy(GPtrArray *files, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename("/work", name, NULL);
    g_autoptr(GDir) dir = NULL;
    const char *entry;

    if (g_file_test(name, G_FILE_TEST_IS_REGULAR)) {
        sy_image_files_add(files, path, name, false);
        return true;
    }
    dir = g_dir_open(name, 0, error);
    while (dir && (entry = g_dir_read_name(dir))) {
        g_autofree char *below = g_build_filename(name, entry, NULL);

        if (!g_file_test(below, G_FILE_TEST_IS_DIR) ||
            !g_file_test(below, G_FILE_TEST_IS_SYMLINK)) {
            if (!add_copy(files, below, error)) {
                return false;
            }
        }
    }
    return dir != NULL;
}

/* The kernel's folder is complete if it exists (ci/fetch-kernel). `what` begins the error. */
static SyImage *get_image(const SyLabParts *parts, const char *manifest, const GPtrArray *files,
                          const char *const *programs, const char *what, GError **error)
{
    g_autofree char *kernel_dir = g_build_filename(parts->build_dir, "lab", "kernel", NULL);
    g_autofree char *cache_dir = sy_lab_parts_cache_dir(parts);
    SyImageSpec spec = {
        .manifest = manifest,
        .kernel_dir = kernel_dir,
        .firmware = (const char *const *)parts->firmware,
        .programs = programs,
        .files = files,
        .cache_dir = cache_dir,
    };

    if (!g_file_test(kernel_dir, G_FILE_TEST_IS_DIR) ||
        !g_file_test(manifest, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "%s needs %s and %s, and they do not both exist; `make lab` makes them", what,
                    kernel_dir, manifest);
        return NULL;
    }
    return sy_image_get(&spec, error);
}

SyImage *sy_lab_parts_image(const SyLabParts *parts, const SyLabContents *contents, GError **error)
{
    g_autofree char *manifest = g_build_filename(parts->build_dir, "lab", "lab.ini", NULL);
    g_autofree char *guests_dir = g_build_filename(parts->build_dir, "guests", NULL);
    g_autofree char *self = g_file_read_link("/proc/self/exe", error);
    g_autoptr(GPtrArray) files = sy_image_files_new();

    if (!self) {
        return NULL;
    }
    sy_image_files_add(files, SY_INSIDE_PROGRAM, self, true);
    sy_image_files_add(files, SY_INSIDE_QEMU, contents->qemu, true);
    if (contents->stock_qemu) {
        sy_image_files_add(files, SY_INSIDE_STOCK_QEMU, contents->stock_qemu, true);
    }
    add_guests(files, guests_dir);
    add_mini_kvm(files, parts->build_dir, guests_dir);
    if (contents->linux_guest) {
        add_linux_guest(files, guests_dir);
    }
    for (guint i = 0; contents->copies && contents->copies[i]; i++) {
        if (!add_copy(files, contents->copies[i], error)) {
            return NULL;
        }
    }
    return get_image(parts, manifest, files, contents->programs, "lab", error);
}

SyImage *sy_lab_parts_guest_image(const SyLabParts *parts, const char *manifest, GError **error)
{
    return get_image(parts, manifest, NULL, NULL, "Linux guest", error);
}

void sy_lab_parts_free(SyLabParts *parts)
{
    if (!parts) {
        return;
    }
    g_free(parts->build_dir);
    g_free(parts->emulator);
    g_strfreev(parts->firmware);
    g_free(parts);
}
