/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "host/requirement.h"
#include "judge/verdict.h"
#include "lab/inside.h"

const char *const sy_cli_firmware_dirs[] = {"/usr/share/qemu", "/usr/share/seabios", NULL};

bool sy_cli_parse(int *argc, char ***argv, const GOptionEntry *entries, const char *positional,
                  const char *summary)
{
    g_autoptr(GOptionContext) context = g_option_context_new(positional);
    g_autofree char *name = g_strdup_printf("steelyard %s", (*argv)[0]);
    g_autoptr(GError) error = NULL;

    g_set_prgname(name);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context, summary);
    if (g_option_context_parse(context, argc, argv, &error)) {
        return true;
    }
    fprintf(stderr, "%s: %s; %s --help lists the options\n", name, error->message, name);
    return false;
}

static void print_commands(FILE *out, const char *name, const SyCommand *commands, gsize n)
{
    int width = 0;

    for (gsize i = 0; i < n; i++) {
        width = MAX(width, (int)strlen(commands[i].name));
    }
    fprintf(out, "usage: steelyard %s COMMAND [OPTION...]\n\n", name);
    for (gsize i = 0; i < n; i++) {
        fprintf(out, "  %-*s  %s\n", width, commands[i].name, commands[i].summary);
    }
    fprintf(out, "\n`steelyard %s COMMAND --help` has the options.\n", name);
}

int sy_cli_dispatch(const SyCommand *commands, gsize n, int argc, char **argv)
{
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_commands(stdout, argv[0], commands, n);
        return SY_EXIT_PASS;
    }
    for (gsize i = 0; argc >= 2 && i < n; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            g_autofree char *name = g_strdup_printf("%s %s", argv[0], argv[1]);

            argv[1] = name;
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    if (argc >= 2) {
        fprintf(stderr, "steelyard %s: unknown command '%s'\n", argv[0], argv[1]);
    }
    print_commands(stderr, argv[0], commands, n);
    return SY_EXIT_USAGE;
}

int sy_cli_fail(const GError *error)
{
    fprintf(stderr, "steelyard: %s\n", error->message);
    return g_error_matches(error, SY_ERROR, SY_ERROR_USAGE) ? SY_EXIT_USAGE : SY_EXIT_COULD_NOT_RUN;
}

bool sy_cli_colour(int fd)
{
    const char *no_color = g_getenv("NO_COLOR");

    return isatty(fd) && !(no_color && *no_color);
}

int sy_cli_print(const char *text)
{
    if (fputs(text, stdout) == EOF || fflush(stdout) == EOF) {
        fprintf(stderr, "steelyard: cannot write to stdout: %s\n", g_strerror(errno));
        return SY_EXIT_COULD_NOT_RUN;
    }
    return SY_EXIT_PASS;
}

char *sy_cli_build_dir(void)
{
    const char *override = g_getenv("STEELYARD_BUILD");
    g_autofree char *self = NULL;

    if (override && *override) {
        return g_canonicalize_filename(override, NULL);
    }
    self = g_file_read_link("/proc/self/exe", NULL);
    return self ? g_path_get_dirname(self) : g_get_current_dir();
}

char *sy_cli_guests_dir(void)
{
    g_autofree char *build = sy_cli_build_dir();

    return g_build_filename(build, "guests", NULL);
}

static char *built_qemu(const char *release, const char *flavor)
{
    g_autofree char *build = sy_cli_build_dir();

    return g_build_filename(build, "qemu", release, flavor, "bin", "qemu-system-x86_64", NULL);
}

char *sy_cli_release_qemu(const char *release)
{
    return built_qemu(release, "modded");
}

char *sy_cli_stock_qemu(const char *release)
{
    return sy_inside() ? g_strdup(SY_INSIDE_STOCK_QEMU) : built_qemu(release, "stock");
}

void sy_cli_prepare_probes(const char *release)
{
    g_autofree char *guests_dir = sy_cli_guests_dir();
    g_autofree char *stock_qemu = sy_cli_stock_qemu(release);

    sy_requirement_set_guests_dir(guests_dir);
    sy_requirement_set_stock_qemu(stock_qemu);
}
