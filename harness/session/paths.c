/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/paths.h"

#include "host/requirement.h"
#include "lab/inside.h"

const char *const sy_paths_firmware_dirs[] = {"/usr/share/qemu", "/usr/share/seabios", NULL};

char *sy_paths_build_dir(void)
{
    const char *override = g_getenv("STEELYARD_BUILD");
    g_autofree char *self = NULL;

    if (override && *override) {
        return g_canonicalize_filename(override, NULL);
    }
    self = g_file_read_link("/proc/self/exe", NULL);
    return self ? g_path_get_dirname(self) : g_get_current_dir();
}

char *sy_paths_guests_dir(void)
{
    g_autofree char *build = sy_paths_build_dir();

    return g_build_filename(build, "guests", NULL);
}

char *sy_paths_mini_kvm(void)
{
    g_autofree char *build = sy_paths_build_dir();

    return g_build_filename(build, "mini-kvm", NULL);
}

static char *built_qemu(const char *release, const char *flavor)
{
    g_autofree char *build = sy_paths_build_dir();

    return g_build_filename(build, "qemu", release, flavor, "bin", "qemu-system-x86_64", NULL);
}

char *sy_paths_modded_qemu(const char *release)
{
    return built_qemu(release, "modded");
}

char *sy_paths_stock_qemu(const char *release)
{
    return sy_inside() ? g_strdup(SY_INSIDE_STOCK_QEMU) : built_qemu(release, "stock");
}

void sy_paths_prepare_probes(const char *release)
{
    g_autofree char *guests_dir = sy_paths_guests_dir();
    g_autofree char *stock_qemu = sy_paths_stock_qemu(release);

    sy_requirement_set_guests_dir(guests_dir);
    sy_requirement_set_stock_qemu(stock_qemu);
}
