/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard irqlog: the IRQ log of a running QEMU, live or once; and a log held against a trace. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/irqlog.h"
#include "run/verdict.h"

static const struct {
    const char *name;
    SyCommandFn *run;
    const char *summary;
} actions[] = {
    {"tail", sy_cmd_irqlog_tail, "follow the log of a running QEMU"},
    {"query", sy_cmd_irqlog_query, "print what its ring holds"},
    {"match", sy_cmd_irqlog_match, "hold a log file against a trace.dat of KVM"},
};

static void print_help(FILE *out)
{
    fprintf(out, "usage: steelyard irqlog ACTION [OPTION...]\n\n");
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
        fprintf(out, "  %-6s  %s\n", actions[i].name, actions[i].summary);
    }
    fprintf(out, "\n`steelyard irqlog ACTION --help` has the options.\n");
}

int sy_cmd_irqlog(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return SY_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return SY_EXIT_PASS;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (strcmp(argv[1], actions[i].name) == 0) {
            g_autofree char *name = g_strdup_printf("irqlog %s", argv[1]);

            argv[1] = name;
            return actions[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "steelyard irqlog: unknown action '%s'; there are tail, query and match\n",
            argv[1]);
    return SY_EXIT_USAGE;
}
