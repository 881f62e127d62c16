/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/exit-answer.h"

#include <string.h>

#include "base/error.h"
#include "stats/sample.h"

#define ANSWER EXITS_NAME ": did "
#define NS_PER_MS 1e6

/* Two clocks, read one after the other: what they may differ by in a short time, and in a long. */
#define CLOCKS_OFF_NS 50000
#define CLOCKS_OFF_RATIO 0.01

static bool read_number(const char *text, guint64 *value)
{
    return g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, value, NULL);
}

/* A comma list; its length, or 0 if it is none. */
static guint read_list(const char *text, double *values)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", EXITS_MAX_BATCHES + 1);
    guint n = g_strv_length(parts);
    guint64 value;

    for (guint i = 0; i < n; i++) {
        if (i == EXITS_MAX_BATCHES || !read_number(parts[i], &value)) {
            return 0;
        }
        values[i] = (double)value;
    }
    return n;
}

static bool read_word(const char *word, ExitAnswer *out, guint *alone)
{
    const char *value = strchr(word, '=');
    guint64 number = 0;

    if (!value) {
        return false;
    }
    value++;
    if (g_str_has_prefix(word, "alone=")) {
        *alone = read_list(value, out->alone);
        return *alone > 0;
    }
    if (g_str_has_prefix(word, "exits=")) {
        out->batches = read_list(value, out->exits);
        return out->batches > 0;
    }
    if (!read_number(value, &number)) {
        return false;
    }
    if (g_str_has_prefix(word, "vcpu=") && number < G_MAXUINT) {
        out->vcpu = (guint)number;
    } else if (g_str_has_prefix(word, "ticks=")) {
        out->ticks = number;
    } else if (g_str_has_prefix(word, "count=")) {
        out->count = number;
    } else {
        return false;
    }
    return true;
}

bool exit_answer_parse(const char *line, ExitAnswer *out, GError **error)
{
    bool good = g_str_has_prefix(line, ANSWER);
    g_auto(GStrv) words = g_strsplit(good ? line + strlen(ANSWER) : "", " ", -1);
    guint alone = 0;

    *out = (ExitAnswer){.vcpu = G_MAXUINT};
    for (guint i = 0; good && words[i]; i++) {
        good = read_word(words[i], out, &alone);
    }
    if (!good || out->vcpu == G_MAXUINT || out->ticks == 0 || alone != out->batches ||
        (out->batches > 0) == (out->count > 0)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "the guest " EXITS_NAME " said '%.200s'; `make guests` rebuilds it", line);
        return false;
    }
    return true;
}

ExitCost exit_answer_cost(const ExitAnswer *answer, double instructions, guint units, guint tsc_khz)
{
    double with = sy_sample_median(answer->exits, answer->batches);
    double alone = sy_sample_median(answer->alone, answer->batches);
    double ns = NS_PER_MS / tsc_khz / (instructions * units);

    return (ExitCost){.ns = (with - alone) * ns, .gross_ns = with * ns};
}

bool exit_answer_check(const ExitAnswer *answer, gint64 wall_ns, guint tsc_khz, GError **error)
{
    double ticks_ns = (double)answer->ticks * NS_PER_MS / tsc_khz;

    if (ticks_ns > (double)wall_ns * (1 + CLOCKS_OFF_RATIO) + CLOCKS_OFF_NS) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "the guest's time stamp counter is no measure of time: at %u kHz it says that "
                    "%.3f ms passed within %.3f ms",
                    tsc_khz, ticks_ns / 1e6, (double)wall_ns / 1e6);
        return false;
    }
    return true;
}

bool exit_count_parse(const char *log, guint64 *exits, GError **error)
{
    g_autoptr(GRegex) form = g_regex_new("^vCPU \\d+: (\\d+) exits?,", G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    bool found = false;

    *exits = 0;
    for (g_regex_match(form, log, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *text = g_match_info_fetch(match, 1);
        guint64 count;

        if (!read_number(text, &count)) {
            found = false;
            break;
        }
        *exits += count;
        found = true;
    }
    if (!found) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "not what mini-kvm --exits prints: %.200s",
                    log);
    }
    return found;
}

bool exit_interval_straddles(const double interval[2], double limit)
{
    return interval[0] <= limit && limit < interval[1];
}
