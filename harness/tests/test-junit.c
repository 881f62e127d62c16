/* SPDX-License-Identifier: GPL-2.0-or-later */
/* junit.xml: well-formed whatever the run holds, and with the counts CI systems add up. */
#include "report/junit.h"

#include "judge/verdict.h"
#include "tests/check.h"
#include "tests/sample-run.h"

/* What a parser saw. */
typedef struct {
    guint cases, failures, errors, skipped;
    char *tests_attribute, *failures_attribute, *errors_attribute, *skipped_attribute;
    GPtrArray *names;    /* of testcases */
    GPtrArray *messages; /* of failure, error and skipped */
    GString *output;     /* text of all elements */
} Seen;

static const char *attribute(const char **names, const char **values, const char *name)
{
    for (guint i = 0; names[i]; i++) {
        if (g_str_equal(names[i], name)) {
            return values[i];
        }
    }
    return NULL;
}

static void on_start(GMarkupParseContext *context, const char *element, const char **names,
                     const char **values, gpointer data, GError **error)
{
    Seen *seen = data;

    (void)context;
    (void)error;
    if (g_str_equal(element, "testsuite")) {
        seen->tests_attribute = g_strdup(attribute(names, values, "tests"));
        seen->failures_attribute = g_strdup(attribute(names, values, "failures"));
        seen->errors_attribute = g_strdup(attribute(names, values, "errors"));
        seen->skipped_attribute = g_strdup(attribute(names, values, "skipped"));
    } else if (g_str_equal(element, "testcase")) {
        seen->cases++;
        g_ptr_array_add(seen->names, g_strdup(attribute(names, values, "name")));
    }
    seen->failures += g_str_equal(element, "failure");
    seen->errors += g_str_equal(element, "error");
    seen->skipped += g_str_equal(element, "skipped");
    if (attribute(names, values, "message")) {
        g_ptr_array_add(seen->messages, g_strdup(attribute(names, values, "message")));
    }
}

static void on_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data,
                    GError **error)
{
    (void)context;
    (void)error;
    g_string_append_len(((Seen *)data)->output, text, (gssize)length);
}

static Seen parse(const char *xml)
{
    static const GMarkupParser parser = {.start_element = on_start, .text = on_text};
    Seen seen = {.names = g_ptr_array_new_with_free_func(g_free),
                 .messages = g_ptr_array_new_with_free_func(g_free),
                 .output = g_string_new(NULL)};
    g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, &seen, NULL);
    g_autoptr(GError) error = NULL;

    cr_assert(g_markup_parse_context_parse(context, xml, -1, &error), "%s", error->message);
    cr_assert(g_markup_parse_context_end_parse(context, &error), "%s", error->message);
    return seen;
}

static void forget(Seen *seen)
{
    g_free(seen->tests_attribute);
    g_free(seen->failures_attribute);
    g_free(seen->errors_attribute);
    g_free(seen->skipped_attribute);
    g_ptr_array_unref(seen->names);
    g_ptr_array_unref(seen->messages);
    g_string_free(seen->output, TRUE);
}

/* XML 1.0, production 2: what may stand in a document. */
static void check_characters(const char *xml)
{
    cr_assert(g_utf8_validate(xml, -1, NULL));
    for (const char *p = xml; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        cr_assert(c >= 0x20 || c == '\n' || c == '\t' || c == '\r', "U+%04X in XML", c);
        cr_assert(c != 0xfffe && c != 0xffff, "U+%04X in XML", c);
    }
}

Test(junit, counts_agree_with_what_is_listed)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *xml = sy_junit_render(run);
    Seen seen = parse(xml);

    cr_assert_eq(seen.cases, 11);
    cr_assert_str_eq(seen.tests_attribute, "11");
    cr_assert(seen.failures == 1 && g_str_equal(seen.failures_attribute, "1"));
    cr_assert(seen.errors == 1 && g_str_equal(seen.errors_attribute, "1"));
    cr_assert(seen.skipped == 2 && g_str_equal(seen.skipped_attribute, "2"));
    forget(&seen);
}

Test(junit, says_why_a_case_did_not_pass)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *xml = sy_junit_render(run);
    Seen seen = parse(xml);

    cr_assert_eq(seen.messages->len, 4);
    cr_assert_str_eq(g_ptr_array_index(seen.messages, 0),
                     "share_error_pct +9.81 % fails its gate +-5 % in 2 of 3 repetitions");
    cr_assert(g_str_has_prefix(g_ptr_array_index(seen.messages, 1), "inconclusive: starved: "));
    cr_assert_not_null(strstr(g_ptr_array_index(seen.messages, 2), "<script>alert(1)</script>"));
    cr_assert(g_str_has_prefix(g_ptr_array_index(seen.messages, 3), "needs vhost-net"));
    cr_assert_not_null(strstr(
        seen.output->str,
        "share_error_pct: +9.810 [+4.200, +10.020] % (gate +-5 %: broken by 2 of 3 samples)"));
    cr_assert_not_null(strstr(seen.output->str, "guest_cycles: n/a: no PMU"));
    forget(&seen);
}

Test(junit, has_times_build_and_host)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *xml = sy_junit_render(run);

    cr_assert_not_null(strstr(xml, "classname=\"steelyard.throttle.share\""));
    cr_assert_not_null(strstr(xml, "time=\"6.250\""));
    cr_assert_not_null(strstr(xml, "timestamp=\"2026-11-20T16:08:00\""));
    cr_assert_not_null(strstr(xml, "hostname=\"lab-07\""));
    cr_assert_not_null(strstr(xml, "<property name=\"build.qemu_version\" value=\"10.0.13\"/>"));
    cr_assert_not_null(strstr(xml, "<property name=\"host.kvm\" value=\"svm\"/>"));
}

Test(junit, a_run_cut_short_is_not_green)
{
    g_autoptr(SyRunResult) run = sample_run_passing();
    g_autofree char *xml = NULL;
    Seen seen;

    run->planned = 12;
    xml = sy_junit_render(run);
    seen = parse(xml);
    cr_assert_eq(seen.cases, 4);
    cr_assert_str_eq(seen.tests_attribute, "4");
    cr_assert_str_eq(seen.errors_attribute, "1");
    cr_assert_str_eq(g_ptr_array_index(seen.messages, 0), "9 of 12 planned cases were not run");
    forget(&seen);
}

Test(junit, a_run_without_conclusion_is_not_green_and_says_so)
{
    g_autoptr(SyRunResult) run = sample_run_passing();
    SyCaseResult *result = g_ptr_array_index(run->cases, 0);
    g_autofree char *sentence = NULL, *xml = NULL, *allowed = NULL;
    Seen seen;

    result->status = SY_STATUS_INCONCLUSIVE;
    sentence = sy_run_verdict_sentence(run);
    xml = sy_junit_render(run);
    seen = parse(xml);
    cr_assert_eq(seen.cases, run->cases->len + 1);
    cr_assert(seen.errors == 1 && g_str_equal(seen.errors_attribute, "1"));
    cr_assert(seen.skipped == 1 && seen.failures == 0);
    cr_assert_str_eq(g_ptr_array_index(seen.names, seen.names->len - 1), "conclusive");
    cr_assert_str_eq(g_ptr_array_index(seen.messages, seen.messages->len - 1), sentence);
    forget(&seen);
    run->max_inconclusive_pct = 100;
    allowed = sy_junit_render(run);
    seen = parse(allowed);
    cr_assert(seen.errors == 0 && seen.cases == run->cases->len);
    forget(&seen);
}

Test(junit, an_empty_run_is_a_document)
{
    g_autoptr(SyRunResult) run = sy_run_result_new();
    g_autofree char *xml = sy_junit_render(run);
    Seen seen = parse(xml);

    cr_assert_eq(seen.cases, 0);
    forget(&seen);
}

Test(junit, hostile_text_stays_text)
{
    for (const char *const *text = sample_hostile_texts(); *text; text++) {
        g_autoptr(SyRunResult) run = sample_run_of_text(*text);
        g_autofree char *xml = sy_junit_render(run);
        Seen seen = parse(xml);

        check_characters(xml);
        cr_assert_eq(seen.cases, SY_STATUS_COUNT + 1, "%s: %u cases", *text, seen.cases);
        cr_assert_eq(seen.failures + seen.errors + seen.skipped, 5);
        forget(&seen);
    }
}

Test(junit, what_xml_can_carry_comes_back_unchanged)
{
    static const char text[] = "\"q\" 'a' <b> & \n line\ttab na\xc3\xafve";
    g_autoptr(SyRunResult) run = sample_run_of_text(text);
    g_autofree char *xml = sy_junit_render(run);
    Seen seen = parse(xml);

    cr_assert_str_eq(g_ptr_array_index(seen.names, 0), text);
    forget(&seen);
}
