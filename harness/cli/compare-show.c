/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/exit-code.h"
#include "cli/command.h"
#include "cli/compare.h"
#include "judge/run-diff-json.h"
#include "report/run-diff.h"

int sy_compare_show(const SyRunDiff *diff, bool json)
{
    SyTerminalStyle style = {.color = sy_cli_colour(1)};
    g_autofree char *text = json ? sy_run_diff_json(diff) : sy_run_diff_text(diff, &style);
    int code = sy_cli_print(text);

    return code != SY_EXIT_PASS ? code : sy_run_diff_exit_code(diff);
}
