/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html.h"

#include <string.h>

#include "base/exit-code.h"
#include "judge/verdict.h"
#include "report/format.h"
#include "report/html-case-details.h"
#include "report/html-cases.h"
#include "report/html-comparison.h"
#include "report/html-figures.h"
#include "report/html-findings.h"
#include "report/html-page.h"
#include "report/markup.h"

/* A steelyard: its beam is level if the run passed. */
static const char scales[] =
    "<svg class=\"scales\" viewBox=\"0 0 84 48\" aria-hidden=\"true\" fill=\"none\" "
    "stroke=\"currentColor\" stroke-width=\"2\" stroke-linecap=\"round\">"
    "<path d=\"M30 4v12\"/><circle cx=\"30\" cy=\"18\" r=\"2.5\"/>"
    "<g class=\"beam\"><path d=\"M10 18h17M33 18h47\"/>"
    "<path d=\"M10 18v9M4 33l6 -6 6 6M3 34h14a7 7 0 0 1 -14 0z\"/>"
    "<path d=\"M62 18v6\"/><path d=\"M58 24h8l2 10h-12z\" fill=\"currentColor\"/>"
    "<path d=\"M42 15v6M50 15v6M58 15v2M66 15v6M74 15v6\" stroke-width=\"1.2\"/></g></svg>";

static void append_counts(GString *out, const SyRunResult *run)
{
    static const char *const words[] = {
        [SY_STATUS_PASS] = "pass",    [SY_STATUS_FAIL] = "fail",
        [SY_STATUS_SKIP] = "skipped", [SY_STATUS_INCONCLUSIVE] = "inconclusive",
        [SY_STATUS_ERROR] = "error",
    };
    guint missing = sy_run_missing(run);

    g_string_append(out, "<ul class=\"counts\">");
    for (int status = 0; status < SY_STATUS_COUNT; status++) {
        guint count = sy_run_result_count(run, (SyStatus)status);

        if (count) {
            g_string_append_printf(out, "<li class=\"%s\"><b>%u</b>%s</li>",
                                   sy_html_status_class((SyStatus)status), count, words[status]);
        }
    }
    if (missing) {
        g_string_append_printf(out, "<li class=\"error\"><b>%u</b>not run</li>", missing);
    }
    g_string_append(out, "</ul>\n");
}

static void append_verdict(GString *out, const SyRunResult *run)
{
    int exit_code = sy_run_exit_code(run);
    g_autofree char *sentence = sy_run_verdict_sentence(run);

    g_string_append(out, "<header>\n<div class=\"brand\"><b>Steelyard</b><span>");
    sy_markup_append(out, run->job);
    g_string_append(out, "</span><span class=\"id\">");
    sy_markup_append(out, run->id);
    g_string_append_printf(out, "</span></div>\n<div class=\"verdict %s\">%s<div><h1>%s</h1><p>",
                           sy_exit_code_html_class(exit_code), scales,
                           sy_exit_code_word(exit_code));
    sy_markup_append(out, sentence);
    g_string_append(out, "</p></div></div>\n");
    append_counts(out, run);
    g_string_append(out, "</header>\n");
}

/* The cases that a person has to look at, the most serious first. */
static void append_open_cases(GString *out, const SyRunResult *run)
{
    static const SyStatus order[] = {SY_STATUS_FAIL, SY_STATUS_ERROR, SY_STATUS_INCONCLUSIVE,
                                     SY_STATUS_SKIP};

    if (sy_run_result_count(run, SY_STATUS_PASS) == run->cases->len) {
        return;
    }
    g_string_append(out, "<h2>What did not pass, and why</h2>\n<ul class=\"open\">\n");
    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        for (guint j = 0; j < run->cases->len; j++) {
            const SyCaseResult *result = g_ptr_array_index(run->cases, j);

            if (result->status != order[i]) {
                continue;
            }
            g_string_append(out, "<li>");
            sy_html_status(out, result->status);
            g_string_append_printf(out, "<div><a class=\"id\" href=\"#case-%u\">", j + 1);
            sy_markup_append(out, result->id);
            g_string_append(out, "</a><p>");
            sy_markup_append(out, result->reason ? result->reason : "no reason given");
            g_string_append(out, "</p></div></li>\n");
        }
    }
    g_string_append(out, "</ul>\n");
}

static void append_fact(GString *out, const char *name, const char *value)
{
    if (value && *value) {
        g_string_append_printf(out, "<dt>%s</dt><dd>", name);
        sy_markup_append(out, value);
        g_string_append(out, "</dd>\n");
    }
}

static void append_code_fact(GString *out, const char *name, const char *value)
{
    if (value && *value) {
        g_string_append_printf(out, "<dt>%s</dt><dd><code>", name);
        sy_markup_append(out, value);
        g_string_append(out, "</code></dd>\n");
    }
}

static void append_host(GString *out, const SyHostFingerprint *host, const GPtrArray *findings)
{
    char load[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *cpus = g_strdup_printf("%u", host->cpus);
    g_autofree char *memory = sy_format_number((double)host->mem_bytes / (1 << 30), 1, false);
    g_autofree char *gib = g_strconcat(memory, " GiB", NULL);

    g_ascii_formatd(load, sizeof(load), "%.2f", host->load1);
    g_string_append(out, "<section><h2>Host</h2>\n<dl>\n");
    append_code_fact(out, "Fingerprint", host->fingerprint);
    append_fact(out, "Name", host->hostname);
    append_fact(out, "CPU", host->cpu_model);
    append_fact(out, "CPUs online", cpus);
    append_fact(out, "Memory", gib);
    append_fact(out, "Kernel", host->kernel);
    append_fact(out, "System", host->distro);
    append_fact(out, "Hypervisor", host->hypervisor);
    append_fact(out, "KVM", host->kvm);
    append_fact(out, "Clock source", host->clocksource);
    append_fact(out, "Load at start", load);
    g_string_append(out, "</dl>\n");
    sy_html_findings(out, findings);
    g_string_append(out, "</section>\n");
}

/* "1.4, 1.6 s" */
static char *boot_times(const SyLabInfo *lab)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < lab->boot_s->len; i++) {
        g_autofree char *number = sy_format_number(g_array_index(lab->boot_s, double, i), 1, false);

        g_string_append_printf(text, "%s%s", i ? ", " : "", number);
    }
    g_string_append(text, text->len ? " s" : "");
    return g_string_free(text, FALSE);
}

static void append_lab(GString *out, const SyLabInfo *lab)
{
    g_autofree char *cpus = g_strdup_printf("%u", lab->cpus);
    g_autofree char *memory = g_strdup_printf("%u MiB", lab->memory_mib);
    g_autofree char *boots = boot_times(lab);

    g_string_append(out, "<section><h2>Virtual lab host</h2>\n<dl>\n");
    append_fact(out, "Mode", lab->mode);
    append_fact(out, "Kernel", lab->kernel);
    append_fact(out, "Emulated by QEMU", lab->qemu);
    append_fact(out, "CPUs", cpus);
    append_fact(out, "Memory", memory);
    append_fact(out, "Up after", boots);
    append_code_fact(out, "Image", lab->image_sha256);
    if (lab->host) {
        append_code_fact(out, "Fingerprint", lab->host->fingerprint);
        append_fact(out, "CPU", lab->host->cpu_model);
        append_fact(out, "KVM", lab->host->kvm);
    }
    append_code_fact(out, "Command", lab->command);
    g_string_append(out, "</dl></section>\n");
}

static void append_build(GString *out, const SyBuildInfo *build)
{
    g_string_append(out, "<section><h2>QEMU under test</h2>\n<dl>\n");
    append_fact(out, "Version", build->qemu_version);
    append_fact(out, "Release", build->release);
    append_fact(out, "Flavor", build->flavor);
    append_fact(out, "Upstream", build->upstream);
    append_code_fact(out, "Mods", build->mods_sha256);
    append_code_fact(out, "Git ref", build->ref);
    append_code_fact(out, "Commit", build->commit);
    append_code_fact(out, "Binary", build->path);
    append_code_fact(out, "Configure", build->configure);
    g_string_append(out, "</dl></section>\n");
}

static char *command_line(char *const *argv)
{
    static const char plain[] = G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_./=,:+%@";
    GString *text = g_string_new(NULL);

    for (guint i = 0; argv && argv[i]; i++) {
        g_autofree char *quoted = g_shell_quote(argv[i]);
        bool simple = *argv[i] && strspn(argv[i], plain) == strlen(argv[i]);

        g_string_append_printf(text, "%s%s", i ? " " : "", simple ? argv[i] : quoted);
    }
    return g_string_free(text, FALSE);
}

static void append_run(GString *out, const SyRunResult *run)
{
    g_autofree char *duration = sy_format_duration(run->duration_s);
    g_autofree char *command = command_line(run->argv);

    g_string_append(out, "<section><h2>Run</h2>\n<dl>\n");
    append_fact(out, "Started", run->started);
    append_fact(out, "Took", duration);
    append_code_fact(out, "Command", command);
    g_string_append(out, "</dl></section>\n");
}

static void append_facts(GString *out, const SyRunResult *run)
{
    g_string_append(out, "<div class=\"two\">\n");
    if (run->host) {
        append_host(out, run->host, run->findings);
    }
    g_string_append(out, "<div>\n");
    if (run->lab) {
        append_lab(out, run->lab);
    }
    if (run->build) {
        append_build(out, run->build);
    }
    append_run(out, run);
    g_string_append(out, "</div>\n</div>\n");
}

static void append_legend(GString *out)
{
    g_string_append(
        out,
        "<footer><p>Each repetition gives one sample. A value is the median of a case&#39;s "
        "samples "
        "with its 95 % bootstrap interval. A gate passes only if every sample is within its limit, "
        "and the median too where the gate limits it. In the drawings the green band is what the "
        "gate allows, the darker band what it allows the median; dots are samples, the upright "
        "mark "
        "is the median, and an arrow is a sample beyond the scale. <b>Inconclusive</b> means that "
        "the host, not QEMU, decided the value; <b>skip</b>, that this host lacks something the "
        "case needs.</p></footer>\n");
}

char *sy_html_render(const SyRunResult *run, const GPtrArray *plots, const char *history)
{
    GString *out = g_string_new(NULL);
    g_autofree char *word = g_ascii_strup(sy_exit_code_word(sy_run_exit_code(run)), -1);
    g_autofree char *title = g_strdup_printf("%s: %s", word, run->id ? run->id : "steelyard");

    sy_html_page_begin(out, title);
    append_verdict(out, run);
    append_open_cases(out, run);
    sy_html_comparisons(out, run);
    sy_html_figures(out, run, plots);
    if (run->cases->len) {
        g_string_append(out, "<h2>Cases</h2>\n");
        sy_html_case_tables(out, run);
    }
    g_string_append(out, history ? history : "");
    if (run->cases->len) {
        g_string_append(out, "<h2>Every case in full</h2>\n");
        sy_html_case_details(out, run);
    }
    append_facts(out, run);
    append_legend(out);
    sy_html_page_end(out);
    return g_string_free(out, FALSE);
}
