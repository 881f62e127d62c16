/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/cancel.h"
#include "base/exit-code.h"
#include "cli/command.h"

static const SyCommand commands[] = {
    {"list", sy_cmd_list, "the workloads, their parameters and metrics"},
    {"doctor", sy_cmd_doctor, "what this host can do, with evidence and remedies"},
    {"run", sy_cmd_run, "run job files, or go on with a run"},
    {"report", sy_cmd_report, "show a run again, or render its reports anew"},
    {"compare", sy_cmd_compare, "two runs against each other, metric by metric"},
    {"baseline", sy_cmd_baseline, "a run in lab-exact against its job's baseline, to the digit"},
    {"history", sy_cmd_history, "a metric over all runs, and when it changed"},
    {"pages", sy_cmd_pages, "guest-physical memory of a running QEMU: print, compare, search"},
    {"irqlog", sy_cmd_irqlog, "the IRQ log of a running QEMU; a log against a kernel trace"},
    {"lab", sy_cmd_lab, "the virtual lab host: a shell in it, its images"},
};

static void print_help(FILE *out)
{
    fprintf(out, "usage: steelyard COMMAND [OPTION...]\n\n");
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        fprintf(out, "  %-8s  %s\n", commands[i].name, commands[i].summary);
    }
    fprintf(out, "\n`steelyard COMMAND --help` has the options.\n\nExit status:\n");
    for (const SyExitCodeRow *row = sy_exit_codes; row->word; row++) {
        fprintf(out, "  %d  %s\n", (int)row->code, row->meaning);
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of the write */
    sy_cancel_install();

    if (argc < 2) {
        print_help(stderr);
        return SY_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return SY_EXIT_PASS;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "steelyard: unknown command '%s'; steelyard --help lists them\n", argv[1]);
    return SY_EXIT_USAGE;
}
