/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exit codes of every steelyard command, in one table. A new code is a row here and in the
 * tables of README.md and docs/RESULTS.md; `steelyard --help` and the reports follow.
 */
#ifndef SY_BASE_EXIT_CODE_H
#define SY_BASE_EXIT_CODE_H

/*
 * Each row: NAME, number, word for people, class of its colour on HTML pages ("pass", "fail",
 * "inconclusive" or "error", see report/html-page.c), and its meaning in --help and README.md. The
 * help of a command whose codes mean something narrower, such as `pages diff`, says so.
 *
 * A reader that closes the pipe early (`steelyard list | head -1`) has read enough: the command
 * ends quietly with the code that it would have had anyway. Dying of SIGPIPE, or an error, would
 * take the verdict from whoever pages through a report.
 */
#define SY_EXIT_CODES(ROW)                                                                         \
    ROW(PASS, 0, "pass", "pass",                                                                   \
        "every gate was decided and held, but for what the job file tolerates, and no metric got " \
        "worse")                                                                                   \
    ROW(FAIL, 1, "fail", "fail",                                                                   \
        "a gate failed, a metric got worse, or the mods differ from their baseline")               \
    ROW(USAGE, 2, "usage error", "error", "the command line or a job file is wrong")               \
    ROW(COULD_NOT_RUN, 3, "could not run", "error",                                                \
        "a case could not run, or the command itself failed")                                      \
    ROW(INCONCLUSIVE, 4, "inconclusive", "inconclusive",                                           \
        "no conclusion: more is undecided than the job file tolerates, because the host was too "  \
        "busy or too noisy")

/* SY_EXIT_PASS, SY_EXIT_FAIL ... */
#define SY_EXIT_CODE_NAME(NAME, number, word, html_class, meaning) SY_EXIT_##NAME = (number),
typedef enum { SY_EXIT_CODES(SY_EXIT_CODE_NAME) } SyExitCode;
#undef SY_EXIT_CODE_NAME

/* A row of the table; all strings are static. */
typedef struct {
    SyExitCode code;
    const char *word, *html_class, *meaning;
} SyExitCodeRow;

/* All rows in ascending order; a row whose `word` is NULL ends them. */
extern const SyExitCodeRow sy_exit_codes[];

/* The word and the class of `exit_code`; "unfinished" and "error" if it is not in the table, such
 * as the -1 of a run that has not ended. Static. */
const char *sy_exit_code_word(int exit_code);
const char *sy_exit_code_html_class(int exit_code);

#endif
