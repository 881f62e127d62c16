/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting the events of a trace.dat. */
#include "observe/trace-count.h"
#include "tests/check.h"
#include "tests/trace-dat.h"

static char *dir, *path;

static void set_up(void)
{
    dir = check_folder();
    path = g_build_filename(dir, "trace.dat", NULL);
}

static void tear_down(void)
{
    g_free(path);
    check_folder_remove(dir);
}

TestSuite(trace_count, .init = set_up, .fini = tear_down);

/* "a:b 3, c:d 1": the whole result in its order. */
static char *counted(const TraceDatEvent *events)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) found = NULL;
    GString *text = g_string_new(NULL);

    trace_dat_write(path, events);
    found = sy_trace_count(path, &error);
    cr_assert(found, "%s", error ? error->message : "");
    for (guint i = 0; i < found->len; i++) {
        const SyTraceEvent *event = g_ptr_array_index(found, i);

        g_string_append_printf(text, "%s%s %" G_GUINT64_FORMAT, i ? ", " : "", event->name,
                               event->count);
    }
    return g_string_free(text, FALSE);
}

Test(trace_count, adds_up_all_cpus_and_buffers_and_sorts_by_name)
{
    static const TraceDatEvent events[] = {
        {"sched", "sched_switch", {1, 20}, {300, 4000}},
        {"kvm", "kvm_exit", {0, 0}, {0, 5}},
        {"kvm", "kvm_entry", {6, 0}, {0, 0}},
        {0},
    };
    g_autofree char *text = counted(events);

    cr_assert_str_eq(text, "kvm:kvm_entry 6, kvm:kvm_exit 5, sched:sched_switch 4321");
}

Test(trace_count, leaves_out_what_never_occurred)
{
    static const TraceDatEvent events[] = {
        {"kvm", "kvm_exit", {0, 0}, {0, 0}}, {"kvm", "kvm_pio", {0, 0}, {1, 0}}, {0}};
    g_autofree char *text = counted(events);

    cr_assert_str_eq(text, "kvm:kvm_pio 1");
}

Test(trace_count, of_an_empty_trace_is_empty)
{
    static const TraceDatEvent events[] = {{"kvm", "kvm_exit", {0, 0}, {0, 0}}, {0}};
    g_autofree char *text = counted(events);

    cr_assert_str_eq(text, "");
}

Test(trace_count, counts_events_that_the_file_does_not_describe)
{
    static const TraceDatEvent events[] = {
        {"kvm", "kvm_exit", {1, 0}, {0, 0}}, {"?", NULL, {0, 2}, {0, 0}}, {0}};
    g_autofree char *text = counted(events);

    cr_assert_str_eq(text, "kvm:kvm_exit 1, unknown:101 2");
}

Test(trace_count, says_that_there_is_no_file)
{
    GError *error = NULL;

    cr_assert_null(sy_trace_count(path, &error));
    check_error(error, SY_ERROR_IO, "No such file");
}

static void refuse(const char *contents, gssize length)
{
    g_autoptr(GPtrArray) found = NULL;
    GError *error = NULL;

    cr_assert(g_file_set_contents(path, contents, length, NULL));
    found = sy_trace_count(path, &error);
    cr_assert_null(found);
    check_error(error, SY_ERROR_PROTOCOL, "trace.dat is not a complete trace");
}

Test(trace_count, refuses_what_is_no_trace)
{
    refuse("", 0);
    refuse("This is text, and longer than a header has to be to be read as one.", -1);
}

Test(trace_count, refuses_a_file_that_ends_early)
{
    static const TraceDatEvent events[] = {{"kvm", "kvm_exit", {300, 300}, {300, 300}}, {0}};
    g_autofree char *whole = NULL;
    gsize length;

    trace_dat_write(path, events);
    cr_assert(g_file_get_contents(path, &whole, &length, NULL));
    for (gsize cut = 1; cut < length; cut += 97) {
        refuse(whole, (gssize)cut);
    }
}
