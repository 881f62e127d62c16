/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard compare: two stored runs, or two builds measured now in turns. */
#include "base/error.h"
#include "base/exit-code.h"
#include "base/fs.h"
#include "cli/command.h"
#include "cli/compare.h"
#include "report/html-run-diff.h"
#include "run/job.h"
#include "session/session.h"
#include "store/run-dir.h"

typedef struct {
    SyRunDiffRule rule;
    char *filter, *metric, *out;
    char *report; /* runs only: the page of a comparison of builds is in its folder */
    char *base, *new_spec, *base_qemu, *new_qemu; /* builds; all NULL: two runs are compared */
    char *host;
    int repeat;
    double limit_s;
    GStrv faults;
    bool json;
} Options;

static const char *results_dir(const Options *o)
{
    return o->out ? o->out : "results";
}

static SyRunResult *load(const char *results, const char *name, GError **error)
{
    g_autofree char *run_dir = sy_run_dir_find(results, name, error);

    return run_dir ? sy_session_load(run_dir, error) : NULL;
}

static int compare_runs(const Options *o, char **names, GError **error)
{
    const char *results = results_dir(o);
    g_autoptr(SyRunResult) base = load(results, names[0], error);
    g_autoptr(SyRunResult) new_run = base ? load(results, names[1], error) : NULL;
    g_autoptr(SyRunDiff) diff = new_run ? sy_run_diff_of(base, new_run, &o->rule, error) : NULL;

    if (diff && o->report) {
        g_autofree char *page = sy_html_run_diff(diff);

        if (!sy_fs_write_atomic(o->report, page, -1, error)) {
            return sy_cli_fail(*error);
        }
    }
    return diff ? sy_compare_show(diff, o->json) : sy_cli_fail(*error);
}

static int compare_builds(const Options *o, char **jobs, char **argv)
{
    const SyAbOptions options = {
        .jobs = jobs,
        .base_spec = o->base,
        .new_spec = o->new_spec,
        .base_qemu = o->base_qemu,
        .new_qemu = o->new_qemu,
        .faults = o->faults,
        .filter = o->filter,
        .host_mode = o->host,
        .results_dir = results_dir(o),
        .repeat = (guint)sy_cli_int_or(o->repeat, 0),
        .silence_limit_s = sy_cli_number_or(o->limit_s, 0),
        .rule = o->rule,
    };

    return sy_compare_builds(&options, argv, o->json);
}

static bool check_rule(const SyRunDiffRule *rule, GError **error)
{
    if (rule->level > 0 && rule->level <= 0.5 && rule->effect_pct >= 0 &&
        rule->tolerance_pct >= rule->effect_pct && rule->tolerance_pct <= 1000 &&
        rule->max_undecided_pct >= 0 && rule->max_undecided_pct <= 100) {
        return true;
    }
    g_set_error(
        error, SY_ERROR, SY_ERROR_USAGE,
        "--level %g, --effect %g, --tolerance %g, --max-undecided %g: the level must be above 0 "
        "and at most 0.5, the effect 0 or more, the tolerance between the effect and 1000, and the "
        "share of undecided metrics between 0 and 100",
        rule->level, rule->effect_pct, rule->tolerance_pct, rule->max_undecided_pct);
    return false;
}

static bool check_builds(const Options *o, int jobs, GError **error)
{
    bool base = o->base || o->base_qemu, new_build = o->new_spec || o->new_qemu;

    if (!base || !new_build || jobs == 0) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_USAGE,
            "to compare two builds, give --base and --new (such as modded:10.0, stock:10.0, "
            "10.0@HEAD~3; or paths with --base-qemu and --new-qemu) and at least one job file "
            "(workloads/compare.ini is meant for this)");
        return false;
    }
    if (o->report) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "--report is for runs only; a comparison of builds has its page in its folder");
        return false;
    }
    return sy_cli_check_int("repeat", o->repeat, 1, SY_REPEAT_MAX, error) &&
           sy_cli_check_number("limit", o->limit_s, 1, SY_CLI_LIMIT_MAX_S, error);
}

static int compare(Options *o, int count, char **names, char **argv, GError **error)
{
    o->rule.cases = o->filter;
    o->rule.metrics = o->metric;
    if (!check_rule(&o->rule, error)) {
        return sy_cli_fail(*error);
    }
    if (o->base || o->new_spec || o->base_qemu || o->new_qemu) {
        return check_builds(o, count, error) ? compare_builds(o, names, argv) : sy_cli_fail(*error);
    }
    if (count != 2 || o->faults || o->repeat != SY_CLI_NO_INT || o->limit_s != SY_CLI_NO_NUMBER ||
        o->host) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_USAGE,
            "compare takes two runs (ids or folders), the base first; or --base, --new and job "
            "files. --host, --repeat, --limit and --fault are for builds only");
        return sy_cli_fail(*error);
    }
    return compare_runs(o, names, error);
}

int sy_cmd_compare(int argc, char **argv)
{
    g_auto(GStrv) whole_argv = g_strdupv(argv);
    g_autoptr(GError) error = NULL;
    Options o = {
        .rule = SY_RUN_DIFF_RULE_DEFAULT, .repeat = SY_CLI_NO_INT, .limit_s = SY_CLI_NO_NUMBER};
    gboolean force = FALSE, json = FALSE;
    const GOptionEntry entries[] = {
        {"filter", 0, 0, G_OPTION_ARG_STRING, &o.filter, "only cases whose id matches", "GLOB"},
        {"metric", 0, 0, G_OPTION_ARG_STRING, &o.metric, "only metrics whose name matches", "GLOB"},
        {"effect", 0, 0, G_OPTION_ARG_DOUBLE, &o.rule.effect_pct,
         "ignore a shift that is smaller (default 0.5)", "PCT"},
        {"tolerance", 0, 0, G_OPTION_ARG_DOUBLE, &o.rule.tolerance_pct,
         "call a metric the same only if it differs by less (default 5)", "PCT"},
        {"max-undecided", 0, 0, G_OPTION_ARG_DOUBLE, &o.rule.max_undecided_pct,
         "exit with 4 if a larger share of the metrics is undecided (default 20)", "PCT"},
        {"level", 0, 0, G_OPTION_ARG_DOUBLE, &o.rule.level,
         "chance of any false alarm between equal builds (default 0.01)", "P"},
        {"base", 0, 0, G_OPTION_ARG_STRING, &o.base,
         "measure two builds in turns; the base: 10.0, stock:10.0, or with the mods of a git ref "
         "10.0@HEAD~3",
         "BUILD"},
        {"new", 0, 0, G_OPTION_ARG_STRING, &o.new_spec, "the build that is compared with the base",
         "BUILD"},
        {"base-qemu", 0, 0, G_OPTION_ARG_FILENAME, &o.base_qemu, "a QEMU binary as the base",
         "PATH"},
        {"new-qemu", 0, 0, G_OPTION_ARG_FILENAME, &o.new_qemu, "a QEMU binary as the new build",
         "PATH"},
        {"host", 0, 0, G_OPTION_ARG_STRING, &o.host,
         "builds: where to run: native, lab, lab-exact or auto (default)", "MODE"},
        {"repeat", 0, 0, G_OPTION_ARG_INT, &o.repeat,
         "builds: repetitions of each case (default " G_STRINGIFY(
             SY_COMPARE_REPETITIONS) ", in lab-exact the job's); undecided cases are measured "
                                     "again, as often",
         "N"},
        {"limit", 0, 0, G_OPTION_ARG_DOUBLE, &o.limit_s,
         "builds: give up on a lab case that is silent for this long (default 300)", "SECONDS"},
        {"fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.faults,
         "builds: inject a fault into the new one, such as quota=+1%", "SPEC"},
        {"force", 0, 0, G_OPTION_ARG_NONE, &force, "compare even if hosts or host modes differ",
         NULL},
        {"report", 0, 0, G_OPTION_ARG_FILENAME, &o.report, "runs: also write an HTML page", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out,
         "folder that holds the run folders (default results)", "DIR"},
        G_OPTION_ENTRY_NULL,
    };
    int code = SY_EXIT_USAGE;

    if (sy_cli_parse(
            &argc, &argv, entries, "BASE_RUN NEW_RUN | JOB.ini...",
            "Compares two runs, or two QEMU builds measured in turns, metric by metric.")) {
        o.rule.force = force;
        o.json = json;
        code = compare(&o, argc - 1, argv + 1, whole_argv, &error);
    }
    g_free(o.filter);
    g_free(o.metric);
    g_free(o.out);
    g_free(o.report);
    g_free(o.base);
    g_free(o.new_spec);
    g_free(o.base_qemu);
    g_free(o.new_qemu);
    g_free(o.host);
    g_strfreev(o.faults);
    return code;
}
