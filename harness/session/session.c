/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/session.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/utc.h"
#include "judge/verdict.h"
#include "lab/inside.h"
#include "result/run-json.h"
#include "run/build-info.h"
#include "run/comparison-job.h"
#include "run/journal-entry.h"
#include "run/placement.h"
#include "session/run-env.h"
#include "session/run-reports.h"
#include "store/results-file.h"
#include "store/run-dir.h"
#include "workloads/workloads.h"

#define JOURNAL_REMEDY "start a new run"

static bool prepare(SySession *s, GError **error)
{
    const SyRunRequest *r = s->request;

    s->started_ns = sy_now_ns();
    s->plans = sy_run_env_prepare(&s->env, r, error) ? sy_run_request_plans(r, error) : NULL;
    return s->plans && sy_placement_decide(s->plans, r->host_mode, error);
}

/* Prepares the lab for the cases that still have to run there. */
static bool prepare_lab(SySession *s, GError **error)
{
    g_autoptr(GPtrArray) left = g_ptr_array_new();
    g_autoptr(GError) why = NULL;

    for (guint i = 0; i < s->plans->len; i++) {
        SyCasePlan *plan = g_ptr_array_index(s->plans, i);

        if (!sy_run_result_find(s->run, plan->id)) {
            g_ptr_array_add(left, plan);
        }
    }
    s->lab = sy_lab_host_prepare(left, &s->env, &why);
    if (why) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    return true;
}

static bool needs_qemu(const SySession *s)
{
    for (guint i = 0; i < s->plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(s->plans, i);

        if (g_strv_contains(plan->requires, "kvm")) {
            return true;
        }
    }
    return false;
}

/* The journal's first entry: what resuming or reporting the run needs. */
static JsonObject *start_entry(const SySession *s)
{
    JsonObject *entry = json_object_new();

    json_object_set_string_member(entry, "event", "start");
    json_object_set_object_member(entry, "request", sy_run_request_to_json(s->request));
    json_object_set_member(entry, "results", sy_run_result_to_json(s->run));
    return entry;
}

static bool describe_run(SySession *s, char **argv, GDateTime *now, GError **error)
{
    SyRunResult *run = s->run = sy_run_result_new();

    run->started = sy_utc_format(now);
    run->uuid = g_uuid_string_random();
    run->job = sy_run_request_job_names(s->request);
    run->argv = g_strdupv(argv);
    run->planned = s->plans->len;
    run->max_inconclusive_pct = sy_jobs_max_inconclusive_pct(s->request->jobs);
    g_ptr_array_unref(run->comparisons);
    run->comparisons =
        sy_comparisons_of_jobs(s->request->jobs, s->plans, s->request->filter != NULL);
    sy_comparisons_judge(run);
    run->host = sy_host_fingerprint_take();
    if (!sy_inside()) { /* nobody reads the lab's own findings */
        g_ptr_array_unref(run->findings);
        run->findings = sy_findings_take();
    }
    if (needs_qemu(s)) {
        run->build = sy_build_info_probe(s->env.qemu, s->env.release, error);
        if (!run->build) {
            return false;
        }
    }
    return true;
}

SySession *sy_session_begin(SyRunRequest *request, const char *results_dir, char **argv,
                            GError **error)
{
    g_autoptr(SySession) s = g_new0(SySession, 1);
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();

    s->request = request;
    if (!prepare(s, error) || !describe_run(s, argv, now, error) || !prepare_lab(s, error)) {
        return NULL;
    }
    s->run_dir = sy_run_dir_create(results_dir, s->run->job, now, error);
    if (!s->run_dir) {
        return NULL;
    }
    s->env.run_dir = g_canonicalize_filename(s->run_dir, NULL);
    s->run->id = g_path_get_basename(s->run_dir);
    s->journal = sy_journal_create(s->run_dir, s->plans->len, error);
    if (!s->journal || !sy_journal_append(s->journal, start_entry(s), error) ||
        !sy_run_dir_set_latest(results_dir, s->run_dir, error) || !sy_session_save(s, error)) {
        return NULL;
    }
    return g_steal_pointer(&s);
}

/* Rebuilds the run from the journal's entries. `*request` (may be NULL) is set to the request in
 * the start entry, which owns it. */
static SyRunResult *replay(const char *run_dir, const GPtrArray *entries, JsonObject **request,
                           GError **error)
{
    g_autofree char *path = g_build_filename(run_dir, SY_RUN_JOURNAL, NULL);
    g_autoptr(SyRunResult) run = NULL;

    for (guint i = 0; i < entries->len; i++) {
        JsonObject *entry = g_ptr_array_index(entries, i);
        const char *event = json_object_get_string_member_with_default(entry, "event", "");
        g_autofree char *where = g_strdup_printf("%s:%u: $", path, i + 1);

        if (i == 0 && strcmp(event, "start") == 0 && json_object_has_member(entry, "results") &&
            json_object_has_member(entry, "request")) {
            run = sy_run_result_from_json(json_object_get_member(entry, "results"), path,
                                          JOURNAL_REMEDY, error);
            if (!run) {
                return NULL;
            }
            if (request) {
                *request = json_object_get_object_member(entry, "request");
            }
        } else if (run && strcmp(event, "end") == 0) {
            run->exit = (int)json_object_get_int_member_with_default(entry, "exit", -1);
            run->duration_s =
                json_object_get_double_member_with_default(entry, "duration_s", run->duration_s);
        } else if (run && !sy_journal_entry_replay(run, entry, where, error)) {
            return NULL;
        }
    }
    if (!run) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s does not begin with a start entry, so the run was killed before it began; "
                    "start a new one",
                    path);
        return NULL;
    }
    sy_comparisons_judge(run);
    return g_steal_pointer(&run);
}

/* Whether host and QEMU build are those that the run began with. */
static bool same_host_and_build(const SySession *s, GError **error)
{
    g_autoptr(SyHostFingerprint) host = sy_host_fingerprint_take();
    g_autoptr(SyBuildInfo) build = NULL;

    if (g_strcmp0(host->fingerprint, s->run->host->fingerprint) != 0) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_USAGE,
            "run %s began on another host (%s, this is %s), and results of two hosts must not be "
            "mixed; resume it there, or start a new run",
            s->run->id, s->run->host->fingerprint, host->fingerprint);
        return false;
    }
    if (!needs_qemu(s)) {
        return true;
    }
    build = sy_build_info_probe(s->env.qemu, s->env.release, error);
    if (!build) {
        return false;
    }
    if (g_strcmp0(build->mods_sha256, s->run->build->mods_sha256) != 0 ||
        g_strcmp0(build->upstream, s->run->build->upstream) != 0 ||
        g_strcmp0(build->qemu_version, s->run->build->qemu_version) != 0) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_USAGE,
            "%s is not the build that run %s began with (mods %.12s, now %.12s); start a new run",
            s->env.qemu, s->run->id,
            s->run->build->mods_sha256 ? s->run->build->mods_sha256 : "none",
            build->mods_sha256 ? build->mods_sha256 : "none");
        return false;
    }
    return true;
}

SySession *sy_session_resume(const char *name, const char *results_dir, GError **error)
{
    g_autoptr(SySession) s = g_new0(SySession, 1);
    g_autoptr(GPtrArray) entries = NULL;
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *at = sy_utc_format(now);
    JsonObject *request = NULL, *entry;

    s->run_dir = sy_run_dir_find(results_dir, name, error);
    s->journal = s->run_dir ? sy_journal_open(s->run_dir, error) : NULL;
    entries = s->journal ? sy_journal_read(s->run_dir, error) : NULL;
    s->run = entries ? replay(s->run_dir, entries, &request, error) : NULL;
    s->request = s->run ? sy_run_request_from_json(request, sy_workloads, error) : NULL;
    if (!s->request) {
        return NULL;
    }
    if (s->run->exit >= 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "run %s has ended (exit %d), so there is nothing to resume; `steelyard report "
                    "%s` shows "
                    "it",
                    s->run->id, s->run->exit, s->run->id);
        return NULL;
    }
    s->env.run_dir = g_canonicalize_filename(s->run_dir, NULL);
    s->earlier_s = s->run->duration_s;
    if (!prepare(s, error) || !same_host_and_build(s, error) || !prepare_lab(s, error)) {
        return NULL;
    }
    entry = json_object_new();
    json_object_set_string_member(entry, "event", "resume");
    json_object_set_string_member(entry, "at", at);
    if (!sy_journal_append(s->journal, entry, error)) {
        return NULL;
    }
    return g_steal_pointer(&s);
}

static void update_duration(SySession *s)
{
    s->run->duration_s = s->earlier_s + (double)(sy_now_ns() - s->started_ns) / SY_NS_PER_S;
}

bool sy_session_save(SySession *s, GError **error)
{
    g_autofree char *path = g_build_filename(s->run_dir, SY_RUN_RESULTS, NULL);

    update_duration(s);
    sy_comparisons_judge(s->run);
    return sy_results_file_write(s->run, path, error);
}

bool sy_session_end(SySession *s, GError **error)
{
    JsonObject *entry = json_object_new();

    update_duration(s);
    sy_comparisons_judge(s->run);
    s->run->exit = sy_run_exit_code(s->run);
    json_object_set_string_member(entry, "event", "end");
    json_object_set_int_member(entry, "exit", s->run->exit);
    json_object_set_double_member(entry, "duration_s", s->run->duration_s);
    return sy_journal_append(s->journal, entry, error) &&
           sy_run_reports_write(s->run, s->run_dir, NULL,
                                error); /* entering the history says why */
}

void sy_session_free(SySession *s)
{
    if (!s) {
        return;
    }
    sy_journal_close(s->journal);
    sy_run_result_free(s->run);
    sy_run_request_free(s->request);
    g_clear_pointer(&s->plans, g_ptr_array_unref);
    sy_lab_host_free(s->lab);
    sy_run_env_clear(&s->env);
    g_free(s->run_dir);
    g_free(s);
}

SyRunResult *sy_session_load(const char *run_dir, GError **error)
{
    g_autofree char *journal = g_build_filename(run_dir, SY_RUN_JOURNAL, NULL);
    g_autofree char *results = g_build_filename(run_dir, SY_RUN_RESULTS, NULL);
    g_autoptr(GPtrArray) entries = NULL;

    if (!g_file_test(journal, G_FILE_TEST_EXISTS)) {
        return sy_results_file_read(results, error);
    }
    entries = sy_journal_read(run_dir, error);
    return entries ? replay(run_dir, entries, NULL, error) : NULL;
}
