/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said between the inside and the outside of a lab: lines, and the journal's records. */
#include "run/lab-event.h"

#include <math.h>

#include "result/case-json.h"
#include "result/host-json.h"
#include "result/run-json.h"
#include "run/journal-entry.h"
#include "tests/check.h"
#include "tests/sample-run.h"

/* `event` as it arrives; clears nothing of `event`. */
static void pass_on(const SyLabEvent *event, SyLabEvent *arrived)
{
    g_autofree char *line = sy_lab_event_text(event);
    g_autofree char *again = NULL;
    g_autoptr(GError) error = NULL;

    cr_assert_null(strchr(line, '\n'), "%s", line);
    cr_assert(sy_lab_event_parse(line, arrived, &error), "%s: %s", line, error->message);
    cr_assert_eq(arrived->kind, event->kind);
    again = sy_lab_event_text(arrived);
    cr_assert_str_eq(line, again);
}

Test(lab_event, every_kind_arrives_as_it_was_sent)
{
    g_autoptr(SyRunResult) run = sample_run();
    SyLabEvent arrived;

    pass_on(&(SyLabEvent){.kind = SY_LAB_HOST, .host = run->host}, &arrived);
    cr_assert_str_eq(arrived.host->kvm, "svm");
    cr_assert_eq(arrived.host->cpus, 192);
    sy_lab_event_clear(&arrived);
    pass_on(&(SyLabEvent){.kind = SY_LAB_BEGIN, .id = (char *)"a/b=1,c=\"x\""}, &arrived);
    cr_assert_str_eq(arrived.id, "a/b=1,c=\"x\"");
    sy_lab_event_clear(&arrived);
    pass_on(&(SyLabEvent){.kind = SY_LAB_REPETITION, .id = (char *)"a", .repetition = 7}, &arrived);
    cr_assert_eq(arrived.repetition, 7);
    sy_lab_event_clear(&arrived);
    pass_on(&(SyLabEvent){.kind = SY_LAB_CASE, .result = g_ptr_array_index(run->cases, 6)},
            &arrived);
    cr_assert_eq(arrived.result->status, SY_STATUS_FAIL);
    sy_lab_event_clear(&arrived);
    pass_on(&(SyLabEvent){.kind = SY_LAB_END, .exit = 4}, &arrived);
    cr_assert_eq(arrived.exit, 4);
    sy_lab_event_clear(&arrived);
    pass_on(&(SyLabEvent){.kind = SY_LAB_STOPPED, .message = (char *)"no\nroom"}, &arrived);
    cr_assert_str_eq(arrived.message, "no\nroom");
    sy_lab_event_clear(&arrived);
}

Test(lab_event, what_is_none_is_a_protocol_error_that_quotes_it)
{
    static const struct {
        const char *line, *message;
    } table[] = {
        {"", "'': $: the text is empty"},
        {"hello", "'hello': $: not JSON"},
        {"[]", "$: expected an object, found an array"},
        {"{}", "$.event: missing"},
        {"{\"event\":\"dance\"}", "unknown event 'dance'"},
        {"{\"event\":null}", "$.event: expected a string, found null"},
        {"{\"event\":\"begin\"}", "$.id: missing"},
        {"{\"event\":\"begin\",\"id\":7}", "$.id: expected a string"},
        {"{\"event\":\"repetition\",\"id\":\"a\",\"repetition\":-1}", "$.repetition: -1 is not in"},
        {"{\"event\":\"repetition\",\"repetition\":1}", "$.id: missing"},
        {"{\"event\":\"case\",\"case\":[]}", "$.case: expected an object"},
        {"{\"event\":\"case\",\"case\":{\"id\":\"a\"}}", "$.case.workload: missing"},
        {"{\"event\":\"host\",\"host\":null}", "$.host: expected an object"},
        {"{\"event\":\"host\"}", "$.host: missing"},
        {"{\"event\":\"end\",\"exit\":256}", "$.exit: 256 is not in 0..255"},
        {"{\"event\":\"stopped\"}", "$.message: missing"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        GError *error = NULL;
        SyLabEvent event = {.exit = 1};

        cr_assert_not(sy_lab_event_parse(table[i].line, &event, &error), "%s", table[i].line);
        cr_assert(event.id == NULL && event.result == NULL && event.host == NULL);
        check_error(error, SY_ERROR_PROTOCOL, table[i].message);
    }
}

Test(lab_event, a_long_strange_line_is_quoted_in_part)
{
    g_autofree char *line = g_strnfill(100000, 'x');
    g_autoptr(GError) error = NULL;
    SyLabEvent event;

    cr_assert_not(sy_lab_event_parse(line, &event, &error));
    cr_assert_lt(strlen(error->message), 300);
}

/* ---- records ---- */

static JsonObject *object_of(const char *text)
{
    g_autoptr(JsonParser) parser = json_parser_new();

    cr_assert(json_parser_load_from_data(parser, text, -1, NULL), "%s", text);
    return json_object_ref(json_node_get_object(json_parser_get_root(parser)));
}

static void keep(SyRunResult *run, SyJournal *journal, const char *id, guint index)
{
    SyCaseResult *result = sy_case_result_new(id, "w");

    result->index = index;
    result->duration_s = 2;
    cr_assert(sy_journal_entry_keep(run, result, journal, NULL));
}

/* Groups of cases run one after the other, and still they are listed as planned; also after a kill.
 */
Test(record, cases_stand_in_the_order_of_the_plan_whenever_they_were_run)
{
    static const char *const expected[] = {"a", "b", "c", "d"};
    char *dir = check_folder();
    SyJournal *journal = sy_journal_create(dir, 4, NULL);
    g_autoptr(SyRunResult) run = sy_run_result_new();
    g_autoptr(SyRunResult) back = sy_run_result_new();
    g_autoptr(GPtrArray) records = NULL;

    keep(run, journal, "b", 1);
    keep(run, journal, "d", 3);
    keep(run, journal, "a", 0);
    keep(run, journal, "c", 2);
    sy_journal_close(journal);
    records = sy_journal_read(dir, NULL);
    for (guint i = 0; i < records->len; i++) {
        cr_assert(sy_journal_entry_replay(back, g_ptr_array_index(records, i), "j:1: $", NULL));
    }
    for (guint i = 0; i < 4; i++) {
        cr_assert_str_eq(((SyCaseResult *)g_ptr_array_index(run->cases, i))->id, expected[i]);
        cr_assert_str_eq(((SyCaseResult *)g_ptr_array_index(back->cases, i))->id, expected[i]);
    }
    cr_assert_eq(back->duration_s, 8);
    cr_assert_eq(sy_run_result_find(run, "c")->index, 2);
    cr_assert_null(sy_run_result_find(run, "e"));
    check_folder_remove(dir);
}

Test(record, older_journals_have_no_index_and_other_events_change_nothing)
{
    g_autoptr(SyRunResult) sample = sample_run();
    g_autoptr(SyRunResult) back = sy_run_result_new();

    for (guint i = 0; i < 3; i++) {
        g_autoptr(JsonObject) record = object_of("{\"event\":\"case\"}");
        g_autoptr(JsonObject) other = object_of("{\"event\":\"resume\",\"case\":7}");

        json_object_set_object_member(record, "case",
                                      sy_case_result_to_json(g_ptr_array_index(sample->cases, i)));
        cr_assert(sy_journal_entry_replay(back, record, "j:1: $", NULL));
        cr_assert(sy_journal_entry_replay(back, other, "j:2: $", NULL));
        cr_assert_eq(back->cases->len, i + 1);
        cr_assert_str_eq(((SyCaseResult *)g_ptr_array_index(back->cases, i))->id,
                         ((SyCaseResult *)g_ptr_array_index(sample->cases, i))->id);
    }
}

Test(record, a_damaged_one_is_refused_with_its_place)
{
    static const struct {
        const char *text, *message;
    } table[] = {
        {"{}", "j:5: $.event: missing"},
        {"{\"event\":\"case\"}", "j:5: $.case: missing"},
        {"{\"event\":\"case\",\"case\":7}", "j:5: $.case: expected an object"},
        {"{\"event\":\"case\",\"case\":{}}", "j:5: $.case.id: missing"},
        {"{\"event\":\"lab\"}", "j:5: $.lab: missing"},
        {"{\"event\":\"lab\",\"lab\":{\"mode\":1}}", "j:5: $.lab.mode: expected a string"},
    };
    g_autoptr(SyRunResult) run = sy_run_result_new();

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(JsonObject) record = object_of(table[i].text);
        GError *error = NULL;

        cr_assert_not(sy_journal_entry_replay(run, record, "j:5: $", &error), "%s", table[i].text);
        check_error(error, SY_ERROR_USAGE, table[i].message);
        cr_assert_eq(run->cases->len, 0);
        cr_assert_null(run->lab);
    }
}
