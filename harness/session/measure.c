/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/measure.h"

#include <string.h>

#include "result/host-mode.h"
#include "run/lab-run.h"

/* Passes on what the runner tells, and saves after each case. */
typedef struct {
    SySession *session;
    const SySessionObserver *to;
    bool save_failed;
} Saver;

static void on_lab_boot(const char *host_mode, guint boot, guint cases, gpointer data)
{
    const SyRunObserver *to = &((const Saver *)data)->to->run;

    if (to->lab_boot) {
        to->lab_boot(host_mode, boot, cases, to->data);
    }
}

static void on_case_begin(const SyCasePlan *plan, guint index, gpointer data)
{
    const SyRunObserver *to = &((const Saver *)data)->to->run;

    if (to->case_begin) {
        to->case_begin(plan, index, to->data);
    }
}

static void on_repetition(const SyCasePlan *plan, guint index, guint repetition, gpointer data)
{
    const SyRunObserver *to = &((const Saver *)data)->to->run;

    if (to->repetition) {
        to->repetition(plan, index, repetition, to->data);
    }
}

static void on_case_end(const SyCaseResult *result, guint index, gpointer data)
{
    Saver *saver = data;
    const SyRunObserver *to = &saver->to->run;
    g_autoptr(GError) error = NULL;

    if (to->case_end) {
        to->case_end(result, index, to->data);
    }
    if (!sy_session_save(saver->session, &error) && !saver->save_failed) {
        saver->save_failed = true;
        if (saver->to->save_failed) {
            saver->to->save_failed(error, to->data);
        }
    }
}

static void on_case_again(const SyCaseResult *result, guint index, gpointer data)
{
    const SyRunObserver *to = &((const Saver *)data)->to->run;

    if (to->case_again) {
        to->case_again(result, index, to->data);
    }
}

bool sy_session_measure(SySession *s, double silence_limit_s, const SySessionObserver *observer,
                        GError **error)
{
    Saver saver = {.session = s, .to = observer};
    const SyRunObserver all = {
        .lab_boot = on_lab_boot,
        .case_begin = on_case_begin,
        .repetition = on_repetition,
        .case_end = on_case_end,
        .case_again = on_case_again,
        .data = &saver,
    };
    bool ok = true;

    if (s->lab) {
        SyLabSetup *setup = sy_lab_host_setup(s->lab);

        setup->silence_limit_s = silence_limit_s;
        setup->settle = strcmp(s->request->host_mode, SY_HOST_MODE_AUTO) == 0;
        ok = sy_lab_run(s->plans, &s->env, setup, s->request, s->run, s->journal, &all, error);
    }
    ok = ok && sy_runner_run(s->plans, &s->env, s->run, s->journal, &all, error);
    if (!ok) {
        sy_session_save(s, NULL); /* `error` says why it stopped */
    }
    return ok;
}
