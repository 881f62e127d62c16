/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard irqlog tail, query: the log of a running QEMU, through its QMP socket. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/exit-code.h"
#include "base/standard-streams.h"
#include "cli/irqlog.h"
#include "vm/json.h"
#include "vm/qmp-connect.h"

#define QMP_LIMIT_NS (20 * SY_NS_PER_S)
#define BATCH 512          /* records asked for at once: the most that query-irq-log returns */
#define MAX_ENTRIES 100000 /* the most that query-irq-log can be asked for */
/* Between two queries, if the last one found nothing new. */
#define POLL_MS 50

/* How often to check for a signal that came just before waiting for the reader. */
#define PRINT_LOOK_MS 200

#define NOT_GIVEN G_MININT64

typedef struct {
    gboolean json;
    gint64 max, tid, line, since;
    char *path;
    gboolean begin; /* tail: switch the log on meanwhile */
    SyQmp *qmp;
} Live;

/* The reply of query-irq-log-status. */
typedef struct {
    bool enabled;
    gint64 newest;       /* sequence number of the newest record */
    gint64 ring_entries; /* 0: the log was never on */
} Status;

static void live_clear(Live *l)
{
    g_clear_pointer(&l->qmp, sy_qmp_free);
    g_clear_pointer(&l->path, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Live, live_clear)

static bool read_status(SyQmp *qmp, Status *status, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(JsonNode) reply =
        sy_qmp_execute(qmp, "query-irq-log-status", NULL, QMP_LIMIT_NS, &cause);
    JsonObject *object = sy_json_object(reply);

    if (object && sy_json_int_member(object, "last-sequence", &status->newest) &&
        sy_json_int_member(object, "ring-entries", &status->ring_entries)) {
        status->enabled = json_object_get_boolean_member_with_default(object, "enabled", FALSE);
        return true;
    }
    if (!cause) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "query-irq-log-status lacks last-sequence or ring-entries");
    } else if (g_error_matches(cause, SY_ERROR, SY_ERROR_PEER) &&
               strstr(cause->message, "CommandNotFound")) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_UNAVAILABLE,
            "this QEMU has no IRQ log; `make -s qemu-path` prints the path of one that has");
    } else {
        g_propagate_error(error, g_steal_pointer(&cause));
    }
    return false;
}

static JsonObject *query_arguments(const Live *l, gint64 max, gint64 since)
{
    JsonObject *arguments = json_object_new();
    const struct {
        const char *name;
        gint64 value;
    } numbers[] = {
        {"max-entries", max}, {"filter-tid", l->tid}, {"filter-line", l->line}, {"since", since}};

    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (numbers[i].value != NOT_GIVEN) {
            json_object_set_int_member(arguments, numbers[i].name, numbers[i].value);
        }
    }
    if (l->path) {
        json_object_set_string_member(arguments, "filter-path", l->path);
    }
    return arguments;
}

static const char *text_member(JsonObject *record, const char *name)
{
    const char *text = sy_json_string_member(record, name);

    return text && *text ? text : "?";
}

static gint64 number_member(JsonObject *record, const char *name)
{
    gint64 value = 0;

    sy_json_int_member(record, name, &value);
    return value;
}

/* QOM paths and thread names may hold control characters, which must not reach a terminal. */
static char *record_line(JsonObject *record)
{
    gint64 ns = number_member(record, "timestamp-ns");
    g_autofree char *line = g_strdup_printf(
        "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09d line %" G_GINT64_FORMAT
        " level %" G_GINT64_FORMAT " %s %s %s(%" G_GINT64_FORMAT ") %s -> %s",
        number_member(record, "sequence"), ns / SY_NS_PER_S, (int)(ns % SY_NS_PER_S),
        number_member(record, "irq-line"), number_member(record, "level"),
        text_member(record, "kind"), text_member(record, "path"),
        text_member(record, "thread-name"), number_member(record, "host-tid"),
        text_member(record, "caller-symbol"), text_member(record, "handler-symbol"));

    for (char *c = line; *c; c++) {
        *c = g_ascii_iscntrl(*c) ? '?' : *c;
    }
    return g_strconcat(line, "\n", NULL);
}

static char *record_text(JsonNode *node, bool json)
{
    g_autofree char *text = NULL;

    if (!json) {
        return record_line(sy_json_object(node));
    }
    text = json_to_string(node, FALSE);
    return g_strconcat(text, "\n", NULL);
}

/* Prints to stdout. Unlike stdio it can be cancelled while the reader does not read. To a reader
 * that has gone it prints nothing: see sy_standard_output_unread(). */
static bool print(const GString *out, GError **error)
{
    for (gsize done = 0; done < out->len;) {
        struct pollfd ready = {.fd = STDOUT_FILENO, .events = POLLOUT};
        ssize_t n;

        if (sy_cancelled(error)) {
            return false;
        }
        if (poll(&ready, 1, PRINT_LOOK_MS) <= 0) {
            continue;
        }
        n = write(STDOUT_FILENO, out->str + done, MIN(out->len - done, PIPE_BUF));
        if (n < 0 && errno == EPIPE) {
            return true;
        }
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            sy_error_set_io(error, errno, "cannot write to", "stdout");
            return false;
        }
        done += (gsize)MAX(n, 0);
    }
    return true;
}

/* The reply of one query-irq-log: at most so many records as were asked for, or as QEMU returns at
 * once. */
typedef struct {
    GString *text;      /* of the records */
    gint64 shown;       /* how many these are */
    gint64 first, last; /* numbers of the first and the last record that QEMU examined */
    gint64 lost;        /* of these, how many had been overwritten */
    bool more;          /* the ring has more in the direction of the query */
} Batch;

static void batch_clear(Batch *batch)
{
    if (batch->text) {
        g_string_free(batch->text, TRUE);
    }
    *batch = (Batch){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Batch, batch_clear)

static bool read_batch(JsonObject *reply, bool json, Batch *batch, GError **error)
{
    JsonNode *entries = reply ? json_object_get_member(reply, "entries") : NULL;
    JsonArray *list = NULL;

    if (!entries || !JSON_NODE_HOLDS_ARRAY(entries) ||
        !sy_json_int_member(reply, "first-examined", &batch->first) ||
        !sy_json_int_member(reply, "last-examined", &batch->last) ||
        !sy_json_int_member(reply, "lost", &batch->lost)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "the reply of query-irq-log lacks entries, first-examined, last-examined or "
                    "lost: QEMU's mods are of another version than steelyard");
        return false;
    }
    batch->more = json_object_get_boolean_member_with_default(reply, "more", FALSE);
    list = json_node_get_array(entries);
    batch->shown = json_array_get_length(list);
    for (guint i = 0; i < batch->shown; i++) {
        JsonNode *node = json_array_get_element(list, i);
        g_autofree char *text = NULL;

        if (!sy_json_object(node)) {
            g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                        "query-irq-log returned something that is not a record");
            return false;
        }
        text = record_text(node, json);
        g_string_append(batch->text, text);
    }
    return true;
}

/* Queries up to `max` records after `since` or before `before`, which may be NOT_GIVEN. */
static bool take(const Live *l, gint64 max, gint64 since, gint64 before, Batch *batch,
                 GError **error)
{
    g_autoptr(JsonObject) arguments = query_arguments(l, MIN(max, BATCH), since);
    g_autoptr(JsonNode) reply = NULL;

    batch_clear(batch);
    batch->text = g_string_new(NULL);
    if (before != NOT_GIVEN) {
        json_object_set_int_member(arguments, "before", before);
    }
    reply = sy_qmp_execute(l->qmp, "query-irq-log", arguments, QMP_LIMIT_NS, error);
    return reply && read_batch(sy_json_object(reply), l->json, batch, error);
}

static void say_lost(gint64 lost)
{
    if (lost > 0) {
        fprintf(stderr, "steelyard: %" G_GINT64_FORMAT " records were overwritten before\n", lost);
    }
}

/* Prints records until the user, the reader or QEMU ends it. */
static bool follow(const Live *l, gint64 since, GError **error)
{
    int wait_ms = 0;

    while (!sy_standard_output_unread(wait_ms) && !sy_cancelled(NULL)) {
        g_auto(Batch) batch = {0};

        if (!take(l, BATCH, since, NOT_GIVEN, &batch, error) || !print(batch.text, error)) {
            return false;
        }
        say_lost(batch.lost);
        since = batch.last;
        wait_ms = batch.more ? 0 : POLL_MS;
    }
    return true;
}

/* When switched on again, the ring keeps its size, so that its records stay. */
static bool set_log(SyQmp *qmp, bool on, gint64 ring_entries, GError **error)
{
    g_autoptr(JsonObject) arguments = json_object_new();

    json_object_set_boolean_member(arguments, "enable", on);
    if (on) {
        json_object_set_string_member(arguments, "sink", "ring");
    }
    if (on && ring_entries > 0) {
        json_object_set_int_member(arguments, "ring-entries", ring_entries);
    }
    return sy_qmp_run(qmp, "irq-log-set", arguments, QMP_LIMIT_NS, error);
}

/* Works while the user cancels, too. False after printing why not; a QEMU that has ended is
 * fine. */
static bool switch_off(SyQmp *qmp)
{
    g_autoptr(GError) error = NULL;
    bool off;

    sy_cancel_hold(true);
    off = set_log(qmp, false, 0, &error) || g_error_matches(error, SY_ERROR, SY_ERROR_DIED);
    sy_cancel_hold(false);
    if (!off) {
        sy_cli_say("steelyard: cannot switch the IRQ log off again: %s", error->message);
    }
    return off;
}

/* Follows a log that is on; with --begin switches it on meanwhile. */
static bool tail(const Live *l, GError **error)
{
    gint64 since = l->since;
    Status before;
    bool good = read_status(l->qmp, &before, error), on = good && before.enabled;

    if (good && !on && !l->begin) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_UNAVAILABLE,
            "the IRQ log of this QEMU is off; --begin switches it on, and off again at the end");
        return false;
    }
    good = good && (on || set_log(l->qmp, true, before.ring_entries, error)) &&
           follow(l, since == NOT_GIVEN ? before.newest : since, error);
    if (sy_cancelled(NULL)) { /* the normal way to end it */
        g_clear_error(error);
        good = true;
    }
    if (!on && l->begin) {
        good = switch_off(l->qmp) && good;
    }
    return good;
}

/* Prints up to `max` records after `since`, and none that is newer than `newest`. A ring that was
 * full lacks old records, which is only said if `say_first`. */
static bool query_forward(const Live *l, gint64 max, gint64 since, gint64 newest, bool say_first,
                          GError **error)
{
    bool more = true;

    for (bool first = true; more && max > 0 && since < newest; first = false) {
        g_auto(Batch) batch = {0};

        if (!take(l, max, since, newest + 1, &batch, error) || !print(batch.text, error)) {
            return false;
        }
        if (!first || say_first) {
            say_lost(batch.lost);
        }
        max -= batch.shown;
        since = batch.last;
        more = batch.more && !sy_standard_output_unread(0);
    }
    return true;
}

/* Prints the newest `max` records, the oldest of them first. */
static bool query_newest(const Live *l, gint64 max, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gint64 before = NOT_GIVEN;
    bool more = true;

    while (more && max > 0) {
        g_auto(Batch) batch = {0};

        if (!take(l, max, NOT_GIVEN, before, &batch, error)) {
            return false;
        }
        g_string_prepend(out, batch.text->str);
        max -= batch.shown;
        before = batch.first;
        more = batch.more;
    }
    return print(out, error);
}

/* Prints the newest --max records, or the oldest ones after --since; without --max, all that are in
 * the ring now. */
static bool query(const Live *l, GError **error)
{
    bool has_since = l->since != NOT_GIVEN;
    Status status;

    if (!read_status(l->qmp, &status, error)) {
        return false;
    }
    if (status.ring_entries == 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "there is no IRQ log; irq-log-set makes one");
        return false;
    }
    if (l->max != NOT_GIVEN && !has_since) {
        return query_newest(l, l->max, error);
    }
    return query_forward(l, l->max != NOT_GIVEN ? l->max : G_MAXINT64, has_since ? l->since : 0,
                         status.newest, has_since, error);
}

static bool check_number(const char *name, gint64 value, gint64 least, gint64 most, GError **error)
{
    if (value == NOT_GIVEN || (value >= least && value <= most)) {
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                "--%s %" G_GINT64_FORMAT ": give a number from %" G_GINT64_FORMAT
                " to %" G_GINT64_FORMAT,
                name, value, least, most);
    return false;
}

static bool check_options(const Live *l, GError **error)
{
    if (!check_number("line", l->line, 0, G_MAXINT32, error) ||
        !check_number("tid", l->tid, 1, G_MAXINT32, error) ||
        !check_number("since", l->since, 0, G_MAXINT64, error) ||
        !check_number("max", l->max, 1, MAX_ENTRIES, error)) {
        return false;
    }
    if (l->path && !*l->path) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "--path: give a pattern, as in '*ioapic*'");
        return false;
    }
    return true;
}

static int run(int argc, char **argv, bool is_tail, const char *summary)
{
    g_auto(Live) l = {.max = NOT_GIVEN, .tid = NOT_GIVEN, .line = NOT_GIVEN, .since = NOT_GIVEN};
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &l.json, "print one JSON object per line", NULL},
        {"line", 0, 0, G_OPTION_ARG_INT64, &l.line, "only IRQ lines with this number", "N"},
        {"path", 0, 0, G_OPTION_ARG_STRING, &l.path, "only IRQ lines whose QOM path matches",
         "GLOB"},
        {"tid", 0, 0, G_OPTION_ARG_INT64, &l.tid, "only records of this thread", "TID"},
        {"since", 0, 0, G_OPTION_ARG_INT64, &l.since, "only records after the one with this number",
         "N"},
        is_tail
            ? (GOptionEntry){"begin", 0, 0, G_OPTION_ARG_NONE, &l.begin,
                             "switch the log on (sink ring) if it is off, and off again at the end",
                             NULL}
            : (GOptionEntry){"max", 0, 0, G_OPTION_ARG_INT64, &l.max,
                             "at most N records: the newest, or with --since the oldest", "N"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GError) error = NULL;

    if (!sy_cli_parse(&argc, &argv, entries, "QMP-SOCKET", summary)) {
        return SY_EXIT_USAGE;
    }
    if (argc != 2) {
        fprintf(stderr, "steelyard %s: give one QMP socket\n", argv[0]);
        return SY_EXIT_USAGE;
    }
    l.qmp = check_options(&l, &error) ? sy_qmp_connect(argv[1], &error) : NULL;
    if (l.qmp && (is_tail ? tail(&l, &error) : query(&l, &error))) {
        return SY_EXIT_PASS;
    }
    return error ? sy_cli_fail(error) : SY_EXIT_COULD_NOT_RUN; /* switch_off() has printed why */
}

int sy_cmd_irqlog_tail(int argc, char **argv)
{
    return run(
        argc, argv, true,
        "Prints records of the IRQ log as they come, until interrupted (Ctrl-C) or not read any "
        "more.\nExit status: 0 interrupted, 3 QEMU has ended, or has no log.");
}

int sy_cmd_irqlog_query(int argc, char **argv)
{
    return run(argc, argv, false, "Prints the records in the ring of the IRQ log, oldest first.");
}
