/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-findings.h"

#include "report/markup.h"
#include "result/finding.h"

static void append_finding(GString *out, const SyFinding *finding)
{
    g_string_append(out, "<dt>");
    sy_markup_append(out, finding->name);
    g_string_append(out, "</dt><dd>");
    sy_markup_append(out, finding->evidence);
    if (!finding->met) {
        g_string_append(out, "<br><span class=\"dim\">");
        sy_markup_append(out, finding->summary);
        g_string_append(out, "</span>");
    }
    if (finding->remedy) {
        g_string_append(out, "<br>Remedy: ");
        sy_markup_append(out, finding->remedy);
    }
    g_string_append(out, "</dd>\n");
}

static void append_open(GString *out, const GPtrArray *findings, const char *kind,
                        const char *heading)
{
    if (!sy_findings_open(findings, kind)) {
        return;
    }
    g_string_append_printf(out, "<h3>%s</h3>\n<dl>\n", heading);
    for (guint i = 0; i < findings->len; i++) {
        const SyFinding *finding = g_ptr_array_index(findings, i);

        if (sy_finding_is_open(finding, kind)) {
            append_finding(out, finding);
        }
    }
    g_string_append(out, "</dl>\n");
}

static void append_met(GString *out, const GPtrArray *findings)
{
    guint met = findings->len - sy_findings_open(findings, SY_FINDING_TUNING) -
                sy_findings_open(findings, SY_FINDING_REQUIREMENT);

    if (!met) {
        return;
    }
    g_string_append_printf(out,
                           "<details class=\"found\"><summary><span>%u checks passed</span>"
                           "<span class=\"more\"></span></summary>\n<dl>\n",
                           met);
    for (guint i = 0; i < findings->len; i++) {
        const SyFinding *finding = g_ptr_array_index(findings, i);

        if (finding->met) {
            append_finding(out, finding);
        }
    }
    g_string_append(out, "</dl></details>\n");
}

void sy_html_findings(GString *out, const GPtrArray *findings)
{
    append_open(out, findings, SY_FINDING_TUNING, "What makes measurements noisy here");
    append_open(out, findings, SY_FINDING_REQUIREMENT, "What this host lacks");
    append_met(out, findings);
}
