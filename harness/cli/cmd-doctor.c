/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard doctor: what this host can run, the evidence, and how to fix what is missing. */
#include <json-glib/json-glib.h>

#include "base/exit-code.h"
#include "cli/command.h"
#include "host/fingerprint.h"
#include "host/requirement.h"
#include "host/tuning.h"
#include "result/finding-json.h"
#include "session/paths.h"

static char *doctor_json(void)
{
    g_autoptr(GPtrArray) findings = sy_findings_take();
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_ARRAY);
    g_autofree char *text = NULL;

    json_node_take_array(root, sy_findings_to_json(findings));
    text = json_to_string(root, TRUE);
    return g_strconcat(text, "\n", NULL);
}

static void append_tuning(GString *out, const GPtrArray *tuning)
{
    static const char *const words[] = {
        [SY_TUNING_GOOD] = "good", [SY_TUNING_POOR] = "poor", [SY_TUNING_ABSENT] = "-"};

    g_string_append(out, "\nTuning: what makes results noisy, or hosts differ\n");
    for (guint i = 0; i < tuning->len; i++) {
        const SyTuning *t = g_ptr_array_index(tuning, i);

        g_string_append_printf(out, "%-4s  %-13s  %s\n", words[t->state], t->name, t->evidence);
        if (t->remedy) {
            g_string_append_printf(out, "%21s%s (%s)\n", "-> ", t->remedy, t->summary);
        }
    }
}

static char *doctor_text(void)
{
    gsize count = 0;
    const SyRequirement *all = sy_requirement_all(&count);
    g_autoptr(GPtrArray) tuning = sy_tuning_check("");
    g_autoptr(SyHostFingerprint) host = sy_host_fingerprint_take();
    GString *out = g_string_new(NULL);

    g_string_append_printf(out,
                           "Host %s: %u CPUs, %s\n%s, Linux %s, hypervisor %s, KVM %s\n\n"
                           "Requirements: what a case may need of its host\n",
                           host->hostname, host->cpus, host->cpu_model, host->distro, host->kernel,
                           host->hypervisor, host->kvm);
    for (gsize i = 0; i < count; i++) {
        const SyRequirementResult *r = sy_requirement_check(all[i].name, NULL);
        const char *word = r->met ? "yes" : all[i].where_only ? "-" : "no";

        g_string_append_printf(out, "%-3s  %-12s  %s\n", word, r->name, r->evidence);
        if (r->remedy && !all[i].where_only) {
            g_string_append_printf(out, "%19s%s\n", "-> ", r->remedy);
        }
    }
    append_tuning(out, tuning);
    return g_string_free(out, FALSE);
}

/* --apply, --restore: reports what was changed even if the rest fails. */
static int set_tuning(bool apply)
{
    g_autoptr(GString) told = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    int code;
    bool ok = apply ? sy_tuning_apply("", told, &error) : sy_tuning_restore("", told, &error);

    if (told->len == 0 && ok) {
        g_string_append(told, "nothing to change: every setting is already as it should be\n");
    }
    code = sy_cli_print(told->str);
    return ok ? code : sy_cli_fail(error);
}

int sy_cmd_doctor(int argc, char **argv)
{
    gboolean json = FALSE, apply = FALSE, restore = FALSE;
    const GOptionEntry entries[] = {
        {"apply", 0, 0, G_OPTION_ARG_NONE, &apply,
         "change host settings so that results are steadier", NULL},
        {"restore", 0, 0, G_OPTION_ARG_NONE, &restore, "undo what --apply changed", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autofree char *text = NULL;

    if (!sy_cli_parse(
            &argc, &argv, entries, NULL,
            "Checks everything that a workload can require, and what makes results noisy.")) {
        return SY_EXIT_USAGE;
    }
    if (apply + restore + json > 1) {
        return sy_cli_usage("give one option at most");
    }
    if (apply || restore) {
        return set_tuning(apply);
    }
    sy_paths_prepare_probes(SY_DEFAULT_RELEASE);
    text = json ? doctor_json() : doctor_text();
    return sy_cli_print(text);
}
