/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard compare --base --new: the progress and the result of measuring two builds. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/compare.h"
#include "host/priority.h"
#include "report/format.h"
#include "report/terminal.h"
#include "result/host-mode.h"

#define LOG_EVERY_NS (60 * SY_NS_PER_S)

typedef struct {
    bool tty;         /* stderr is a terminal */
    int64_t begun_ns; /* CLOCK_MONOTONIC: the group that is being measured */
    int64_t told_ns;  /* the last line of progress */
} View;

static const char *order_of(const SyAbGroup *group)
{
    if (sy_host_mode_is_exact(group->host_mode)) {
        return "one boot of each build";
    }
    return group->flipped ? "measured again, B A A B" : "A B B A";
}

static void on_group_begin(const SyAb *ab, const SyAbGroup *group, gpointer data)
{
    View *view = data;
    guint first = g_array_index(group->cases, guint, 0), total = ab->base.plans->len;
    const SyCasePlan *plan = g_ptr_array_index(ab->base.plans, first);

    view->begun_ns = sy_now_ns();
    if (group->cases->len > 1) {
        fprintf(stderr, "%u of %u cases, %s ...", group->cases->len, total, plan->id);
    } else {
        fprintf(stderr, "case %u of %u  %s", first + 1, total, plan->id);
    }
    fprintf(stderr, "  %s, %s\n", group->host_mode, order_of(group));
}

/* On a terminal after every turn, in a log once a minute. */
static void on_turn_end(const SyAb *ab, const SyAbGroup *group, guint done, gpointer data)
{
    View *view = data;
    int64_t now_ns = sy_now_ns();
    double took_s = (double)(now_ns - view->begun_ns) / SY_NS_PER_S;
    g_autofree char *elapsed = sy_format_duration((double)(now_ns - ab->started_ns) / SY_NS_PER_S);
    g_autofree char *left = sy_format_duration(took_s / done * (group->turns - done));

    if (done == group->turns || (!view->tty && now_ns - view->told_ns < LOG_EVERY_NS)) {
        fputs(view->tty ? SY_TERMINAL_CLEAR : "", stderr);
        return;
    }
    view->told_ns = now_ns;
    fprintf(stderr, "%sturn %u of %u done  elapsed %s  about %s left for these%s",
            view->tty ? SY_TERMINAL_CLEAR : "", done, group->turns, elapsed, left,
            view->tty ? "" : "\n");
    fflush(stderr);
}

static void tell_begin(const SyAb *ab, const char *priority)
{
    guint cases = ab->base.plans->len;

    fprintf(stderr, "compare %s: base %s, new %s, %u case%s, harness at %s\n", ab->dir,
            ab->base.spec, ab->new.spec, cases, cases == 1 ? "" : "s", priority);
    sy_cli_tell_preferences(ab->base.plans);
    for (guint i = 0; ab->options.faults && ab->options.faults[i]; i++) {
        fprintf(stderr, "fault injected into new: %s\n", ab->options.faults[i]);
    }
}

static int finish(SyAb *ab, bool json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SyRunDiff) diff = sy_ab_end(ab, &error);
    g_autofree char *page = sy_ab_page_path(ab);
    int code;

    if (!diff) {
        return sy_cli_fail(error);
    }
    code = sy_compare_show(diff, json);
    fprintf(stderr, "Report: %s\n", page);
    fprintf(stderr, "Results in %s; to compare them again: steelyard compare %s/base %s/new\n",
            ab->dir, ab->dir, ab->dir);
    return code;
}

static void tell_image(const SyAbBuild *build)
{
    if (build->lab) {
        sy_cli_tell_image("lab", sy_lab_host_image(build->lab));
    }
}

int sy_compare_builds(const SyAbOptions *options, char **argv, bool json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SyAb) ab = sy_ab_begin(options, argv, &error);
    g_autofree char *priority = NULL;
    View view = {.tty = isatty(STDERR_FILENO)};
    const SyAbObserver observer = {
        .group_begin = on_group_begin, .turn_end = on_turn_end, .data = &view};
    int code;

    if (!ab) {
        return sy_cli_fail(error);
    }
    tell_image(&ab->base);
    tell_image(&ab->new);
    priority = sy_priority_raise();
    tell_begin(ab, priority);
    view.told_ns = ab->started_ns;
    if (sy_ab_measure(ab, &observer, &error)) {
        return finish(ab, json);
    }
    code = sy_cli_fail(error);
    fprintf(stderr, "To compare what was measured so far: steelyard compare %s/base %s/new\n",
            ab->dir, ab->dir);
    return code;
}
