/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard lab job: inside the lab, does the run that the host handed in, and reports to it. */
#include <stdio.h>

#include "base/error.h"
#include "base/exit-code.h"
#include "cli/lab.h"
#include "host/priority.h"
#include "judge/verdict.h"
#include "lab/inside.h"
#include "result/json-text.h"
#include "run/lab-report.h"
#include "run/runner.h"
#include "session/session.h"
#include "workloads/workloads.h"

#define RESULTS_DIR "/run/steelyard/results"

static SyRunRequest *read_request(GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(JsonNode) node = NULL;
    gsize length;

    if (!g_file_get_contents(SY_INSIDE_REQUEST, &text, &length, error)) {
        return NULL;
    }
    node = sy_json_parse(text, (gssize)length, SY_INSIDE_REQUEST, error);
    if (node && !JSON_NODE_HOLDS_OBJECT(node)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "%s is not a request", SY_INSIDE_REQUEST);
        return NULL;
    }
    return node ? sy_run_request_from_json(json_node_get_object(node), sy_workloads, error) : NULL;
}

static int run_session(SySession *session, GError **error)
{
    g_autofree char *priority = NULL;
    g_autoptr(GError) stopped = NULL;
    SyLabReport *report = sy_lab_report_open(session->run_dir, error);
    SyRunObserver observer;

    if (!report) {
        return sy_cli_fail(*error);
    }
    observer = sy_lab_report_observer(report);
    priority = sy_priority_raise();
    if (sy_runner_run(session->plans, &session->env, session->run, session->journal, &observer,
                      &stopped)) {
        session->run->exit = sy_run_exit_code(session->run);
    }
    if (!sy_lab_report_close(report, session->run->exit, stopped, error)) {
        return sy_cli_fail(*error);
    }
    return stopped ? SY_EXIT_COULD_NOT_RUN : session->run->exit;
}

int sy_cmd_lab_job(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SySession) session = NULL;
    SyRunRequest *request;

    (void)argc;
    if (!sy_inside()) {
        fprintf(stderr, "steelyard lab job: runs only inside a virtual lab host; `steelyard run "
                        "JOB.ini --host lab` boots one\n");
        return SY_EXIT_USAGE;
    }
    request = read_request(&error);
    session = request ? sy_session_begin(request, RESULTS_DIR, argv, &error) : NULL;
    return session ? run_session(session, &error) : sy_cli_fail(error);
}
