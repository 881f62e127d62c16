/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard baseline: checks a lab-exact run against the baseline of its job, or records it. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/exit-code.h"
#include "cli/command.h"
#include "report/baseline.h"
#include "session/session.h"
#include "store/baseline.h"
#include "store/run-dir.h"

typedef struct {
    char *out, *file; /* --out, --baseline */
    const char *run;  /* as the user names it; NULL: the latest */
    gboolean record, json;
} Options;

/* Quotes `word` only if a shell needs it. */
static void append_word(GString *out, const char *word)
{
    bool plain = *word && !word[strspn(word, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._/+:,=-")];
    g_autofree char *quoted = plain ? g_strdup(word) : g_shell_quote(word);

    g_string_append_printf(out, " %s", quoted);
}

static void append_option(GString *out, const char *name, const char *value)
{
    if (value) {
        append_word(out, name);
        append_word(out, value);
    }
}

/* The command that records `run`, with the options that the user gave. */
static char *record_command(const Options *o, const SyRunResult *run)
{
    GString *out = g_string_new("steelyard baseline");

    append_word(out, o->run ? o->run : run->id);
    append_word(out, "--record");
    append_option(out, "--baseline", o->file);
    append_option(out, "--out", o->out);
    return g_string_free(out, FALSE);
}

static int record(SyRunResult *run, const char *path, GError **error)
{
    g_autofree char *text = NULL;

    if (!sy_baseline_strip(run, error) || !sy_baseline_write(run, path, error)) {
        return sy_cli_fail(*error);
    }
    text = g_strdup_printf("recorded %s: %u cases of %s, key %s\n", path, run->cases->len, run->id,
                           run->lab->baseline_key);
    return sy_cli_print(text);
}

static int none_yet(const Options *o, const SyRunResult *run, const char *path)
{
    g_autofree char *command = record_command(o, run);

    fprintf(stderr,
            "steelyard: a new baseline is due: %s does not exist. Record it with\n"
            "    %s\n",
            path, command);
    return SY_EXIT_INCONCLUSIVE;
}

static int compare(const Options *o, const SyRunResult *run, const char *path, GError **error)
{
    SyTerminalStyle style = {.color = sy_cli_colour(1)};
    g_autoptr(SyRunResult) baseline = sy_baseline_read(path, error);
    g_autoptr(SyBaselineCheck) check = baseline ? sy_baseline_check(baseline, run) : NULL;
    g_autofree char *command = record_command(o, run);
    g_autofree char *text = NULL;
    int code;

    if (!check) {
        return sy_cli_fail(*error);
    }
    text = o->json ? sy_baseline_json(check, baseline, run, path)
                   : sy_baseline_text(check, baseline, run, path, command, &style);
    code = sy_cli_print(text);
    return code != SY_EXIT_PASS ? code : sy_baseline_exit_code(check);
}

static int baseline(const Options *o, GError **error)
{
    const char *results = o->out ? o->out : "results";
    g_autofree char *run_dir = sy_run_dir_find(results, o->run ? o->run : "latest", error);
    g_autoptr(SyRunResult) run = run_dir ? sy_session_load(run_dir, error) : NULL;
    g_autofree char *path = NULL;

    if (!run || !sy_baseline_comparable(run, error)) {
        return sy_cli_fail(*error);
    }
    path = o->file ? g_strdup(o->file) : sy_baseline_path(results, run->job);
    if (o->record) {
        return record(run, path, error);
    }
    return g_file_test(path, G_FILE_TEST_EXISTS) ? compare(o, run, path, error)
                                                 : none_yet(o, run, path);
}

int sy_cmd_baseline(int argc, char **argv)
{
    Options o = {0};
    g_autoptr(GError) error = NULL;
    const GOptionEntry entries[] = {
        {"record", 0, 0, G_OPTION_ARG_NONE, &o.record, "make this run the baseline of its job",
         NULL},
        {"baseline", 0, 0, G_OPTION_ARG_FILENAME, &o.file,
         "the baseline's file (default DIR/baselines/JOB.json)", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o.json, "print JSON", NULL},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out,
         "folder that holds the run folders (default results)", "DIR"},
        G_OPTION_ENTRY_NULL,
    };
    int code = SY_EXIT_USAGE;

    if (sy_cli_parse(&argc, &argv, entries, "[RUN]",
                     "Checks a lab-exact run (an id, a folder, or the latest) against the baseline "
                     "of its job; every digit must be equal.\nExit status: 0 equal, 1 different, "
                     "2 no such run or a bad baseline, 3 not measured, 4 a new baseline is due.")) {
        o.run = argc == 2 ? argv[1] : NULL;
        code = argc <= 2 ? baseline(&o, &error) : sy_cli_usage("give one run at most");
    }
    g_free(o.out);
    g_free(o.file);
    return code;
}
