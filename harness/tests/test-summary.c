/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.md: verdict first, and a table that no text can break. */
#include "report/summary.h"
#include "tests/check.h"
#include "tests/sample-run.h"

/* Pipes that a Markdown table reads as borders. */
static guint borders(const char *line)
{
    guint count = 0;

    for (const char *p = line; *p; p++) {
        if (*p == '\\' && p[1]) {
            p++;
        } else {
            count += *p == '|';
        }
    }
    return count;
}

Test(summary_md, the_verdict_comes_first_and_trouble_before_passes)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *text = sy_summary_render(run);

    cr_assert(g_str_has_prefix(text, "## Steelyard: FAIL\n\n1 of 11 cases failed its gate; "));
    cr_assert_not_null(strstr(text, "|:--|\n| **FAIL** | throttle.share/ratio\\_pct=25,"));
    cr_assert_not_null(strstr(text, "| +9.810 \\[+4.200, +10.020\\] % | +-5 % | share\\_error"));
    cr_assert_not_null(strstr(text, "&lt;script&gt;alert(1)"));
    cr_assert_not_null(strstr(text, "- QEMU: 10.0.13 modded, mods 3b9d5f1c0e7a\n"));
    cr_assert_not_null(strstr(text, "- Host, noisy: governor\n- Host, lacking: vhost-net\n"));
}

Test(summary_md, an_empty_run_has_no_table)
{
    g_autoptr(SyRunResult) run = sy_run_result_new();
    g_autofree char *text = sy_summary_render(run);

    cr_assert(g_str_has_prefix(text, "## Steelyard: COULD NOT RUN\n\nNo case ran.\n"));
    cr_assert_null(strchr(text, '|'));
}

Test(summary_md, hostile_text_breaks_neither_table_nor_page)
{
    for (const char *const *text = sample_hostile_texts(); *text; text++) {
        g_autoptr(SyRunResult) run = sample_run_of_text(*text);
        g_autofree char *markdown = sy_summary_render(run);
        g_auto(GStrv) lines = g_strsplit(markdown, "\n", -1);
        guint rows = 0;

        cr_assert(g_utf8_validate(markdown, -1, NULL));
        cr_assert_null(strchr(markdown, '<'), "%s", markdown);
        cr_assert_null(strchr(markdown, '@'));
        for (guint i = 0; lines[i]; i++) {
            cr_assert(borders(lines[i]) == 0 || borders(lines[i]) == 7, "%s", lines[i]);
            rows += borders(lines[i]) == 7;
        }
        cr_assert_eq(rows, 2 + SY_STATUS_COUNT);
    }
}
