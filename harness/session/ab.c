/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each repetition has its own QEMU, and its own boot in the lab: repetitions in one process share
 * its memory layout, its CPUs, its timing and the speed of the host at that moment, and would count
 * as more evidence than they are. In lab-exact none of these vary, so one boot of each build is
 * enough, with a QEMU for each repetition.
 */
#include "session/ab.h"

#include <string.h>

#include "base/clock.h"
#include "base/fs.h"
#include "judge/run-diff-json.h"
#include "judge/verdict.h"
#include "report/html-run-diff.h"
#include "result/host-mode.h"
#include "session/paths.h"
#include "store/run-dir.h"
#include "workloads/workloads.h"

#define COMPARISON_FILE "comparison.json"
#define PAGE_FILE "comparison.html"

static SyRunRequest *make_request(const SyAbOptions *o, const char *qemu, char **faults,
                                  GError **error)
{
    g_autoptr(SyRunRequest) request = sy_run_request_new();

    if (!sy_run_request_load(request, o->jobs, sy_workloads, error)) {
        return NULL;
    }
    request->filter = g_strdup(o->filter);
    request->trace = g_strdup("none"); /* a trace of one turn says little, and costs time */
    request->host_mode = g_strdup(o->host_mode ? o->host_mode : SY_HOST_MODE_AUTO);
    request->faults = g_strdupv(faults);
    request->repeat = o->repeat;
    request->fresh = true;
    if (qemu) {
        request->qemu = g_canonicalize_filename(qemu, NULL);
        request->release = g_strdup(SY_DEFAULT_RELEASE);
    }
    return g_steal_pointer(&request);
}

/* The command line for the base's results, without the faults, which are the new build's alone. The
 * caller frees. */
static GStrv without_faults(char **argv)
{
    g_autoptr(GStrvBuilder) kept = g_strv_builder_new();

    for (; *argv; argv++) {
        if (strcmp(*argv, "--fault") == 0 && argv[1]) {
            argv++;
        } else if (!g_str_has_prefix(*argv, "--fault")) {
            g_strv_builder_add(kept, *argv);
        }
    }
    return g_strv_builder_end(kept);
}

static bool prepare(SyAb *ab, char **argv, GError **error)
{
    const SyAbOptions *o = &ab->options;
    g_auto(GStrv) base_argv = without_faults(argv);
    SyRunRequest *base = make_request(o, o->base_qemu, NULL, error);
    SyRunRequest *new_request = base ? make_request(o, o->new_qemu, o->faults, error) : NULL;
    const char *base_spec = o->base_spec ? o->base_spec : SY_DEFAULT_RELEASE;
    const char *new_spec = o->new_spec ? o->new_spec : SY_DEFAULT_RELEASE;

    if (!new_request) {
        sy_run_request_free(base);
        return false;
    }
    /* Both take their request over, whatever happens. */
    if (!sy_ab_build_prepare(&ab->base, "base", base_spec, base, base_argv, error)) {
        sy_run_request_free(new_request);
        return false;
    }
    return sy_ab_build_prepare(&ab->new, "new", new_spec, new_request, argv, error) &&
           sy_ab_build_prepare_lab(&ab->base, o->silence_limit_s, error) &&
           sy_ab_build_prepare_lab(&ab->new, o->silence_limit_s, error);
}

SyAb *sy_ab_begin(const SyAbOptions *options, char **argv, GError **error)
{
    g_autoptr(SyAb) ab = g_new0(SyAb, 1);
    g_autoptr(GDateTime) now = NULL;
    g_autofree char *name = NULL;

    ab->options = *options;
    if (!prepare(ab, argv, error)) {
        return NULL;
    }
    now = g_date_time_new_now_utc();
    name = g_strconcat("compare-", ab->base.run->job, NULL);
    ab->started_ns = sy_now_ns();
    ab->dir = sy_run_dir_create_bare(options->results_dir, name, now, error);
    if (!ab->dir || !sy_ab_build_begin(&ab->base, ab->dir, now, error) ||
        !sy_ab_build_begin(&ab->new, ab->dir, now, error)) {
        return NULL;
    }
    return g_steal_pointer(&ab);
}

static bool save(SyAb *ab, bool ended, GError **error)
{
    double duration_s = (double)(sy_now_ns() - ab->started_ns) / SY_NS_PER_S;

    ab->base.run->duration_s = ab->new.run->duration_s = duration_s;
    return sy_ab_build_save(&ab->base, ended ? sy_run_exit_code(ab->base.run) : -1, error) &&
           sy_ab_build_save(&ab->new, ended ? sy_run_exit_code(ab->new.run) : -1, error);
}

typedef struct {
    SyAb *ab;
    const SyAbObserver *observer;
} Turn;

static bool take_turn(const SyAbGroup *group, guint turn, bool of_base, gpointer data,
                      GError **error)
{
    const Turn *t = data;
    const SyAbObserver *observer = t->observer;

    if (turn == 0 && observer->group_begin) {
        observer->group_begin(t->ab, group, observer->data);
    }
    if (!sy_ab_build_measure(of_base ? &t->ab->base : &t->ab->new, group->cases, group->repeat,
                             error)) {
        return false;
    }
    if (observer->turn_end) {
        observer->turn_end(t->ab, group, turn + 1, observer->data);
    }
    return turn + 1 < group->turns || save(t->ab, false, error);
}

static SyRunDiff *compare(const SyAb *ab, GError **error)
{
    return sy_run_diff_of(ab->base.run, ab->new.run, &ab->options.rule, error);
}

bool sy_ab_measure(SyAb *ab, const SyAbObserver *observer, GError **error)
{
    Turn turn = {.ab = ab, .observer = observer};
    const SyAbTurns turns = {
        .plans = ab->base.plans,
        .repetitions = ab->options.repeat,
        .rule = &ab->options.rule,
        .base = ab->base.run,
        .new_run = ab->new.run,
        .take = take_turn,
        .data = &turn,
    };

    if (sy_ab_take_turns(&turns, error)) {
        return true;
    }
    save(ab, false, NULL); /* `error` says why it stopped */
    return false;
}

char *sy_ab_page_path(const SyAb *ab)
{
    return g_build_filename(ab->dir, PAGE_FILE, NULL);
}

SyRunDiff *sy_ab_end(SyAb *ab, GError **error)
{
    g_autoptr(SyRunDiff) diff = save(ab, true, error) ? compare(ab, error) : NULL;
    g_autofree char *path = g_build_filename(ab->dir, COMPARISON_FILE, NULL);
    g_autofree char *page_path = sy_ab_page_path(ab);
    g_autofree char *json = diff ? sy_run_diff_json(diff) : NULL;
    g_autofree char *page = diff ? sy_html_run_diff(diff) : NULL;

    if (!diff || !sy_fs_write_atomic(path, json, -1, error) ||
        !sy_fs_write_atomic(page_path, page, -1, error)) {
        return NULL;
    }
    return g_steal_pointer(&diff);
}

void sy_ab_free(SyAb *ab)
{
    if (!ab) {
        return;
    }
    sy_ab_build_clear(&ab->base);
    sy_ab_build_clear(&ab->new);
    g_free(ab->dir);
    g_free(ab);
}
