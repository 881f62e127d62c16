/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/command.h"
#include "report/terminal.h"

static SyTerminalStyle style(const SyProgressView *view)
{
    struct winsize size;
    SyTerminalStyle s = {.color = view->colour, .id_width = view->id_width};

    if (view->tty && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) {
        s.width = size.ws_col;
    }
    return s;
}

static void show(SyProgressView *view, const SyCasePlan *plan, guint index)
{
    double elapsed_s = (double)(sy_now_ns() - view->session->started_ns) / SY_NS_PER_S;
    guint done = view->begun - 1;
    SyProgress progress = {
        .index = index + 1,
        .total = view->session->plans->len,
        .case_id = plan->id,
        .repetition = view->repetition,
        .repetitions = plan->repeat,
        .elapsed_s = elapsed_s,
        /* Assumes that cases take equally long. */
        .left_s = done > 0 ? elapsed_s / done * (view->to_do - done) : NAN,
    };
    SyTerminalStyle s = style(view);
    g_autofree char *text =
        view->tty ? sy_terminal_progress_tty(&progress, &s) : sy_terminal_progress_plain(&progress);

    fputs(text, stderr);
    fflush(stderr);
}

/* A boot takes seconds, so it gets a line. */
static void on_lab_boot(const char *host_mode, guint boot, guint cases, gpointer data)
{
    const SyProgressView *view = data;

    fprintf(stderr, "%s%s: boot %u, for %u case%s\n", view->tty ? SY_TERMINAL_CLEAR : "", host_mode,
            boot, cases, cases == 1 ? "" : "s");
}

static void on_case_begin(const SyCasePlan *plan, guint index, gpointer data)
{
    SyProgressView *view = data;

    view->begun++;
    view->repetition = 0;
    show(view, plan, index);
}

static void on_repetition(const SyCasePlan *plan, guint index, guint repetition, gpointer data)
{
    SyProgressView *view = data;

    view->repetition = repetition + 1;
    if (view->tty) {
        show(view, plan, index); /* in a log, one line for each case is enough */
    }
}

static void on_case_end(const SyCaseResult *result, guint index, gpointer data)
{
    SyProgressView *view = data;
    SyTerminalStyle s = style(view);
    g_autofree char *text = sy_terminal_case(result, &s);

    (void)index;
    fprintf(stderr, "%s%s", view->tty ? SY_TERMINAL_CLEAR : "", text);
}

static void on_save_failed(const GError *cause, gpointer data)
{
    (void)data;
    sy_cli_say("steelyard: %s; the run goes on, its journal has every result", cause->message);
}

static void on_case_again(const SyCaseResult *result, guint index, gpointer data)
{
    SyProgressView *view = data;

    (void)index;
    view->to_do++;
    fputs(view->tty ? SY_TERMINAL_CLEAR : "", stderr);
    sy_cli_say("%s in real time, so lab-exact decides: %s (%s)",
               result->status == SY_STATUS_FAIL ? "failed" : "inconclusive", result->id,
               result->reason);
}

SySessionObserver sy_progress_observer(SyProgressView *view, const SySession *session)
{
    *view = (SyProgressView){
        .session = session,
        .to_do = session->plans->len - session->run->cases->len,
        .tty = isatty(STDERR_FILENO),
        .colour = sy_cli_colour(STDERR_FILENO),
    };
    for (guint i = 0; i < session->plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(session->plans, i);

        view->id_width = MAX(view->id_width, (guint)strlen(plan->id));
    }
    return (SySessionObserver){
        .run =
            {
                .lab_boot = on_lab_boot,
                .case_begin = on_case_begin,
                .repetition = on_repetition,
                .case_end = on_case_end,
                .case_again = on_case_again,
                .data = view,
            },
        .save_failed = on_save_failed,
    };
}
