/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard irqlog: the IRQ log of a running QEMU, and a log file matched with a KVM trace. */
#include "cli/command.h"
#include "cli/irqlog.h"

static const SyCommand commands[] = {
    {"tail", sy_cmd_irqlog_tail, "print the IRQ log of a running QEMU as it grows"},
    {"query", sy_cmd_irqlog_query, "print the records in its ring"},
    {"match", sy_cmd_irqlog_match, "match a log file with a KVM trace (trace.dat)"},
};

int sy_cmd_irqlog(int argc, char **argv)
{
    return sy_cli_dispatch(commands, G_N_ELEMENTS(commands), argc, argv);
}
