/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/exit-code.h"

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
    sy_cli_usage(error->message);
    return false;
}

int sy_cli_usage(const char *message)
{
    const char *name = g_get_prgname();

    fprintf(stderr, "%s: %s; %s --help lists the options\n", name, message, name);
    return SY_EXIT_USAGE;
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
    fprintf(out, "\n`steelyard %s COMMAND --help` lists the options.\n", name);
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

    return isatty(fd) && !(no_color && *no_color) && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

void sy_cli_tell_image(const char *what, const SyImage *image)
{
    if (!image->cached) {
        fprintf(stderr, "%s: image of %.0f MiB built in %.1f s (Linux %s)\n", what,
                (double)image->bytes / (1 << 20), image->seconds, image->kernel_version);
    }
}

int sy_cli_print(const char *text)
{
    if (fputs(text, stdout) == EOF || fflush(stdout) == EOF) {
        fprintf(stderr, "steelyard: cannot write to stdout: %s\n", g_strerror(errno));
        return SY_EXIT_COULD_NOT_RUN;
    }
    return SY_EXIT_PASS;
}
