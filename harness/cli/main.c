/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/cancel.h"
#include "base/exit-code.h"
#include "base/standard-streams.h"
#include "cli/command.h"

static const SyCommand commands[] = {
    {"list", sy_cmd_list, "list the workloads with their parameters and metrics"},
    {"doctor", sy_cmd_doctor, "check what this host can run, and how to fix what it cannot"},
    {"run", sy_cmd_run, "run job files and judge every case; resume an unfinished run"},
    {"report", sy_cmd_report, "show a run again, and write its report files again"},
    {"compare", sy_cmd_compare, "compare two runs, or two QEMU builds measured in turns"},
    {"baseline", sy_cmd_baseline, "check the machine code of the mods against its baseline"},
    {"history", sy_cmd_history, "show a metric over all runs, and when it changed"},
    {"pages", sy_cmd_pages, "print, compare or search the memory of a running QEMU's guest"},
    {"irqlog", sy_cmd_irqlog, "print the IRQ log of a running QEMU, or match it with a KVM trace"},
    {"lab", sy_cmd_lab, "open a shell in the virtual lab host; manage its images"},
};

/* The caller frees. */
static char *help(void)
{
    GString *out = g_string_new("usage: steelyard COMMAND [OPTION...]\n\n");

    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_string_append_printf(out, "  %-8s  %s\n", commands[i].name, commands[i].summary);
    }
    g_string_append(out, "\n`steelyard COMMAND --help` lists the options.\n\nExit status:\n");
    for (const SyExitCodeRow *row = sy_exit_codes; row->word; row++) {
        g_string_append_printf(out, "  %d  %s\n", (int)row->code, row->meaning);
    }
    return g_string_free(out, FALSE);
}

int main(int argc, char **argv)
{
    g_autofree char *text = NULL;

    if (!sy_standard_streams_open()) {
        return SY_EXIT_COULD_NOT_RUN; /* and there is nobody to tell */
    }
    setlocale(LC_CTYPE,
              ""); /* numbers and messages are the same for people and machines everywhere */
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of the write, see base/exit-code.h */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that has reached its size limit */
    signal(SIGCHLD, SIG_DFL); /* an ignored one is inherited, and loses how children ended */
    sy_cancel_install();

    if (argc < 2) {
        text = help();
        fputs(text, stderr);
        return SY_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        text = help();
        return sy_cli_print(text);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    sy_cli_say("steelyard: unknown command '%s'; steelyard --help lists them", argv[1]);
    return SY_EXIT_USAGE;
}
