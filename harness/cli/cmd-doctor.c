/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard doctor: what this host can do, how we know, and what would help. */
#include <json-glib/json-glib.h>

#include "cli/command.h"
#include "host/fingerprint.h"
#include "host/requirement.h"
#include "run/verdict.h"

static char *doctor_json(const SyRequirement *all, gsize count)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(JsonNode) root = NULL;
    g_autofree char *text = NULL;

    json_builder_begin_array(b);
    for (gsize i = 0; i < count; i++) {
        const SyRequirementResult *r = sy_requirement_check(all[i].name, NULL);

        json_builder_begin_object(b);
        json_builder_set_member_name(b, "name");
        json_builder_add_string_value(b, r->name);
        json_builder_set_member_name(b, "met");
        json_builder_add_boolean_value(b, r->met);
        json_builder_set_member_name(b, "summary");
        json_builder_add_string_value(b, all[i].summary);
        json_builder_set_member_name(b, "evidence");
        json_builder_add_string_value(b, r->evidence);
        json_builder_set_member_name(b, "remedy");
        json_builder_add_string_value(b, r->remedy); /* NULL becomes null */
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
    root = json_builder_get_root(b);
    text = json_to_string(root, TRUE);
    return g_strconcat(text, "\n", NULL);
}

static char *doctor_text(const SyRequirement *all, gsize count)
{
    g_autoptr(SyHostFingerprint) host = sy_host_fingerprint_take();
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%s: %u CPUs, %s\n%s, Linux %s, hypervisor %s, KVM %s\n\n",
                           host->hostname, host->cpus, host->cpu_model, host->distro, host->kernel,
                           host->hypervisor, host->kvm);
    for (gsize i = 0; i < count; i++) {
        const SyRequirementResult *r = sy_requirement_check(all[i].name, NULL);

        g_string_append_printf(out, "%-3s  %-12s  %s\n", r->met ? "yes" : "no", r->name,
                               r->evidence);
        if (r->remedy) {
            g_string_append_printf(out, "%19s%s\n", "-> ", r->remedy);
        }
    }
    return g_string_free(out, FALSE);
}

int sy_cmd_doctor(int argc, char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autofree char *text = NULL;
    gsize count = 0;
    const SyRequirement *all;

    if (!sy_cli_parse(&argc, &argv, entries, NULL,
                      "Probes every requirement that a workload can have.")) {
        return SY_EXIT_USAGE;
    }
    sy_cli_prepare_probes(SY_CLI_DEFAULT_RELEASE);
    all = sy_requirement_all(&count);
    text = json ? doctor_json(all, count) : doctor_text(all, count);
    return sy_cli_print(text);
}
