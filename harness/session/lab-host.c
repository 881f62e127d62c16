/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/lab-host.h"

#include <string.h>

#include "judge/baseline-key.h"
#include "lab/image-sums.h"
#include "lab/inside.h"
#include "result/host-mode.h"
#include "run/build-info.h"
#include "session/lab-parts.h"
#include "session/paths.h"

struct SyLabHost {
    SyLabParts *parts;
    SyImage *image;
    SyBuildInfo *emulator;
    GPtrArray *key_parts; /* SyKeyPart*; NULL: no case is placed in lab-exact */
    SyLabSetup setup;
};

/* Whether a case in the lab requires `requirement`; NULL: whether there is one. */
static bool wanted(const GPtrArray *plans, const char *requirement)
{
    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);

        if (sy_host_mode_is_lab(plan->host_mode) &&
            (!requirement || g_strv_contains(plan->requires, requirement))) {
            return true;
        }
    }
    return false;
}

/* The stock QEMU if it is built and a case in the lab requires it, else NULL. */
static const char *wanted_stock_qemu(const GPtrArray *plans, const SyRunEnv *env)
{
    bool there = g_file_test(env->stock_qemu, G_FILE_TEST_IS_EXECUTABLE);

    return there && wanted(plans, "stock-qemu") ? env->stock_qemu : NULL;
}

static bool any_exact(const GPtrArray *plans)
{
    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);

        if (strcmp(plan->host_mode, SY_HOST_MODE_LAB_EXACT) == 0) {
            return true;
        }
    }
    return false;
}

/*
 * The stock build stands for the compiler and headers that made the QEMU under test: it was made by
 * them from the same source, without the mods.
 */
static bool add_toolchain(SyLabHost *host, const char *stock_qemu, GError **error)
{
    g_autofree char *sum = NULL;

    if (!g_file_test(stock_qemu, G_FILE_TEST_IS_EXECUTABLE)) {
        return true;
    }
    sum = sy_image_sum_file(stock_qemu, error);
    if (sum) {
        g_ptr_array_add(host->key_parts, sy_key_part_new("toolchain", sum, NULL));
    }
    return sum != NULL;
}

/*
 * The key has what the emulator was built from, not its bytes: it is usually the QEMU under test,
 * and a change of the mods must not change the key. For the same reason it has everything in the
 * image but that QEMU.
 */
static bool find_key_parts(SyLabHost *host, const char *stock_qemu, GError **error)
{
    g_autofree char *kernel = sy_image_sum_file(host->image->kernel, error);
    g_autoptr(GPtrArray) sums = kernel ? sy_image_sums(host->image->initrd, error) : NULL;

    if (!sums) {
        return false;
    }
    host->key_parts = g_ptr_array_new_with_free_func((GDestroyNotify)sy_key_part_free);
    g_ptr_array_add(host->key_parts, sy_key_part_of_emulator(host->emulator));
    g_ptr_array_add(host->key_parts,
                    sy_key_part_new("kernel", kernel, host->image->kernel_version));
    for (guint i = 0; i < sums->len; i++) {
        const SyImageSum *sum = g_ptr_array_index(sums, i);

        g_ptr_array_add(host->key_parts, sy_key_part_new(sum->kind, sum->sha256, NULL));
    }
    return add_toolchain(host, stock_qemu, error);
}

SyLabHost *sy_lab_host_prepare(const GPtrArray *plans, const SyRunEnv *env, GError **error)
{
    const SyLabContents contents = {
        .qemu = env->qemu,
        .stock_qemu = wanted_stock_qemu(plans, env),
        .linux_guest = wanted(plans, "linux-guest"),
    };
    SyLabHost *host;

    if (sy_inside() || !wanted(plans, NULL)) {
        return NULL;
    }
    host = g_new0(SyLabHost, 1);
    host->parts = sy_lab_parts_find();
    host->emulator = sy_build_info_probe(host->parts->emulator, SY_DEFAULT_RELEASE, error);
    host->image = host->emulator ? sy_lab_parts_image(host->parts, &contents, error) : NULL;
    if (!host->image || (any_exact(plans) && !find_key_parts(host, env->stock_qemu, error))) {
        sy_lab_host_free(host);
        return NULL;
    }
    host->setup = (SyLabSetup){
        .emulator = host->parts->emulator,
        .emulator_version = host->emulator->qemu_version,
        .firmware = (const char *const *)host->parts->firmware,
        .kernel = host->image->kernel,
        .initrd = host->image->initrd,
        .kernel_version = host->image->kernel_version,
        .image_sha256 = host->image->sha256,
        .key_parts = host->key_parts,
    };
    return host;
}

SyLabSetup *sy_lab_host_setup(SyLabHost *host)
{
    return &host->setup;
}

const SyImage *sy_lab_host_image(const SyLabHost *host)
{
    return host->image;
}

void sy_lab_host_free(SyLabHost *host)
{
    if (!host) {
        return;
    }
    g_clear_pointer(&host->key_parts, g_ptr_array_unref);
    sy_image_free(host->image);
    sy_build_info_free(host->emulator);
    sy_lab_parts_free(host->parts);
    g_free(host);
}
