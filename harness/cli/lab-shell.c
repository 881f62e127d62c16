/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard lab shell, steelyard lab boot: the lab without a run. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/exit-code.h"
#include "base/fs.h"
#include "base/standard-streams.h"
#include "cli/lab.h"
#include "lab/inside-host.h"
#include "lab/inside.h"
#include "lab/machine.h"
#include "session/lab-parts.h"
#include "session/paths.h"

/* A shell may be silent for as long as its user. */
#define FOREVER_S 1e9

#define CPUS_MAX 8
#define MEMORY_MIN_MIB 512

typedef struct {
    gboolean exact, console;
    bool shell;
    int cpus, memory_mib;
    char *qemu, *share;
    GStrv programs, copies;
} LabShell;

static bool copies_below(const LabShell *v, GError **error)
{
    for (guint i = 0; v->copies && v->copies[i]; i++) {
        g_autofree char *here = g_get_current_dir();
        g_autofree char *path = g_canonicalize_filename(v->copies[i], here);

        if (g_path_is_absolute(v->copies[i]) || !g_str_has_prefix(path, here)) {
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                        "--copy %s: give a path below this folder, without a leading /",
                        v->copies[i]);
            return false;
        }
    }
    return true;
}

/* The lab has file systems of its own in some places, which would hide the program. */
static bool programs_visible(const LabShell *v, GError **error)
{
    for (guint i = 0; v->programs && v->programs[i]; i++) {
        g_autofree char *here = g_get_current_dir();
        g_autofree char *path = g_canonicalize_filename(v->programs[i], here);
        const char *hidden_by = strchr(v->programs[i], '/') ? sy_inside_hides(path) : NULL;

        if (hidden_by) {
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                        "--with %s: the lab has a %s of its own, which hides the program; "
                        "move it to another folder",
                        v->programs[i], hidden_by);
            return false;
        }
    }
    return true;
}

static bool check(const LabShell *v, GError **error)
{
    if (!sy_cli_check_int("cpus", v->cpus, 1, CPUS_MAX, error) ||
        !sy_cli_check_int("memory", v->memory_mib, MEMORY_MIN_MIB, G_MAXINT, error)) {
        return false;
    }
    if (v->exact && v->share && strcmp(v->share, "none") != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "--share shares files of this host, which is never exact; leave out --exact or "
                    "--share");
    } else if (v->copies && v->share && strcmp(v->share, "none") != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "--share and --copy both fill /work; leave one of them out");
    } else {
        return copies_below(v, error) && programs_visible(v, error);
    }
    return false;
}

/*
 * Boots as `config` says. If this folder, shared by default, cannot be shared, boots without it:
 * the shell is useful nevertheless.
 */
static SyMachine *boot(const LabShell *v, SyMachineConfig *config, GError **error)
{
    g_autoptr(GError) refused = NULL;
    SyMachine *machine = sy_machine_boot(config, &refused);

    if (!machine && config->shared_dir && !v->share &&
        g_error_matches(refused, SY_ERROR, SY_ERROR_UNAVAILABLE)) {
        sy_cli_say("lab: /work stays empty: %s", refused->message);
        g_clear_error(&refused);
        config->shared_dir = NULL;
        machine = sy_machine_boot(config, &refused);
    }
    if (refused) {
        g_propagate_error(error, g_steal_pointer(&refused));
    }
    return machine;
}

/* The folder to share: that of --share, or the working directory for a shell in real time; else
 * NULL. */
static char *share_folder(const LabShell *v)
{
    if (v->share) {
        return strcmp(v->share, "none") == 0 ? NULL : g_canonicalize_filename(v->share, NULL);
    }
    return v->shell && !v->exact && !v->copies ? g_get_current_dir() : NULL;
}

/* Waits for the machine to end. Returns the task's exit status; if nobody reads what it prints,
 * that of a program that SIGPIPE has ended. */
static int attend(SyMachine *machine, GError **error)
{
    for (;;) {
        g_autofree char *line = NULL;

        if (!sy_machine_next(machine, &line, error)) {
            return g_error_matches(*error, SY_ERROR, SY_ERROR_CANCELLED) &&
                           sy_standard_output_unread(0)
                       ? 128 + SIGPIPE
                       : sy_cli_fail(*error);
        }
        if (!line) {
            return sy_machine_status(machine);
        }
    }
}

static int lab_shell_run(const LabShell *v, const char *task, const char *request, bool *up,
                         double *boot_s)
{
    g_autoptr(SyLabParts) parts = sy_lab_parts_find();
    g_autofree char *release_qemu = sy_paths_modded_qemu(SY_DEFAULT_RELEASE);
    SyLabContents contents = {.qemu = v->qemu ? v->qemu : release_qemu,
                              .programs = (const char *const *)v->programs,
                              .copies = (const char *const *)v->copies};
    g_autoptr(GError) error = NULL;
    g_autoptr(SyImage) image = sy_lab_parts_image(parts, &contents, &error);
    g_autofree char *dir = image ? g_dir_make_tmp("steelyard-lab-XXXXXX", &error) : NULL;
    g_autofree char *share = share_folder(v);
    SyMachineConfig config = {
        .mode = v->exact ? SY_MACHINE_EXACT : SY_MACHINE_FAST,
        .cpus = (guint)sy_cli_int_or(v->cpus, 0),
        .memory_mib = (guint)sy_cli_int_or(v->memory_mib, 0),
        .qemu = parts->emulator,
        .firmware = (const char *const *)parts->firmware,
        .kernel = image ? image->kernel : NULL,
        .initrd = image ? image->initrd : NULL,
        .dir = dir,
        .task = task,
        .request = request,
        .shared_dir = share,
        .console = v->console,
        .verbose = v->console && !v->shell,
        .silence_limit_s = FOREVER_S,
    };
    SyMachine *machine;
    int status;

    if (image) {
        sy_cli_tell_image("lab", image);
    }
    machine = dir ? boot(v, &config, &error) : NULL;
    status = machine ? attend(machine, &error) : sy_cli_fail(error);
    if (machine) {
        *boot_s = sy_machine_boot_s(machine);
        *up = *boot_s > 0 && !error;
        sy_machine_end(machine);
    }
    if (dir) {
        sy_fs_remove_tree(dir);
    }
    return status;
}

static void lab_shell_clear(LabShell *v)
{
    g_free(v->qemu);
    g_free(v->share);
    g_strfreev(v->programs);
    g_strfreev(v->copies);
}

static bool parse(LabShell *v, const GOptionEntry *more, int *argc, char ***argv,
                  const char *positional, const char *summary)
{
    const GOptionEntry common[] = {
        {"exact", 0, 0, G_OPTION_ARG_NONE, &v->exact,
         "count time in instructions, so that runs are repeatable", NULL},
        {"cpus", 0, 0, G_OPTION_ARG_INT, &v->cpus, "CPUs of the lab (default 2)", "N"},
        {"memory", 0, 0, G_OPTION_ARG_INT, &v->memory_mib, "memory of the lab (default 2048)",
         "MIB"},
        {"qemu", 0, 0, G_OPTION_ARG_FILENAME, &v->qemu,
         "QEMU binary to put in as " SY_INSIDE_QEMU ", instead of the release's build", "PATH"},
        {"with", 0, 0, G_OPTION_ARG_STRING_ARRAY, &v->programs,
         "also put in this program and its libraries; may be repeated", "PROGRAM"},
        {"copy", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &v->copies,
         "put in a file or folder below this one as /work/PATH; may be repeated", "PATH"},
    };
    GOptionEntry entries[G_N_ELEMENTS(common) + 2] = {0};
    g_autoptr(GError) error = NULL;

    memcpy(entries, common, sizeof(common));
    entries[G_N_ELEMENTS(common)] = *more;
    if (!sy_cli_parse(argc, argv, entries, positional, summary)) {
        return false;
    }
    if (!check(v, &error)) {
        sy_cli_fail(error);
        return false;
    }
    return true;
}

int sy_cmd_lab_shell(int argc, char **argv)
{
    LabShell v = {
        .cpus = SY_CLI_NO_INT, .memory_mib = SY_CLI_NO_INT, .console = TRUE, .shell = true};
    const GOptionEntry share = {
        "share",  0,
        0,        G_OPTION_ARG_FILENAME,
        &v.share, "folder to share as /work (default: this folder; none: do not share)",
        "DIR"};
    g_autofree char *command = NULL;
    int status = SY_EXIT_USAGE;
    double boot_s;
    bool up;

    if (parse(&v, &share, &argc, &argv, "[-- COMMAND...]",
              "Opens a root shell in the virtual lab host, or runs COMMAND and returns its exit "
              "status.")) {
        int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;

        command = g_strjoinv(" ", argv + MIN(first, argc));
        status = lab_shell_run(&v, "shell", *command ? command : NULL, &up, &boot_s);
    }
    lab_shell_clear(&v);
    return status;
}

int sy_cmd_lab_boot(int argc, char **argv)
{
    LabShell v = {.cpus = SY_CLI_NO_INT, .memory_mib = SY_CLI_NO_INT};
    const GOptionEntry console = {
        "console",  0,
        0,          G_OPTION_ARG_NONE,
        &v.console, "show the kernel's messages and open a shell on this terminal",
        NULL};
    int64_t start_ns = sy_now_ns();
    int status = SY_EXIT_USAGE;
    double boot_s = 0;
    bool up = false;

    if (parse(&v, &console, &argc, &argv, NULL,
              "Boots the virtual lab host, and prints how long it took.")) {
        status = lab_shell_run(&v, v.console ? "console" : "shell", v.console ? NULL : "true", &up,
                               &boot_s);
        if (up) {
            fprintf(stderr, "lab (%s): up after %.1f s, %.1f s in all\n",
                    v.exact ? "exact" : "fast", boot_s,
                    (double)(sy_now_ns() - start_ns) / SY_NS_PER_S);
        }
    }
    lab_shell_clear(&v);
    return status;
}
