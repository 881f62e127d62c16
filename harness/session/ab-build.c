/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/ab-build.h"

#include "base/fs.h"
#include "base/utc.h"
#include "judge/merge.h"
#include "judge/verdict.h"
#include "run/build-info.h"
#include "run/placement.h"
#include "run/runner.h"
#include "session/build-spec.h"
#include "session/paths.h"
#include "session/run-env.h"
#include "store/results-file.h"
#include "store/run-dir.h"

/* Sets the request's release and qemu to those of the build `text`. */
static SyBuildSpec *find_build(const char *text, SyRunRequest *request, char **commit,
                               GError **error)
{
    g_autoptr(SyBuildSpec) spec = sy_build_spec_parse(text, error);
    g_autofree char *build = sy_paths_build_dir(), *builder = sy_build_spec_builder();

    if (!spec) {
        return NULL;
    }
    request->qemu = sy_build_spec_find(spec, build, builder, commit, error);
    request->release = g_strdup(spec->release);
    return request->qemu ? g_steal_pointer(&spec) : NULL;
}

static bool plan(SyAbBuild *build, GError **error)
{
    SyRunRequest *r = build->request;

    build->plans =
        sy_run_env_prepare(&build->env, r, error) ? sy_run_request_plans(r, error) : NULL;
    return build->plans && sy_placement_decide(build->plans, r->host_mode, error);
}

bool sy_ab_build_prepare(SyAbBuild *build, const char *name, const char *spec,
                         SyRunRequest *request, char **argv, GError **error)
{
    SyRunResult *run = sy_run_result_new();
    g_autoptr(SyBuildSpec) found = NULL;
    g_autofree char *commit = NULL;

    *build = (SyAbBuild){.name = name, .spec = g_strdup(spec), .request = request, .run = run};
    run->argv = g_strdupv(argv);
    if (!request->qemu) {
        found = find_build(spec, request, &commit, error);
        if (!found) {
            return false;
        }
    }
    if (!plan(build, error)) {
        return false;
    }
    run->job = sy_run_request_job_names(request);
    run->planned = build->plans->len;
    run->max_inconclusive_pct = sy_jobs_max_inconclusive_pct(build->request->jobs);
    run->host = sy_host_fingerprint_take();
    g_ptr_array_unref(run->findings);
    run->findings = sy_findings_take();
    run->build = sy_build_info_probe(request->qemu, request->release, error);
    if (!run->build) {
        return false;
    }
    run->build->ref = g_strdup(found ? found->ref : NULL);
    run->build->commit = g_steal_pointer(&commit);
    return true;
}

bool sy_ab_build_prepare_lab(SyAbBuild *build, double limit_s, GError **error)
{
    g_autoptr(GError) why = NULL;

    build->lab = sy_lab_host_prepare(build->plans, &build->env, &why);
    if (why) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    if (build->lab) {
        sy_lab_host_setup(build->lab)->silence_limit_s = limit_s;
    }
    return true;
}

bool sy_ab_build_begin(SyAbBuild *build, const char *dir, GDateTime *started, GError **error)
{
    g_autofree char *id = g_path_get_basename(dir);
    g_autofree char *path = g_build_filename(dir, build->name, NULL);
    g_autofree char *logs = g_build_filename(path, "logs", NULL);
    g_autofree char *traces = g_build_filename(path, "traces", NULL);

    build->run->id = g_strconcat(id, "/", build->name, NULL);
    build->run->started = sy_utc_format(started);
    build->run->uuid = g_uuid_string_random();
    build->env.run_dir = g_canonicalize_filename(path, NULL);
    return sy_fs_private_dir(path, error) && sy_fs_private_dir(logs, error) &&
           sy_fs_private_dir(traces, error);
}

bool sy_ab_build_measure(SyAbBuild *build, const GArray *which, guint repeat, GError **error)
{
    const SyRunObserver nobody = {0};
    g_autoptr(SyRunResult) measured = sy_run_result_new();
    g_autoptr(GPtrArray) plans = g_ptr_array_new();
    guint before = build->request->repeat;
    bool ok = true;

    for (guint i = 0; i < which->len; i++) {
        SyCasePlan *p = g_ptr_array_index(build->plans, g_array_index(which, guint, i));

        p->repeat = repeat ? repeat : p->repeat;
        g_ptr_array_add(plans, p);
    }
    build->request->repeat = repeat ? repeat : before; /* the lab reads it from the request */
    measured->id = g_strdup(build->run->id);
    if (build->lab && sy_host_mode_is_lab(((SyCasePlan *)g_ptr_array_index(plans, 0))->host_mode)) {
        ok = sy_lab_run(plans, &build->env, sy_lab_host_setup(build->lab), build->request, measured,
                        NULL, &nobody, error);
    } else {
        ok = sy_runner_run(plans, &build->env, measured, NULL, &nobody, error);
    }
    build->request->repeat = before;
    for (guint i = 0; i < measured->cases->len; i++) {
        SyCaseResult *result = g_ptr_array_index(measured->cases, i);

        result->index = g_array_index(which, guint, result->index);
    }
    sy_run_result_merge(build->run, measured);
    return ok;
}

bool sy_ab_build_save(SyAbBuild *build, int exit_code, GError **error)
{
    g_autofree char *path = g_build_filename(build->env.run_dir, SY_RUN_RESULTS, NULL);

    build->run->exit = exit_code;
    return sy_results_file_write(build->run, path, error);
}

void sy_ab_build_clear(SyAbBuild *build)
{
    sy_lab_host_free(build->lab);
    g_free(build->spec);
    g_clear_pointer(&build->plans, g_ptr_array_unref);
    sy_run_request_free(build->request);
    sy_run_result_free(build->run);
    sy_run_env_clear(&build->env);
}
