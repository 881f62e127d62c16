/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/baseline.h"

#include <string.h>

#include "base/error.h"
#include "judge/baseline.h"
#include "run/build-info.h"
#include "session/build-spec.h"
#include "session/paths.h"

static SyBuildSpec *parse(const SyBaselineBuild *build, GError **error)
{
    g_autoptr(SyBuildSpec) spec =
        sy_build_spec_parse(build->spec ? build->spec : SY_DEFAULT_RELEASE, error);

    if (spec && strcmp(spec->flavor, "modded") != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "a baseline is of a modded build, not of '%s': what a %s build lacks or has "
                    "more than a stock one are not the mods",
                    build->spec, spec->flavor);
        return NULL;
    }
    return g_steal_pointer(&spec);
}

char *sy_baseline_release(const SyBaselineBuild *build, GError **error)
{
    g_autoptr(SyBuildSpec) spec = parse(build, error);

    return spec ? g_strdup(spec->release) : NULL;
}

/* The path of `given`, or else of the build `spec`. */
static char *find(const char *given, const SyBuildSpec *spec, GError **error)
{
    g_autofree char *dir = sy_paths_build_dir(), *builder = sy_build_spec_builder();
    g_autofree char *commit = NULL;

    return given ? g_canonicalize_filename(given, NULL)
                 : sy_build_spec_find(spec, dir, builder, &commit, error);
}

SyBaseline *sy_baseline_take(const SyBaselineBuild *build, GError **error)
{
    g_autoptr(SyBuildSpec) spec = parse(build, error);
    g_autofree char *qemu = spec ? find(build->qemu, spec, error) : NULL;
    const SyBuildSpec stock_spec = {.flavor = (char *)"stock",
                                    .release = spec ? spec->release : NULL};
    g_autofree char *stock = qemu ? find(build->stock, &stock_spec, error) : NULL;
    g_autoptr(SyBaseline) baseline = sy_baseline_new();
    g_autoptr(SyCode) of_stock = NULL, of_qemu = NULL;

    baseline->build = stock ? sy_build_info_probe(qemu, spec->release, error) : NULL;
    of_stock = baseline->build ? sy_code_read(stock, error) : NULL;
    of_qemu = of_stock ? sy_code_read(qemu, error) : NULL;
    if (!of_qemu) {
        return NULL;
    }
    g_clear_pointer(&baseline->build->path, g_free);
    baseline->compiler = g_strdup(of_qemu->compiler);
    sy_baseline_take_code(baseline, of_stock, of_qemu);
    return g_steal_pointer(&baseline);
}
