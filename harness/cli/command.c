/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/exit-code.h"
#include "base/invisible.h"
#include "run/preference.h"

/* --help: prints it and ends the process, as GLib does. */
static G_NORETURN gboolean print_help(const char *option, const char *value, gpointer context,
                                      GError **error)
{
    g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);

    (void)option;
    (void)value;
    (void)error;
    exit(sy_cli_print(text));
}

static GOptionGroup *main_group(GOptionContext *context, const GOptionEntry *entries)
{
    const GOptionEntry help[] = {
        {"help", 'h', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, print_help, "show this help",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    GOptionGroup *group = g_option_group_new(NULL, NULL, NULL, context, NULL);

    g_option_group_add_entries(group, entries);
    g_option_group_add_entries(group, help);
    return group;
}

bool sy_cli_parse(int *argc, char ***argv, const GOptionEntry *entries, const char *positional,
                  const char *summary)
{
    g_autoptr(GOptionContext) context = g_option_context_new(positional);
    g_autofree char *name = g_strdup_printf("steelyard %s", (*argv)[0]);
    g_autoptr(GError) error = NULL;

    g_set_prgname(name);
    g_option_context_set_help_enabled(context, FALSE); /* it would not notice a full disk */
    g_option_context_set_main_group(context, main_group(context, entries));
    g_option_context_set_summary(context, summary);
    if (!g_option_context_parse(context, argc, argv, &error)) {
        bool comma = g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE) &&
                     strchr(error->message, ',');
        g_autofree char *message =
            g_strconcat(error->message, comma ? "; a number has a point and no comma" : NULL, NULL);

        sy_cli_usage(message);
        return false;
    }
    if (!positional && *argc > 1) {
        g_autofree char *message = g_strdup_printf("takes no arguments, but got '%s'", (*argv)[1]);

        sy_cli_usage(message);
        return false;
    }
    return true;
}

bool sy_cli_check_int(const char *option, int value, int least, int most, GError **error)
{
    if (value == SY_CLI_NO_INT || (value >= least && value <= most)) {
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "--%s %d is out of range; give %d to %d", option,
                value, least, most);
    return false;
}

bool sy_cli_check_number(const char *option, double value, double least, double most,
                         GError **error)
{
    if (value == SY_CLI_NO_NUMBER || (value >= least && value <= most)) {
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "--%s %g is out of range; give %g to %g", option,
                value, least, most);
    return false;
}

void sy_cli_say(const char *format, ...)
{
    g_autofree char *text = NULL, *shown = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    shown = sy_invisible_shown(text);
    fprintf(stderr, "%s\n", shown);
}

int sy_cli_usage(const char *message)
{
    const char *name = g_get_prgname();

    sy_cli_say("%s: %s; %s --help lists the options", name, message, name);
    return SY_EXIT_USAGE;
}

/* The help of a command that has commands of its own; the caller frees. */
static char *list_commands(const char *name, const SyCommand *commands, gsize n)
{
    GString *out = g_string_new(NULL);
    int width = 0;

    for (gsize i = 0; i < n; i++) {
        width = MAX(width, (int)strlen(commands[i].name));
    }
    g_string_append_printf(out, "usage: steelyard %s COMMAND [OPTION...]\n\n", name);
    for (gsize i = 0; i < n; i++) {
        g_string_append_printf(out, "  %-*s  %s\n", width, commands[i].name, commands[i].summary);
    }
    g_string_append_printf(out, "\n`steelyard %s COMMAND --help` lists the options.\n", name);
    return g_string_free(out, FALSE);
}

int sy_cli_dispatch(const SyCommand *commands, gsize n, int argc, char **argv)
{
    g_autofree char *list = list_commands(argv[0], commands, n);

    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        return sy_cli_print(list);
    }
    for (gsize i = 0; argc >= 2 && i < n; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            g_autofree char *name = g_strdup_printf("%s %s", argv[0], argv[1]);

            argv[1] = name;
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    if (argc >= 2) {
        sy_cli_say("steelyard %s: unknown command '%s'", argv[0], argv[1]);
    }
    fputs(list, stderr);
    return SY_EXIT_USAGE;
}

int sy_cli_fail(const GError *error)
{
    sy_cli_say("steelyard: %s", error->message);
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

void sy_cli_tell_preferences(const GPtrArray *plans)
{
    g_autoptr(GPtrArray) lines = sy_preferences_unmet(plans);

    for (guint i = 0; i < lines->len; i++) {
        fprintf(stderr, "%s\n", (const char *)g_ptr_array_index(lines, i));
    }
}

int sy_cli_print(const char *text)
{
    if ((fputs(text, stdout) == EOF || fflush(stdout) == EOF) && errno != EPIPE) {
        fprintf(stderr, "steelyard: cannot write to stdout: %s\n", g_strerror(errno));
        return SY_EXIT_COULD_NOT_RUN;
    }
    return SY_EXIT_PASS;
}
