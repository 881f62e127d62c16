/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard run: measures the cases of job files and judges them. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/exit-code.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "host/priority.h"
#include "host/requirement.h"
#include "report/list.h"
#include "report/terminal.h"
#include "result/run-json.h"
#include "run/placement.h"
#include "session/build-spec.h"
#include "session/measure.h"
#include "session/paths.h"
#include "session/run-history.h"
#include "session/session.h"
#include "store/run-dir.h"
#include "workloads/workloads.h"

typedef struct {
    char *host, *filter, *trace, *release, *qemu, *out, *resume;
    int repeat;
    double limit_s;
    gboolean fresh, dry_run, json;
    GStrv faults;
} Options;

static bool check_options(const Options *o, int jobs, GError **error)
{
    if (o->resume &&
        (jobs > 0 || o->filter || o->trace || o->release || o->qemu || o->repeat != SY_CLI_NO_INT ||
         o->fresh || o->faults || o->host || o->dry_run)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "--resume continues a run with its own jobs and options; do not give others");
    } else if (!o->resume && jobs == 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "no job file given; workloads/smoke.ini is a short one");
    } else if (o->dry_run && o->json) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "--dry-run has no results; leave out --json");
    } else if (o->release && !sy_build_release_valid(o->release)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "--release %s: give a QEMU release, such as " SY_DEFAULT_RELEASE, o->release);
    } else {
        return sy_cli_check_int("repeat", o->repeat, 1, SY_REPEAT_MAX, error) &&
               sy_cli_check_number("limit", o->limit_s, 1, SY_CLI_LIMIT_MAX_S, error);
    }
    return false;
}

/* `--qemu` as an absolute path, or the modded build of the release. */
static char *qemu_path(const Options *o)
{
    return o->qemu ? g_canonicalize_filename(o->qemu, NULL)
                   : sy_paths_modded_qemu(o->release ? o->release : SY_DEFAULT_RELEASE);
}

static SyRunRequest *make_request(const Options *o, char **jobs, GError **error)
{
    g_autoptr(SyRunRequest) request = sy_run_request_new();

    if (!sy_run_request_load(request, jobs, sy_workloads, error)) {
        return NULL;
    }
    request->filter = g_strdup(o->filter);
    request->repeat = (guint)sy_cli_int_or(o->repeat, 0);
    request->fresh = o->fresh;
    request->trace = g_strdup(o->trace);
    request->host_mode = g_strdup(o->host ? o->host : SY_HOST_MODE_AUTO);
    request->release = g_strdup(o->release ? o->release : SY_DEFAULT_RELEASE);
    request->qemu = qemu_path(o);
    request->faults = g_strdupv(o->faults);
    return g_steal_pointer(&request);
}

static int dry_run(const SyRunRequest *request, GError **error)
{
    g_autoptr(GPtrArray) plans = sy_run_request_plans(request, error);
    g_autofree char *text = NULL;

    sy_paths_prepare_probes(request->release);
    if (!plans || !sy_placement_decide(plans, request->host_mode, error)) {
        return sy_cli_fail(*error);
    }
    text = sy_list_plans(plans);
    return sy_cli_print(text);
}

/* Points at lab-exact if the lab in real time could not decide a case. */
static void hint(const SyRunResult *run)
{
    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        if (result->status == SY_STATUS_INCONCLUSIVE &&
            strcmp(result->host_mode, SY_HOST_MODE_LAB) == 0) {
            fprintf(stderr,
                    "The lab in real time is as noisy as this host; --host lab-exact counts "
                    "instructions and has no noise.\n");
            return;
        }
    }
}

/* The run is complete and kept whether or not it can be entered. */
static void enter(const SySession *s, const char *results)
{
    g_autoptr(GError) error = NULL;

    if (!sy_run_history_enter(s->run, results, &error)) {
        sy_cli_say("steelyard: the run is complete, but it is not in the history: %s\nOnce that is "
                   "fixed: steelyard history --import %s",
                   error->message, s->run->id);
    }
}

static int finish(SySession *s, const Options *o, const GError *stopped)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *report = g_build_filename(s->run_dir, SY_RUN_REPORT, NULL);
    g_autofree char *text = NULL;
    int exit_code;

    if (stopped) {
        fputs(sy_cli_colour(2) ? SY_TERMINAL_CLEAR : "", stderr);
        sy_cli_say("steelyard: %s\n%u of %u cases are done and kept; continue with: steelyard run "
                   "--resume %s",
                   stopped->message, s->run->cases->len, s->plans->len, s->run->id);
        return SY_EXIT_COULD_NOT_RUN;
    }
    if (!sy_session_end(s, &error)) {
        sy_cli_say(
            "steelyard: %s\nNothing is lost: once that is fixed, `steelyard report %s` writes the "
            "reports from the journal.",
            error->message, s->run->id);
        return SY_EXIT_COULD_NOT_RUN;
    }
    enter(s, o->out ? o->out : "results");
    text = o->json
               ? sy_run_result_text(s->run)
               : sy_terminal_summary(s->run, report, &(SyTerminalStyle){.color = sy_cli_colour(1)});
    exit_code = sy_cli_print(text);
    hint(s->run);
    return exit_code != SY_EXIT_PASS ? exit_code : s->run->exit;
}

static int run(const Options *o, char **jobs, char **whole_argv, GError **error)
{
    g_autoptr(SySession) session = NULL;
    g_autoptr(GError) stopped = NULL;
    g_autofree char *priority = NULL;
    SySessionObserver observer;
    SyProgressView view;

    if (o->resume) {
        session = sy_session_resume(o->resume, o->out ? o->out : "results", error);
    } else {
        SyRunRequest *request = make_request(o, jobs, error);

        if (!request) {
            return sy_cli_fail(*error);
        }
        if (o->dry_run) {
            g_autoptr(SyRunRequest) owned = request;

            return dry_run(owned, error);
        }
        session = sy_session_begin(request, o->out ? o->out : "results", whole_argv, error);
    }
    if (!session) {
        return sy_cli_fail(*error);
    }
    if (session->lab) {
        sy_cli_tell_image("lab", sy_lab_host_image(session->lab));
    }
    observer = sy_progress_observer(&view, session);
    priority = sy_priority_raise();
    fprintf(stderr, "run %s: %u case%s, host %s, harness at %s\n", session->run->id,
            session->plans->len, session->plans->len == 1 ? "" : "s", session->request->host_mode,
            priority);
    sy_cli_tell_preferences(session->plans);
    for (guint i = 0; session->request->faults && session->request->faults[i]; i++) {
        fprintf(stderr, "fault injected: %s (this run shows whether a gate fails)\n",
                session->request->faults[i]);
    }
    sy_session_measure(session, sy_cli_number_or(o->limit_s, 0), &observer, &stopped);
    return finish(session, o, stopped);
}

static void options_clear(Options *o)
{
    g_free(o->host);
    g_free(o->filter);
    g_free(o->trace);
    g_free(o->release);
    g_free(o->qemu);
    g_free(o->out);
    g_free(o->resume);
    g_strfreev(o->faults);
}

int sy_cmd_run(int argc, char **argv)
{
    g_auto(GStrv) whole_argv = g_strdupv(argv);
    g_autoptr(GError) error = NULL;
    Options o = {.repeat = SY_CLI_NO_INT, .limit_s = SY_CLI_NO_NUMBER};
    const GOptionEntry entries[] = {
        {"host", 0, 0, G_OPTION_ARG_STRING, &o.host,
         "where to run: native, lab, lab-exact or auto (default)", "MODE"},
        {"filter", 0, 0, G_OPTION_ARG_STRING, &o.filter, "only cases whose id matches", "GLOB"},
        {"repeat", 0, 0, G_OPTION_ARG_INT, &o.repeat,
         "repetitions of each case, instead of the job's (whose default is " G_STRINGIFY(
             SY_REPEAT_DEFAULT) ")",
         "N"},
        {"fresh", 0, 0, G_OPTION_ARG_NONE, &o.fresh,
         "start a new QEMU for each repetition, after a pause that varies", NULL},
        {"trace", 0, 0, G_OPTION_ARG_STRING, &o.trace,
         "kernel events to record, such as kvm,sched (none: no trace), instead of the job's",
         "EVENTS"},
        {"release", 0, 0, G_OPTION_ARG_STRING, &o.release, "QEMU release under test (default 10.0)",
         "REL"},
        {"qemu", 0, 0, G_OPTION_ARG_FILENAME, &o.qemu,
         "QEMU binary to test, instead of the release's build", "PATH"},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out,
         "folder that holds the run folders (default results)", "DIR"},
        {"resume", 0, 0, G_OPTION_ARG_STRING, &o.resume, "continue an unfinished run", "RUN"},
        {"limit", 0, 0, G_OPTION_ARG_DOUBLE, &o.limit_s,
         "give up on a lab case that is silent for this long (default 300)", "SECONDS"},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &o.dry_run, "list the cases and run none", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o.json, "print results.json on stdout", NULL},
        {"fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.faults,
         "inject a fault, such as quota=+10%, to see a gate fail", "SPEC"},
        G_OPTION_ENTRY_NULL,
    };
    int code = SY_EXIT_USAGE;

    if (sy_cli_parse(&argc, &argv, entries, "JOB.ini... | --resume RUN",
                     "Measures every case of the job files and judges it by its gates.")) {
        code = check_options(&o, argc - 1, &error) ? run(&o, argv + 1, whole_argv, &error)
                                                   : sy_cli_fail(error);
    }
    options_clear(&o);
    return code;
}
