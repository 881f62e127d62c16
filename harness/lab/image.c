/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "lab/image-cache.h"
#include "lab/image-cpio.h"
#include "lab/image-file.h"
#include "lab/image-manifest.h"
#include "lab/image-modules.h"
#include "lab/image-programs.h"
#include "lab/image-tree.h"

/* Raise this when equal inputs begin to give another image. */
#define FORMAT "steelyard image 1"

/* Tries to hold an image before others prune it. */
#define HOLD_TRIES 3

#define PROGRAM_DIR "/usr/bin"
#define FIRMWARE_DIR "/usr/share/qemu"

static bool add_devices(SyImageTree *tree, GError **error)
{
    static const SyImageNode devices[] = {
        {.path = "/dev/console", .kind = SY_NODE_DEVICE, .mode = 0600, .major = 5, .minor = 1},
        {.path = "/dev/null", .kind = SY_NODE_DEVICE, .mode = 0666, .major = 1, .minor = 3},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(devices); i++) {
        if (!sy_image_tree_add(tree, &devices[i], error)) {
            return false;
        }
    }
    return true;
}

static bool add_directories_and_texts(SyImageTree *tree, const SyImageManifest *m, GError **error)
{
    for (guint i = 0; m->directories[i]; i++) {
        SyImageNode node = {.path = m->directories[i], .kind = SY_NODE_DIRECTORY};

        if (!sy_image_tree_add(tree, &node, error)) {
            return false;
        }
    }
    for (guint i = 0; i < m->texts->len; i++) {
        const SyImageText *text = g_ptr_array_index(m->texts, i);
        SyImageNode node = {.path = text->path, .kind = SY_NODE_TEXT, .data = text->text};

        if (!sy_image_tree_add(tree, &node, error)) {
            return false;
        }
    }
    return true;
}

/* Adds those of `files` that are not programs to the tree, and the programs to `programs`. */
static bool add_files(SyImageTree *tree, const GPtrArray *files, GPtrArray *programs,
                      GError **error)
{
    for (guint i = 0; files && i < files->len; i++) {
        const SyImageFile *file = g_ptr_array_index(files, i);
        SyImageNode node = {.path = file->path, .kind = SY_NODE_FILE, .data = file->source};

        if (file->program) {
            sy_image_files_add(programs, file->path, file->source, true);
        } else if (!sy_image_tree_add(tree, &node, error)) {
            return false;
        }
    }
    return true;
}

static bool find_programs(const char *const *names, GPtrArray *programs, GError **error)
{
    for (guint i = 0; names && names[i]; i++) {
        g_autofree char *source = sy_image_program_find(names[i], error);
        g_autofree char *path =
            *names[i] == '/' ? g_strdup(names[i]) : g_build_filename(PROGRAM_DIR, names[i], NULL);

        if (!source) {
            return false;
        }
        sy_image_files_add(programs, path, source, true);
    }
    return true;
}

static bool add_programs(SyImageTree *tree, const SyImageManifest *m, const SyImageSpec *spec,
                         GPtrArray *programs, GError **error)
{
    g_autofree char *busybox = NULL;

    if (!find_programs((const char *const *)m->programs, programs, error) ||
        !find_programs(spec->programs, programs, error)) {
        return false;
    }
    if (m->applets[0]) {
        busybox = sy_image_program_find("busybox", error);
        if (!busybox) {
            return false;
        }
        sy_image_files_add(programs, SY_IMAGE_BUSYBOX, busybox, true);
    }
    return sy_image_programs_add(tree, programs, error) &&
           (!busybox ||
            sy_image_applets_add(tree, busybox, (const char *const *)m->applets, error));
}

static bool add_firmware_file(SyImageTree *tree, const char *name, const char *const *folders,
                              GError **error)
{
    g_autofree char *path = g_build_filename(FIRMWARE_DIR, name, NULL);
    g_autofree char *searched = NULL;

    for (guint i = 0; folders && folders[i]; i++) {
        g_autofree char *source = g_build_filename(folders[i], name, NULL);
        SyImageNode node = {.path = path, .kind = SY_NODE_FILE, .data = source, .mode = 0644};

        if (g_file_test(source, G_FILE_TEST_EXISTS)) {
            return sy_image_tree_add(tree, &node, error);
        }
    }
    searched = folders ? g_strjoinv(", ", (char **)folders) : g_strdup("no folder");
    g_set_error(
        error, SY_ERROR, SY_ERROR_UNAVAILABLE,
        "the firmware file '%s' is not in %s; `make deps` installs the packages seabios and "
        "qemu-system-data",
        name, searched);
    return false;
}

static bool add_firmware(SyImageTree *tree, const SyImageManifest *m, const char *const *folders,
                         GError **error)
{
    for (guint i = 0; m->firmware[i]; i++) {
        if (!add_firmware_file(tree, m->firmware[i], folders, error)) {
            return false;
        }
    }
    return true;
}

static bool add_all(SyImageTree *tree, const SyImageManifest *m, const SyImageSpec *spec,
                    const char *release, GError **error)
{
    g_autoptr(GPtrArray) programs = sy_image_files_new();
    g_autofree char *modules = g_build_filename(spec->kernel_dir, "modules", NULL);

    return add_devices(tree, error) && add_directories_and_texts(tree, m, error) &&
           add_files(tree, m->files, programs, error) &&
           add_files(tree, spec->files, programs, error) &&
           add_programs(tree, m, spec, programs, error) &&
           sy_image_modules_add(tree, modules, release, (const char *const *)m->modules, error) &&
           add_firmware(tree, m, spec->firmware, error);
}

static SyImageTree *plan(const SyImageSpec *spec, const char *release, GError **error)
{
    g_autoptr(SyImageManifest) manifest = sy_image_manifest_load(spec->manifest, error);
    g_autoptr(SyImageTree) tree = sy_image_tree_new();

    if (!manifest) {
        return NULL;
    }
    if (!add_all(tree, manifest, spec, release, error)) {
        g_prefix_error(error, "%s: ", manifest->name);
        return NULL;
    }
    return g_steal_pointer(&tree);
}

/* What else decides the bytes: FORMAT, and the strip in PATH. */
static char *salt(void)
{
    g_autofree char *strip = g_find_program_in_path("strip");
    struct stat st;

    if (!strip || stat(strip, &st) < 0) {
        return g_strdup(FORMAT " without strip");
    }
    return g_strdup_printf(FORMAT " %s %lld %lld.%09ld %llu", strip, (long long)st.st_size,
                           (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                           (unsigned long long)st.st_ino);
}

/* Builds in the folder `work`, with the lock held. */
static bool build_in(const SyImageSpec *spec, const SyImageTree *tree, const char *signature,
                     const char *work, SyImage *image, GError **error)
{
    g_autofree char *archive = g_build_filename(work, "archive", NULL);
    g_autoptr(GPtrArray) nodes = sy_image_tree_sorted(tree);
    g_autofree char *own_salt = salt();
    g_autofree char *after = NULL;

    if (!sy_image_cpio_write(nodes, archive, work, &image->sha256, &image->bytes, error)) {
        return false;
    }
    after = sy_image_tree_signature(tree, own_salt, error);
    if (!after) {
        return false;
    }
    if (strcmp(after, signature) != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO,
                    "%s: a file of the image changed while the image was built; try again",
                    spec->manifest);
        return false;
    }
    return sy_image_cache_store(spec->cache_dir, signature, archive, image->sha256, image->bytes,
                                error);
}

static bool build(const SyImageSpec *spec, const SyImageTree *tree, const char *signature,
                  SyImage *image, GError **error)
{
    g_autofree char *work = sy_image_cache_work(spec->cache_dir, error);
    bool built = work && build_in(spec, tree, signature, work, image, error);

    if (work) {
        sy_fs_remove_tree(work);
    }
    if (built) {
        sy_image_cache_prune(spec->cache_dir, SY_IMAGE_KEEP);
    }
    return built;
}

static bool find_or_build(const SyImageSpec *spec, const SyImageTree *tree, SyImage *image,
                          GError **error)
{
    g_autofree char *own_salt = salt();
    g_autofree char *signature = sy_image_tree_signature(tree, own_salt, error);
    bool done;
    int lock;

    if (!signature) {
        return false;
    }
    image->cached = sy_image_cache_find(spec->cache_dir, signature, &image->sha256, &image->bytes);
    if (image->cached) {
        return true;
    }
    lock = sy_image_cache_lock(spec->cache_dir, error);
    if (lock < 0) {
        return false;
    }
    /* Another steelyard may have built it while this one waited. */
    image->cached = sy_image_cache_find(spec->cache_dir, signature, &image->sha256, &image->bytes);
    done = image->cached || build(spec, tree, signature, image, error);
    close(lock);
    return done;
}

static bool find_kernel(const SyImageSpec *spec, SyImage *image, GError **error)
{
    g_autofree char *version = g_build_filename(spec->kernel_dir, "version", NULL);
    g_autofree char *text = NULL;

    image->kernel = g_build_filename(spec->kernel_dir, "vmlinuz", NULL);
    if (!g_file_get_contents(version, &text, NULL, NULL) || !*g_strchug(text) ||
        access(image->kernel, R_OK) < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "%s does not hold a kernel (vmlinuz, version, modules/); remove it, and "
                    "`make lab` fetches it again",
                    spec->kernel_dir);
        return false;
    }
    text[strcspn(text, "\n")] = '\0';
    image->kernel_version = g_strdup(g_strchomp(text));
    return true;
}

/* Tries again if another steelyard prunes the image before this one holds it. */
static bool find_or_build_and_hold(const SyImageSpec *spec, const SyImageTree *tree, SyImage *image,
                                   GError **error)
{
    for (guint i = 0; i < HOLD_TRIES; i++) {
        g_clear_pointer(&image->sha256, g_free);
        if (!find_or_build(spec, tree, image, error)) {
            return false;
        }
        image->held = sy_image_cache_hold(spec->cache_dir, image->sha256);
        if (image->held >= 0) {
            return true;
        }
    }
    g_set_error(error, SY_ERROR, SY_ERROR_IO,
                "the image in %s is removed as soon as it is built; does another process prune "
                "that folder?",
                spec->cache_dir);
    return false;
}

SyImage *sy_image_get(const SyImageSpec *spec, GError **error)
{
    g_autoptr(SyImage) image = g_new0(SyImage, 1);
    g_autoptr(SyImageTree) tree = NULL;
    int64_t start = sy_now_ns();

    image->held = -1;
    if (!find_kernel(spec, image, error) || !sy_fs_private_dir(spec->cache_dir, error)) {
        return NULL;
    }
    tree = plan(spec, image->kernel_version, error);
    if (!tree || !find_or_build_and_hold(spec, tree, image, error)) {
        return NULL;
    }
    image->initrd = sy_image_cache_path(spec->cache_dir, image->sha256);
    image->seconds = (double)(sy_now_ns() - start) / SY_NS_PER_S;
    return g_steal_pointer(&image);
}

void sy_image_free(SyImage *image)
{
    if (!image) {
        return;
    }
    g_free(image->initrd);
    g_free(image->kernel);
    g_free(image->kernel_version);
    g_free(image->sha256);
    if (image->held >= 0) {
        close(image->held);
    }
    g_free(image);
}
