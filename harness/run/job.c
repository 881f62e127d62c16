/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/job.h"

#include <string.h>

#include "base/error.h"
#include "base/invisible.h"
#include "observe/trace.h"
#include "run/comparison-job.h"
#include "run/job-gates.h"
#include "run/job-lines.h"
#include "run/job-values.h"

typedef struct {
    const char *path;
    GKeyFile *keys;
    SyJobLines *lines;
    const SyWorkload *const *table;
} Parser;

/* Puts "FILE:LINE: [section] key: " in front of the message of `error`. */
static void locate(const Parser *p, const char *group, const char *key, GError **error)
{
    g_prefix_error(error, "%s:%u: [%s]%s%s: ", p->path, sy_job_lines_find(p->lines, group, key),
                   group, key ? " " : "", key ? key : "");
}

/* The value of the key that `spec` describes, checked, in *value (the caller frees); NULL if
 * `group` has no such key. */
static bool read_key(const Parser *p, const char *group, const SyParamSpec *spec, char **value,
                     GError **error)
{
    g_autofree char *text = g_key_file_get_value(p->keys, group, spec->name, NULL);

    *value = text ? sy_param_check(spec, text, error) : NULL;
    if (text && !*value) {
        locate(p, group, spec->name, error);
        return false;
    }
    return true;
}

static bool parse_repeat(const Parser *p, const char *group, guint *repeat, GError **error)
{
    static const SyParamSpec spec = {
        .name = "repeat", .type = SY_PARAM_INT, .min = 1, .max = SY_REPEAT_MAX};
    g_autofree char *value = NULL;

    if (!read_key(p, group, &spec, &value, error)) {
        return false;
    }
    if (value) {
        *repeat = (guint)g_ascii_strtoull(value, NULL, 10);
    }
    return true;
}

static bool parse_max_inconclusive(const Parser *p, SyJob *job, GError **error)
{
    static const SyParamSpec spec = {
        .name = "max_inconclusive_pct", .type = SY_PARAM_DOUBLE, .min = 0, .max = 100};
    g_autofree char *value = NULL;

    if (!read_key(p, "job", &spec, &value, error)) {
        return false;
    }
    if (value) {
        job->max_inconclusive_pct = g_ascii_strtod(value, NULL);
    }
    return true;
}

static bool parse_undecided(const Parser *p, const char *group, SyJobSection *section,
                            GError **error)
{
    static const SyParamSpec spec = {
        .name = "undecided", .type = SY_PARAM_STRING, .choices = "counts,expected"};
    g_autofree char *value = NULL;

    if (!read_key(p, group, &spec, &value, error)) {
        return false;
    }
    section->undecided_expected = g_strcmp0(value, "expected") == 0;
    return true;
}

/* Replaces *trace if `group` has such a key. */
static bool parse_trace(const Parser *p, const char *group, GStrv *trace, GError **error)
{
    g_autofree char *text = g_key_file_get_value(p->keys, group, "trace", NULL);

    if (!text) {
        return true;
    }
    g_clear_pointer(trace, g_strfreev);
    if (!sy_trace_parse(text, trace, error)) {
        locate(p, group, "trace", error);
        return false;
    }
    return true;
}

static bool parse_head(const Parser *p, SyJob *job, guint *repeat, GStrv *trace, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(p->keys, "job", NULL, NULL);

    for (guint i = 0; keys && keys[i]; i++) {
        if (strcmp(keys[i], "name") == 0) {
            g_free(job->name);
            job->name = g_key_file_get_string(p->keys, "job", "name", NULL);
            if (!job->name || !*job->name ||
                strspn(job->name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-") !=
                    strlen(job->name)) {
                g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                            "the name also names a folder; use letters, digits, '.', '_' and '-'");
                locate(p, "job", "name", error);
                return false;
            }
        } else if (strcmp(keys[i], "summary") == 0) {
            job->summary = g_key_file_get_string(p->keys, "job", "summary", NULL);
        } else if (strcmp(keys[i], "repeat") != 0 && strcmp(keys[i], "trace") != 0 &&
                   strcmp(keys[i], "max_inconclusive_pct") != 0) {
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                        "unknown key; [job] knows name, summary, repeat, trace and "
                        "max_inconclusive_pct");
            locate(p, "job", keys[i], error);
            return false;
        }
    }
    return parse_repeat(p, "job", repeat, error) && parse_trace(p, "job", trace, error) &&
           parse_max_inconclusive(p, job, error);
}

static bool check_keys(const Parser *p, const char *group, const SyWorkload *workload,
                       GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(p->keys, group, NULL, NULL);

    for (guint i = 0; keys && keys[i]; i++) {
        g_autoptr(GString) known = NULL;

        if (strcmp(keys[i], "repeat") == 0 || strcmp(keys[i], "trace") == 0 ||
            strcmp(keys[i], "undecided") == 0 || g_str_has_prefix(keys[i], SY_GATE_PREFIX) ||
            sy_workload_param(workload, keys[i])) {
            continue;
        }
        known = g_string_new("repeat, trace, undecided, gate.METRIC");
        for (const SyParamSpec *spec = workload->params; spec && spec->name; spec++) {
            g_string_append_printf(known, ", %s", spec->name);
        }
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "unknown parameter; %s knows %s",
                    workload->name, known->str);
        locate(p, group, keys[i], error);
        return false;
    }
    return true;
}

static bool parse_gates(const Parser *p, const char *group, SyJobSection *section, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(p->keys, group, NULL, NULL);

    for (guint i = 0; keys && keys[i]; i++) {
        g_autofree char *text = NULL;

        if (!g_str_has_prefix(keys[i], SY_GATE_PREFIX)) {
            continue;
        }
        text = g_key_file_get_value(p->keys, group, keys[i], NULL);
        if (!sy_gates_set(section->gates, section->workload, keys[i], text, error)) {
            locate(p, group, keys[i], error);
            return false;
        }
    }
    return true;
}

static void job_section_free(gpointer data)
{
    SyJobSection *section = data;

    g_strfreev(section->trace);
    g_array_unref(section->gates);
    g_ptr_array_unref(section->sweep);
    g_free(section);
}

/* `repeat` and `trace` are the job's, for a section that does not set its own. */
static bool parse_section(const Parser *p, const char *group, guint repeat, const GStrv trace,
                          SyJob *job, GError **error)
{
    g_autofree char *name = g_strndup(group, strcspn(group, " \t"));
    const SyWorkload *workload = sy_workload_find(p->table, name);
    SyJobSection *section;

    if (!workload) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "unknown workload; `steelyard list` names them");
        locate(p, group, NULL, error);
        return false;
    }
    section = g_new0(SyJobSection, 1);
    section->workload = workload;
    section->line = sy_job_lines_find(p->lines, group, NULL);
    section->repeat = repeat;
    section->trace = g_strdupv(trace);
    section->gates = sy_gates_of_workload(workload);
    section->sweep = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_ptr_array_add(job->sections, section);

    if (!check_keys(p, group, workload, error) ||
        !parse_repeat(p, group, &section->repeat, error) ||
        !parse_trace(p, group, &section->trace, error) ||
        !parse_undecided(p, group, section, error) || !parse_gates(p, group, section, error)) {
        return false;
    }
    for (const SyParamSpec *spec = workload->params; spec && spec->name; spec++) {
        g_autofree char *text = g_key_file_get_value(p->keys, group, spec->name, NULL);
        GStrv values = sy_job_values(spec, text ? text : spec->value, error);

        if (!values) {
            locate(p, group, spec->name, error);
            return false;
        }
        g_ptr_array_add(section->sweep, values);
    }
    return true;
}

static bool parse_comparison(const Parser *p, const char *group, SyJob *job, GError **error)
{
    const char *key = NULL;
    SyComparison *comparison = sy_comparison_parse(p->keys, group, p->table, &key, error);

    if (!comparison) {
        locate(p, group, key, error);
        return false;
    }
    g_ptr_array_add(job->comparisons, comparison);
    return true;
}

static bool parse_group(const Parser *p, const char *group, guint repeat, const GStrv trace,
                        SyJob *job, GError **error)
{
    if (strcmp(group, "job") == 0) {
        return true; /* read before the others */
    }
    return sy_comparison_is_section(group) ? parse_comparison(p, group, job, error)
                                           : parse_section(p, group, repeat, trace, job, error);
}

SyJob *sy_job_parse(const char *path, const char *text, const SyWorkload *const *table,
                    GError **error)
{
    g_autoptr(SyJob) job = g_new0(SyJob, 1);
    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_autoptr(SyJobLines) lines = NULL;
    g_auto(GStrv) groups = NULL, trace = NULL;
    g_autofree char *base = g_path_get_basename(path);
    Parser p = {.path = path, .keys = keys, .table = table};
    guint repeat = SY_REPEAT_DEFAULT;

    job->sections = g_ptr_array_new_with_free_func(job_section_free);
    job->comparisons = g_ptr_array_new_with_free_func((GDestroyNotify)sy_comparison_free);
    text = sy_invisible_skip_mark(text);
    p.lines = lines = sy_job_lines_scan(path, text, error);
    if (!lines) {
        return NULL;
    }
    if (!g_key_file_load_from_data(keys, text, strlen(text), G_KEY_FILE_NONE, NULL)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s: not a job file; workloads/smoke.ini is an example", path);
        return NULL;
    }
    job->path = g_strdup(path);
    job->text = g_strdup(text);
    job->name = g_str_has_suffix(base, ".ini") ? g_strndup(base, strlen(base) - 4) : g_strdup(base);
    if (!parse_head(&p, job, &repeat, &trace, error)) {
        return NULL;
    }
    groups = g_key_file_get_groups(keys, NULL);
    for (guint i = 0; groups[i]; i++) {
        if (!parse_group(&p, groups[i], repeat, trace, job, error)) {
            return NULL;
        }
    }
    if (job->sections->len == 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s: no workload in this job; add a section such as [throttle.share]", path);
        return NULL;
    }
    return g_steal_pointer(&job);
}

SyJob *sy_job_load(const char *path, const SyWorkload *const *table, GError **error)
{
    g_autoptr(GError) read_error = NULL;
    g_autofree char *text = NULL;
    gsize length = 0;

    if (!g_file_get_contents(path, &text, &length, &read_error)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "cannot read the job file: %s",
                    read_error->message);
        return NULL;
    }
    if (strlen(text) != length || !g_utf8_validate(text, (gssize)length, NULL)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s: not a text file in UTF-8", path);
        return NULL;
    }
    return sy_job_parse(path, text, table, error);
}

double sy_jobs_max_inconclusive_pct(const GPtrArray *jobs)
{
    double least = jobs->len ? 100 : 0;

    for (guint i = 0; i < jobs->len; i++) {
        least = MIN(least, ((const SyJob *)g_ptr_array_index(jobs, i))->max_inconclusive_pct);
    }
    return least;
}

void sy_job_free(SyJob *job)
{
    if (!job) {
        return;
    }
    g_free(job->path);
    g_free(job->text);
    g_free(job->name);
    g_free(job->summary);
    g_ptr_array_unref(job->sections);
    g_ptr_array_unref(job->comparisons);
    g_free(job);
}
