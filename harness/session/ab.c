/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two builds measured in turns, A B B A, so that what changes about the host meanwhile changes for
 * both. Each repetition has a QEMU of its own, and a boot of the lab if it is there: repetitions
 * in one process share its luck (memory layout, placement, phases, how fast the host was just
 * then), and would pass for more evidence than they are. In lab-exact nothing changes, and one boot
 * each is enough, with a QEMU for each repetition.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "cli/command.h"
#include "cli/compare.h"
#include "host/priority.h"
#include "judge/run-diff-json.h"
#include "judge/verdict.h"
#include "report/format.h"
#include "report/html-run-diff.h"
#include "report/terminal.h"
#include "result/host-mode.h"
#include "session/ab-build.h"
#include "session/paths.h"
#include "store/run-dir.h"
#include "workloads/workloads.h"

#define COMPARISON_FILE "comparison.json"
#define PAGE_FILE "comparison.html"
#define LOG_EVERY_NS (60 * SY_NS_PER_S)

typedef struct {
    const SyCompareOptions *o;
    SyAbBuild base, new;
    char *dir;
    int64_t started_ns;
    int64_t told_ns; /* how far it is */
    bool tty;        /* stderr is a terminal */
} Builds;

static SyRunRequest *make_request(const SyCompareOptions *o, char **jobs, const char *qemu,
                                  GStrv faults, GError **error)
{
    g_autoptr(SyRunRequest) request = sy_run_request_new();

    if (!sy_run_request_load(request, jobs, sy_workloads, error)) {
        return NULL;
    }
    request->filter = g_strdup(o->filter);
    request->trace = g_strdup("none"); /* of one turn only it would say little, and it costs time */
    request->host_mode = g_strdup(o->host ? o->host : SY_HOST_MODE_AUTO);
    request->faults = g_strdupv(faults);
    request->repeat = (guint)o->repeat;
    request->fresh = true;
    if (qemu) {
        request->qemu = g_canonicalize_filename(qemu, NULL);
        request->release = g_strdup(SY_DEFAULT_RELEASE);
    }
    return g_steal_pointer(&request);
}

/* The command line as the base has it, to which no fault was done. The caller frees. */
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

static bool prepare(Builds *b, char **jobs, char **argv, GError **error)
{
    const SyCompareOptions *o = b->o;
    g_auto(GStrv) base_argv = without_faults(argv);
    SyRunRequest *base = make_request(o, jobs, o->base_qemu, NULL, error);
    SyRunRequest *new_request = base ? make_request(o, jobs, o->new_qemu, o->faults, error) : NULL;
    const char *base_spec = o->base ? o->base : SY_DEFAULT_RELEASE;
    const char *new_spec = o->new_spec ? o->new_spec : SY_DEFAULT_RELEASE;

    if (!new_request) {
        sy_run_request_free(base);
        return false;
    }
    /* Both take their request over, whatever happens. */
    if (!sy_ab_build_prepare(&b->base, "base", base_spec, base, base_argv, error)) {
        sy_run_request_free(new_request);
        return false;
    }
    if (!sy_ab_build_prepare(&b->new, "new", new_spec, new_request, argv, error)) {
        return false;
    }
    return sy_ab_build_prepare_lab(&b->base, o->limit_s, error) &&
           sy_ab_build_prepare_lab(&b->new, o->limit_s, error);
}

static bool begin(Builds *b, GError **error)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *name = g_strconcat("compare-", b->base.run->job, NULL);

    b->started_ns = b->told_ns = sy_now_ns();
    b->tty = isatty(STDERR_FILENO);
    b->dir = sy_run_dir_create_bare(b->o->out ? b->o->out : "results", name, now, error);
    return b->dir && sy_ab_build_begin(&b->base, b->dir, now, error) &&
           sy_ab_build_begin(&b->new, b->dir, now, error);
}

static bool save(Builds *b, bool ended, GError **error)
{
    double duration_s = (double)(sy_now_ns() - b->started_ns) / SY_NS_PER_S;

    b->base.run->duration_s = b->new.run->duration_s = duration_s;
    return sy_ab_build_save(&b->base, ended ? sy_run_exit_code(b->base.run) : -1, error) &&
           sy_ab_build_save(&b->new, ended ? sy_run_exit_code(b->new.run) : -1, error);
}

/* ---- turns ---- */

/* How far it is with these cases: on a terminal after every turn, in a log once a minute. */
static void tell_progress(Builds *b, guint done, guint turns, int64_t begun_ns)
{
    int64_t now_ns = sy_now_ns();
    double took_s = (double)(now_ns - begun_ns) / SY_NS_PER_S;
    g_autofree char *elapsed = sy_format_duration((double)(now_ns - b->started_ns) / SY_NS_PER_S);
    g_autofree char *left = sy_format_duration(took_s / done * (turns - done));

    if (done == turns || (!b->tty && now_ns - b->told_ns < LOG_EVERY_NS)) {
        fputs(b->tty ? SY_TERMINAL_CLEAR : "", stderr);
        return;
    }
    b->told_ns = now_ns;
    fprintf(stderr, "%sturn %u of %u is done  elapsed %s  about %s left of these%s",
            b->tty ? SY_TERMINAL_CLEAR : "", done, turns, elapsed, left, b->tty ? "" : "\n");
    fflush(stderr);
}

/* `turns` visits in the order A B B A A B B A ..., or B A A B ... if flipped. */
static bool take_turns(Builds *b, const GArray *which, guint turns, guint repeat, bool flipped,
                       GError **error)
{
    int64_t begun_ns = sy_now_ns();

    for (guint k = 0; k < turns; k++) {
        bool is_base = (k % 4 == 0 || k % 4 == 3) != flipped;

        if (!sy_ab_build_measure(is_base ? &b->base : &b->new, which, repeat, error)) {
            return false;
        }
        tell_progress(b, k + 1, turns, begun_ns);
    }
    return true;
}

static const SyCasePlan *plan_at(const Builds *b, guint i)
{
    return g_ptr_array_index(b->base.plans, i);
}

static const SyCasePlan *plan_in(const Builds *b, const GArray *which, guint i)
{
    return plan_at(b, g_array_index(which, guint, i));
}

static void tell_turns(const Builds *b, const GArray *which, const char *how)
{
    const SyCasePlan *first = plan_in(b, which, 0);

    if (which->len > 1) {
        fprintf(stderr, "%u of %u cases, %s ...", which->len, b->base.plans->len, first->id);
    } else {
        fprintf(stderr, "case %u of %u  %s", g_array_index(which, guint, 0) + 1, b->base.plans->len,
                first->id);
    }
    fprintf(stderr, "  %s, %s\n", first->host_mode, how);
}

/* Measures cases of one host mode, and keeps what there is. */
static bool measure_together(Builds *b, const GArray *which, bool flipped, GError **error)
{
    const char *mode = plan_in(b, which, 0)->host_mode;
    guint n = b->o->repeat ? (guint)b->o->repeat : SY_COMPARE_REPETITIONS;
    bool ok;

    if (strcmp(mode, SY_HOST_MODE_LAB_EXACT) == 0) {
        tell_turns(b, which, "one boot of each");
        ok = take_turns(b, which, 2, 0, false, error);
    } else {
        tell_turns(b, which, flipped ? "B A A B once more" : "A B B A");
        ok = take_turns(b, which, 2 * n, 1, flipped, error);
    }
    return ok && save(b, false, error);
}

/* ---- what is taken again ---- */

static bool could_be_measured(const SyRunResult *run, const char *case_id)
{
    const SyCaseResult *result = sy_run_result_find(run, case_id);

    return result && result->status != SY_STATUS_ERROR && result->status != SY_STATUS_SKIP;
}

/* Is the case open: a figure undecided, or worse by what may have been chance once? */
static bool is_open(const Builds *b, const SyRunDiff *diff, const char *case_id)
{
    for (guint i = 0; i < diff->rows->len; i++) {
        const SyRunDiffRow *row = g_ptr_array_index(diff->rows, i);

        if (strcmp(row->case_id, case_id) == 0 && !row->exact &&
            (row->verdict == SY_RUN_DIFF_UNDECIDED || row->verdict == SY_RUN_DIFF_REGRESSION)) {
            return could_be_measured(b->base.run, case_id) &&
                   could_be_measured(b->new.run, case_id);
        }
    }
    return false;
}

/* The cases from *next on that are measured together: natively one, in the lab all of a kind that
 * follow each other; if there is an `opening` comparison, only those that it leaves open. *next
 * goes on behind them. The caller owns the array. */
static GArray *next_group(const Builds *b, const SyRunDiff *opening, guint *next)
{
    GArray *which = g_array_new(FALSE, FALSE, sizeof(guint));
    const char *mode = plan_at(b, *next)->host_mode;

    do {
        if (!opening || is_open(b, opening, plan_at(b, *next)->id)) {
            g_array_append_val(which, *next);
        }
        ++*next;
    } while (sy_host_mode_is_lab(mode) && *next < b->base.plans->len &&
             strcmp(plan_at(b, *next)->host_mode, mode) == 0);
    return which;
}

/* All cases, or those that `opening` leaves open once more in flipped order. */
static bool measure_round(Builds *b, const SyRunDiff *opening, GError **error)
{
    for (guint next = 0; next < b->base.plans->len;) {
        g_autoptr(GArray) which = next_group(b, opening, &next);

        if (which->len && !measure_together(b, which, opening != NULL, error)) {
            return false;
        }
    }
    return true;
}

static bool measure(Builds *b, GError **error)
{
    g_autoptr(SyRunDiff) diff = NULL;

    if (!measure_round(b, NULL, error)) {
        return false;
    }
    diff = sy_run_diff_of(b->base.run, b->new.run, &b->o->rule, error);
    return diff && measure_round(b, diff, error);
}

static int conclude(Builds *b, GError **error)
{
    g_autoptr(SyRunDiff) diff = NULL;
    g_autofree char *path = g_build_filename(b->dir, COMPARISON_FILE, NULL);
    g_autofree char *page_path = g_build_filename(b->dir, PAGE_FILE, NULL);
    g_autofree char *json = NULL, *page = NULL;
    int code;

    diff =
        save(b, true, error) ? sy_run_diff_of(b->base.run, b->new.run, &b->o->rule, error) : NULL;
    json = diff ? sy_run_diff_json(diff) : NULL;
    page = diff ? sy_html_run_diff(diff) : NULL;
    if (!json || !sy_fs_write_atomic(path, json, -1, error) ||
        !sy_fs_write_atomic(page_path, page, -1, error)) {
        return sy_cli_fail(*error);
    }
    code = sy_compare_show(diff, b->o->json);
    fprintf(stderr, "Report: %s\n", page_path);
    fprintf(stderr, "Kept in %s; once more: steelyard compare %s/base %s/new\n", b->dir, b->dir,
            b->dir);
    return code;
}

static int run(Builds *b, char **jobs, char **argv, GError **error)
{
    g_autofree char *priority = NULL;
    int code;

    if (!prepare(b, jobs, argv, error) || !begin(b, error)) {
        return sy_cli_fail(*error);
    }
    priority = sy_priority_raise();
    fprintf(stderr, "compare %s: base %s, new %s, %u case%s, harness at %s\n", b->dir, b->base.spec,
            b->new.spec, b->base.plans->len, b->base.plans->len == 1 ? "" : "s", priority);
    for (guint i = 0; b->o->faults && b->o->faults[i]; i++) {
        fprintf(stderr, "fault injected into new: %s\n", b->o->faults[i]);
    }
    if (measure(b, error)) {
        return conclude(b, error);
    }
    code = sy_cli_fail(*error);
    save(b, false, NULL);
    fprintf(stderr, "What was measured so far: steelyard compare %s/base %s/new\n", b->dir, b->dir);
    return code;
}

int sy_compare_builds(const SyCompareOptions *options, char **jobs, char **argv, GError **error)
{
    Builds b = {.o = options};
    int code = run(&b, jobs, argv, error);

    sy_ab_build_clear(&b.base);
    sy_ab_build_clear(&b.new);
    g_free(b.dir);
    return code;
}
