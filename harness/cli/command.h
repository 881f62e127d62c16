/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every subcommand is, and the little they share. Only cli/ talks to the user and decides the
 * exit code. */
#ifndef SY_CLI_COMMAND_H
#define SY_CLI_COMMAND_H

#include <glib.h>
#include <stdbool.h>

#include "lab/image.h"

/* argv[0] is the subcommand's name. Returns the exit code. */
typedef int SyCommandFn(int argc, char **argv);

/* A subcommand, or a command of one. */
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
 * Parses `entries` with GOption; `positional` and `summary` are for --help. False after printing
 * what was wrong: return SY_EXIT_USAGE then.
 */
bool sy_cli_parse(int *argc, char ***argv, const GOptionEntry *entries, const char *positional,
                  const char *summary);

/*
 * Runs the one of `commands` (`n` of them) that argv[1] names; its argv[0] is then "lab cache", if
 * argv[0] is "lab" here. --help prints them; without a name, or with another, they go to stderr.
 * Returns the exit code.
 */
int sy_cli_dispatch(const SyCommand *commands, gsize n, int argc, char **argv);

/* Prints "steelyard: MESSAGE" to stderr and returns the exit code that the kind of `error` has.
 * Does not free it. */
int sy_cli_fail(const GError *error);

/* May `fd` (1 or 2) show colours: a terminal, and NO_COLOR not set. */
bool sy_cli_colour(int fd);

/* Says on stderr that `image` was built, and how long it took; nothing if it came from the cache.
 * `what` is "lab" or "Linux guest". */
void sy_cli_tell_image(const char *what, const SyImage *image);

/* Prints `text` to stdout; a full pipe or disk is an error like any other (exit 3). Returns the
 * exit code. */
int sy_cli_print(const char *text);

#endif
