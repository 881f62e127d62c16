/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommands of `steelyard lab` that have a file of their own. */
#ifndef SY_CLI_LAB_H
#define SY_CLI_LAB_H

#include "cli/command.h"

SyCommandFn sy_cmd_lab_boot;
SyCommandFn sy_cmd_lab_job;
SyCommandFn sy_cmd_lab_shell;

#endif
