/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard list: the workloads. */
#include <json-glib/json-glib.h>

#include "base/exit-code.h"
#include "cli/command.h"
#include "report/list.h"
#include "workloads/workloads.h"

static const char *type_name(SyParamType type)
{
    return type == SY_PARAM_INT ? "int" : type == SY_PARAM_DOUBLE ? "number" : "text";
}

static void add_params(JsonBuilder *b, const SyWorkload *w)
{
    json_builder_set_member_name(b, "params");
    json_builder_begin_array(b);
    for (const SyParamSpec *p = w->params; p && p->name; p++) {
        json_builder_begin_object(b);
        json_builder_set_member_name(b, "name");
        json_builder_add_string_value(b, p->name);
        json_builder_set_member_name(b, "type");
        json_builder_add_string_value(b, type_name(p->type));
        json_builder_set_member_name(b, "default");
        json_builder_add_string_value(b, p->value);
        if (p->min != 0 || p->max != 0) {
            json_builder_set_member_name(b, "min");
            json_builder_add_double_value(b, p->min);
            json_builder_set_member_name(b, "max");
            json_builder_add_double_value(b, p->max);
        }
        if (p->choices) {
            json_builder_set_member_name(b, "choices");
            json_builder_add_string_value(b, p->choices);
        }
        json_builder_set_member_name(b, "summary");
        json_builder_add_string_value(b, p->summary);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void add_metrics(JsonBuilder *b, const SyWorkload *w)
{
    json_builder_set_member_name(b, "metrics");
    json_builder_begin_array(b);
    for (const SyMetricSpec *m = w->metrics; m && m->name; m++) {
        json_builder_begin_object(b);
        json_builder_set_member_name(b, "name");
        json_builder_add_string_value(b, m->name);
        json_builder_set_member_name(b, "unit");
        json_builder_add_string_value(b, m->unit);
        json_builder_set_member_name(b, "better");
        json_builder_add_string_value(b, sy_better_name(m->better));
        json_builder_set_member_name(b, "gate");
        if (m->gate != 0) {
            json_builder_add_double_value(b, m->gate);
        } else {
            json_builder_add_null_value(b);
        }
        json_builder_set_member_name(b, "summary");
        json_builder_add_string_value(b, m->summary);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void add_requires_if(JsonBuilder *b, const SyWorkload *workload)
{
    json_builder_set_member_name(b, "requires_if");
    json_builder_begin_array(b);
    for (const SyRequiresIf *r = workload->requires_if; r && r->param; r++) {
        json_builder_begin_object(b);
        json_builder_set_member_name(b, "param");
        json_builder_add_string_value(b, r->param);
        json_builder_set_member_name(b, "value");
        json_builder_add_string_value(b, r->value);
        json_builder_set_member_name(b, "name");
        json_builder_add_string_value(b, r->name);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static char *list_json(void)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(JsonNode) root = NULL;
    g_autofree char *text = NULL;

    json_builder_begin_array(b);
    for (const SyWorkload *const *w = sy_workloads; *w; w++) {
        json_builder_begin_object(b);
        json_builder_set_member_name(b, "name");
        json_builder_add_string_value(b, (*w)->name);
        json_builder_set_member_name(b, "summary");
        json_builder_add_string_value(b, (*w)->summary);
        json_builder_set_member_name(b, "groups");
        json_builder_add_string_value(b, (*w)->groups);
        json_builder_set_member_name(b, "requires");
        json_builder_begin_array(b);
        for (const char *const *r = (*w)->requires; r && *r; r++) {
            json_builder_add_string_value(b, *r);
        }
        json_builder_end_array(b);
        add_requires_if(b, *w);
        add_params(b, *w);
        add_metrics(b, *w);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
    root = json_builder_get_root(b);
    text = json_to_string(root, TRUE);
    return g_strconcat(text, "\n", NULL);
}

int sy_cmd_list(int argc, char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autofree char *text = NULL;

    if (!sy_cli_parse(&argc, &argv, entries, NULL,
                      "Lists the workloads with their parameters and metrics.")) {
        return SY_EXIT_USAGE;
    }
    text = json ? list_json()
                : sy_list_workloads(sy_workloads, &(SyTerminalStyle){.color = sy_cli_colour(1)});
    return sy_cli_print(text);
}
