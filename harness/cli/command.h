/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The type of a subcommand, and what all of them share. Only cli/ talks to the user and decides the
 * exit code. */
#ifndef SY_CLI_COMMAND_H
#define SY_CLI_COMMAND_H

#include <glib.h>
#include <stdbool.h>

#include "lab/image.h"

/* argv[0] is the subcommand's name. Returns the exit code. */
typedef int SyCommandFn(int argc, char **argv);

/* A subcommand such as `lab`, or a command of one such as `lab cache`. */
typedef struct {
    const char *name;
    SyCommandFn *run;
    const char *summary; /* for --help */
} SyCommand;

SyCommandFn sy_cmd_baseline;
SyCommandFn sy_cmd_compare;
SyCommandFn sy_cmd_doctor;
SyCommandFn sy_cmd_history;
SyCommandFn sy_cmd_irqlog;
SyCommandFn sy_cmd_lab;
SyCommandFn sy_cmd_list;
SyCommandFn sy_cmd_pages;
SyCommandFn sy_cmd_report;
SyCommandFn sy_cmd_run;

/*
 * Parses `entries` with GOption; `positional` and `summary` are for --help. A command whose
 * `positional` is NULL takes no arguments. False after printing what was wrong: return
 * SY_EXIT_USAGE then.
 */
bool sy_cli_parse(int *argc, char ***argv, const GOptionEntry *entries, const char *positional,
                  const char *summary);

/* What numeric options hold before they are parsed. No value that a user gives means "default". */
#define SY_CLI_NO_INT G_MININT
#define SY_CLI_NO_NUMBER (-G_MAXDOUBLE)

/* True if --OPTION was not given or its value is in least..most; SY_ERROR_USAGE names the range. */
bool sy_cli_check_int(const char *option, int value, int least, int most, GError **error);
bool sy_cli_check_number(const char *option, double value, double least, double most,
                         GError **error);

/* The value of an option that may be missing. */
static inline int sy_cli_int_or(int value, int otherwise)
{
    return value == SY_CLI_NO_INT ? otherwise : value;
}

static inline double sy_cli_number_or(double value, double otherwise)
{
    return value == SY_CLI_NO_NUMBER ? otherwise : value;
}

/* Seconds for --limit. */
#define SY_CLI_LIMIT_MAX_S 86400

/*
 * Runs the command of the `n` `commands` that argv[1] names. It gets both names as its argv[0], as
 * in "lab cache". --help lists the commands on stdout; a missing or unknown name is a usage error,
 * which lists them on stderr. Returns the exit code.
 */
int sy_cli_dispatch(const SyCommand *commands, gsize n, int argc, char **argv);

/* Prints a message to stderr, with a line break at its end. Characters that nobody sees are shown
 * (base/invisible.h), because it may quote what a user or a file gave. */
void sy_cli_say(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Prints "steelyard COMMAND: MESSAGE" and where to find help to stderr, after sy_cli_parse().
 * Returns SY_EXIT_USAGE. */
int sy_cli_usage(const char *message);

/* Prints "steelyard: MESSAGE" to stderr. Returns the exit code for `error`, which it does not
 * free. */
int sy_cli_fail(const GError *error);

/* Whether `fd` (1 or 2) may show colours: it is a terminal that knows them, and NO_COLOR is not
 * set. */
bool sy_cli_colour(int fd);

/* Says on stderr that `image` was built, and how long it took; nothing if it came from the cache.
 * `what` is "lab" or "Linux guest". */
void sy_cli_tell_image(const char *what, const SyImage *image);

/* Says on stderr, once per run, what the native cases of `plans` prefer and this host lacks. */
void sy_cli_tell_preferences(const GPtrArray *plans);

/* Prints `text` to stdout. Returns the exit code: SY_EXIT_COULD_NOT_RUN, after saying so on stderr,
 * if it cannot be written. A reader that has closed the pipe has read enough: that is a success. */
int sy_cli_print(const char *text);

#endif
