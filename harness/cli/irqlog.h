/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The actions of `steelyard irqlog`. */
#ifndef SY_CLI_IRQLOG_H
#define SY_CLI_IRQLOG_H

#include "cli/command.h"

SyCommandFn sy_cmd_irqlog_tail;
SyCommandFn sy_cmd_irqlog_query;
SyCommandFn sy_cmd_irqlog_match;

#endif
