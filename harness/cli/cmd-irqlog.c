/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard irqlog: the IRQ log of a running QEMU, live or once; and a log held against a trace. */
#include "cli/command.h"
#include "cli/irqlog.h"

static const SyCommand commands[] = {
    {"tail", sy_cmd_irqlog_tail, "follow the log of a running QEMU"},
    {"query", sy_cmd_irqlog_query, "print what its ring holds"},
    {"match", sy_cmd_irqlog_match, "hold a log file against a trace.dat of KVM"},
};

int sy_cmd_irqlog(int argc, char **argv)
{
    return sy_cli_dispatch(commands, G_N_ELEMENTS(commands), argc, argv);
}
