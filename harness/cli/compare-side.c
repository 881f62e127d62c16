/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/compare-side.h"

#include <string.h>

#include "base/error.h"
#include "base/fs.h"
#include "cli/command.h"
#include "run/build-info.h"
#include "run/merge.h"
#include "run/place.h"
#include "run/runner.h"
#include "run/verdict.h"
#include "store/results-json.h"
#include "store/run-dir.h"

/* The builds that qemu-mods/build-qemu makes of a release. */
static const char *const flavors[] = {"modded", "stock", "asan", NULL};

/* Splits `spec` into flavor and release; a bare release is modded. */
static bool parse_spec(const char *spec, char **flavor, char **release, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(spec, ":", 2);
    const char *rel = parts[0] && parts[1] ? parts[1] : parts[0];

    if (strchr(spec, '@')) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s: builds of another git revision are not supported yet; check it out beside "
                    "this tree, build it there (make qemu), and give both by --base-qemu and "
                    "--new-qemu",
                    spec);
        return false;
    }
    if (!rel || !*rel || strspn(rel, "0123456789.") != strlen(rel) ||
        (parts[1] && !g_strv_contains(flavors, parts[0]))) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "'%s' names no build; give a release (10.0), or flavor and release "
                    "(modded:10.0, stock:10.0, asan:10.0)",
                    spec);
        return false;
    }
    *flavor = g_strdup(parts[1] ? parts[0] : flavors[0]);
    *release = g_strdup(rel);
    return true;
}

static bool find_build(const char *spec, char **release, char **qemu, GError **error)
{
    g_autofree char *flavor = NULL, *build = sy_cli_build_dir();

    if (!parse_spec(spec, &flavor, release, error)) {
        return false;
    }
    *qemu = g_build_filename(build, "qemu", *release, flavor, "bin", "qemu-system-x86_64", NULL);
    if (!g_file_test(*qemu, G_FILE_TEST_IS_EXECUTABLE)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "%s is not built (%s); make qemu REL=%s FLAVOR=%s", spec, *qemu, *release,
                    flavor);
        return false;
    }
    return true;
}

static bool plan(SyCompareSide *side, GError **error)
{
    SyRunRequest *r = side->request;

    side->env.release = g_strdup(r->release);
    side->env.qemu = g_strdup(r->qemu);
    side->env.stock_qemu = sy_cli_stock_qemu(r->release);
    side->env.firmware = g_strdupv((char **)sy_cli_firmware_dirs);
    side->env.guests_dir = sy_cli_guests_dir();
    side->env.faults = sy_faults_parse((const char *const *)r->faults, error);
    side->plans = side->env.faults ? sy_run_request_plans(r, error) : NULL;
    sy_cli_prepare_probes(r->release);
    return side->plans && sy_place_plans(side->plans, r->host_mode, error);
}

bool sy_compare_side_prepare(SyCompareSide *side, const char *name, const char *spec,
                             SyRunRequest *request, char **argv, GError **error)
{
    SyRunResult *run = sy_run_result_new();

    *side = (SyCompareSide){.name = name, .spec = g_strdup(spec), .request = request, .run = run};
    run->argv = g_strdupv(argv);
    if (!request->qemu && !find_build(spec, &request->release, &request->qemu, error)) {
        return false;
    }
    if (!plan(side, error)) {
        return false;
    }
    run->job = sy_run_request_job_names(request);
    run->planned = side->plans->len;
    run->host = sy_host_fingerprint_take();
    g_ptr_array_unref(run->findings);
    run->findings = sy_findings_take();
    run->build = sy_build_info_probe(request->qemu, request->release, error);
    return run->build != NULL;
}

bool sy_compare_side_prepare_lab(SyCompareSide *side, int limit_s, GError **error)
{
    g_autoptr(GError) why = NULL;

    side->lab = sy_lab_host_prepare(side->plans, &side->env, &why);
    if (why) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    if (side->lab) {
        sy_lab_host_setup(side->lab)->silence_limit_s = limit_s;
    }
    return true;
}

bool sy_compare_side_begin(SyCompareSide *side, const char *dir, GDateTime *started, GError **error)
{
    g_autofree char *id = g_path_get_basename(dir);
    g_autofree char *path = g_build_filename(dir, side->name, NULL);
    g_autofree char *logs = g_build_filename(path, "logs", NULL);
    g_autofree char *traces = g_build_filename(path, "traces", NULL);

    side->run->id = g_strconcat(id, "/", side->name, NULL);
    side->run->started = g_date_time_format(started, "%Y-%m-%dT%H:%M:%SZ");
    side->env.run_dir = g_canonicalize_filename(path, NULL);
    return sy_fs_private_dir(path, error) && sy_fs_private_dir(logs, error) &&
           sy_fs_private_dir(traces, error);
}

bool sy_compare_side_visit(SyCompareSide *side, guint first, guint count, guint repeat,
                           GError **error)
{
    const SyRunObserver nobody = {0};
    g_autoptr(SyRunResult) measured = sy_run_result_new();
    g_autoptr(GPtrArray) plans = g_ptr_array_new();
    guint before = side->request->repeat;
    bool ok = true;

    for (guint i = first; i < first + count; i++) {
        SyCasePlan *p = g_ptr_array_index(side->plans, i);

        p->repeat = repeat ? repeat : p->repeat;
        g_ptr_array_add(plans, p);
    }
    side->request->repeat = repeat ? repeat : before; /* the lab is told by the request */
    measured->id = g_strdup(side->run->id);
    if (side->lab && sy_place_in_lab(((SyCasePlan *)g_ptr_array_index(plans, 0))->host_mode)) {
        ok = sy_lab_run(plans, &side->env, sy_lab_host_setup(side->lab), side->request, measured,
                        NULL, &nobody, error);
    } else {
        ok = sy_runner_run(plans, &side->env, measured, NULL, &nobody, error);
    }
    side->request->repeat = before;
    for (guint i = 0; i < measured->cases->len; i++) {
        SyCaseResult *result = g_ptr_array_index(measured->cases, i);

        result->index += first;
    }
    sy_run_result_merge(side->run, measured);
    return ok;
}

bool sy_compare_side_save(SyCompareSide *side, int exit_code, GError **error)
{
    g_autofree char *path = g_build_filename(side->env.run_dir, SY_RUN_RESULTS, NULL);

    side->run->exit = exit_code;
    return sy_store_write_results(side->run, path, error);
}

void sy_compare_side_clear(SyCompareSide *side)
{
    sy_lab_host_free(side->lab);
    g_free(side->spec);
    g_clear_pointer(&side->plans, g_ptr_array_unref);
    sy_run_request_free(side->request);
    sy_run_result_free(side->run);
    sy_faults_free(side->env.faults);
    g_free(side->env.run_dir);
    g_free(side->env.release);
    g_free(side->env.qemu);
    g_free(side->env.stock_qemu);
    g_free(side->env.guests_dir);
    g_strfreev(side->env.firmware);
}
