/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/finding.h"

#include <string.h>

#include "host/requirement.h"
#include "host/tuning.h"

SyFinding *sy_finding_new(const char *kind, const char *name, bool met)
{
    SyFinding *finding = g_new0(SyFinding, 1);

    finding->kind = g_strdup(kind);
    finding->name = g_strdup(name);
    finding->met = met;
    return finding;
}

void sy_finding_free(SyFinding *finding)
{
    if (!finding) {
        return;
    }
    g_free(finding->kind);
    g_free(finding->name);
    g_free(finding->summary);
    g_free(finding->evidence);
    g_free(finding->remedy);
    g_free(finding);
}

GPtrArray *sy_findings_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)sy_finding_free);
}

static void add(GPtrArray *findings, SyFinding *finding, const char *summary, const char *evidence,
                const char *remedy)
{
    finding->summary = g_strdup(summary);
    finding->evidence = g_strdup(evidence);
    finding->remedy = g_strdup(remedy);
    g_ptr_array_add(findings, finding);
}

GPtrArray *sy_findings_take(void)
{
    GPtrArray *findings = sy_findings_new();
    g_autoptr(GPtrArray) tuning = NULL;
    gsize count = 0;
    const SyRequirement *all = sy_requirement_all(&count);

    for (gsize i = 0; i < count; i++) {
        const SyRequirementResult *r;

        if (all[i].where_only) {
            continue;
        }
        r = sy_requirement_check(all[i].name, NULL);
        add(findings, sy_finding_new(SY_FINDING_REQUIREMENT, r->name, r->met), all[i].summary,
            r->evidence, r->remedy);
    }
    tuning = sy_tuning_check("");
    for (guint i = 0; i < tuning->len; i++) {
        const SyTuning *t = g_ptr_array_index(tuning, i);

        add(findings, sy_finding_new(SY_FINDING_TUNING, t->name, t->state != SY_TUNING_POOR),
            t->summary, t->evidence, t->remedy);
    }
    return findings;
}

bool sy_finding_is_open(const SyFinding *finding, const char *kind)
{
    return !finding->met && strcmp(finding->kind, kind) == 0;
}

guint sy_findings_open(const GPtrArray *findings, const char *kind)
{
    guint open = 0;

    for (guint i = 0; i < findings->len; i++) {
        open += sy_finding_is_open(g_ptr_array_index(findings, i), kind);
    }
    return open;
}
