/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard baseline: compares the code of the mods in a build with the baseline, or records it. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/exit-code.h"
#include "cli/command.h"
#include "report/baseline.h"
#include "session/baseline.h"
#include "store/baseline.h"

typedef struct {
    SyBaselineBuild build;
    char *qemu, *stock, *file, *out;
    gboolean record, json;
} Options;

/* Quotes `word` only if a shell needs it. */
static void append_word(GString *out, const char *word)
{
    bool plain = *word && !word[strspn(word, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._/+:,=@~-")];
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

/* The command that records this build, with the options that the user gave. */
static char *record_command(const Options *o)
{
    GString *out = g_string_new("steelyard baseline");

    if (o->build.spec) {
        append_word(out, o->build.spec);
    }
    append_word(out, "--record");
    append_option(out, "--qemu", o->qemu);
    append_option(out, "--stock", o->stock);
    append_option(out, "--baseline", o->file);
    append_option(out, "--out", o->out);
    return g_string_free(out, FALSE);
}

static int record(const SyBaseline *now, const char *path, GError **error)
{
    g_autofree char *text = NULL;

    if (!sy_baseline_write(now, path, error)) {
        return sy_cli_fail(*error);
    }
    text = g_strdup_printf("recorded %s: %u functions of the mods\n", path, now->functions->len);
    return sy_cli_print(text);
}

static int none_yet(const Options *o, const char *path)
{
    g_autofree char *command = record_command(o);

    fprintf(stderr,
            "steelyard: a new baseline is due: %s does not exist. Record it with\n"
            "    %s\n",
            path, command);
    return SY_EXIT_INCONCLUSIVE;
}

static int compare(const Options *o, const SyBaseline *was, const SyBaseline *now, const char *path)
{
    SyTerminalStyle style = {.color = sy_cli_colour(1)};
    g_autoptr(SyBaselineCheck) check = sy_baseline_check(was, now);
    g_autofree char *command = record_command(o);
    g_autofree char *text = o->json ? sy_baseline_check_json(check, was, now, path)
                                    : sy_baseline_text(check, was, now, path, command, &style);
    int code = sy_cli_print(text);

    return code != SY_EXIT_PASS ? code : sy_baseline_exit_code(check);
}

static int baseline(const Options *o, GError **error)
{
    g_autofree char *release = sy_baseline_release(&o->build, error);
    g_autofree char *path = NULL;
    g_autoptr(SyBaseline) was = NULL, now = NULL;
    bool there;

    if (!release) {
        return sy_cli_fail(*error);
    }
    path = o->file ? g_strdup(o->file) : sy_baseline_path(o->out ? o->out : "results", release);
    there = g_file_test(path, G_FILE_TEST_EXISTS);
    was = there && !o->record ? sy_baseline_read(path, error) : NULL;
    now = *error ? NULL : sy_baseline_take(&o->build, error);
    if (!now) {
        return sy_cli_fail(*error);
    }
    if (o->record) {
        return record(now, path, error);
    }
    return there ? compare(o, was, now, path) : none_yet(o, path);
}

int sy_cmd_baseline(int argc, char **argv)
{
    Options o = {0};
    g_autoptr(GError) error = NULL;
    const GOptionEntry entries[] = {
        {"record", 0, 0, G_OPTION_ARG_NONE, &o.record, "make this build the baseline", NULL},
        {"qemu", 0, 0, G_OPTION_ARG_FILENAME, &o.qemu, "the binary, of the release of BUILD",
         "FILE"},
        {"stock", 0, 0, G_OPTION_ARG_FILENAME, &o.stock, "the stock binary of that release",
         "FILE"},
        {"baseline", 0, 0, G_OPTION_ARG_FILENAME, &o.file,
         "the baseline's file (default DIR/baselines/RELEASE.json)", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o.json, "print JSON", NULL},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out,
         "folder that holds baselines/ (default results)", "DIR"},
        G_OPTION_ENTRY_NULL,
    };
    int code = SY_EXIT_USAGE;

    if (sy_cli_parse(
            &argc, &argv, entries, "[BUILD]",
            "Compares the machine code of the mods in BUILD (10.0, 10.0@HEAD~3) with the "
            "baseline: every function that a stock build does not have like this.\nExit "
            "status: 0 equal, 1 different, 2 a bad baseline, 3 not built, 4 a new baseline "
            "is due, because QEMU or the compiler is another.")) {
        o.build =
            (SyBaselineBuild){.spec = argc == 2 ? argv[1] : NULL, .qemu = o.qemu, .stock = o.stock};
        code = argc <= 2 ? baseline(&o, &error) : sy_cli_usage("give one build at most");
    }
    g_free(o.qemu);
    g_free(o.stock);
    g_free(o.file);
    g_free(o.out);
    return code;
}
