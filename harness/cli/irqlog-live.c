/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steelyard irqlog tail, query: the log of a running QEMU, over its QMP socket. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "cli/irqlog.h"
#include "run/verdict.h"
#include "vm/json.h"
#include "vm/qmp.h"

#define QMP_LIMIT_NS (20 * SY_NS_PER_S)
#define BATCH 4096
/* Between two looks, when the last one found nothing new. */
#define POLL_NS (50 * SY_NS_PER_MS)

typedef struct {
    gboolean json;
    gint64 max, tid, line, since;
    char *path;
    gboolean begin; /* tail: switch the log on for the time being */
} Options;

#define NOT_GIVEN G_MININT64
#define NO_OPTIONS                                                                                 \
    {                                                                                              \
        .max = NOT_GIVEN, .tid = NOT_GIVEN, .line = NOT_GIVEN, .since = NOT_GIVEN                  \
    }

static SyQmp *connect_to(const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(address.sun_path)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s: too long for a socket's path", path);
        return NULL;
    }
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "cannot connect to %s: %s; give the socket of QEMU's -qmp "
                    "unix:PATH,server=on,wait=off, which takes one client at a time",
                    path, g_strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    return sy_qmp_new(fd, QMP_LIMIT_NS, error);
}

static JsonObject *query_arguments(const Options *o, gint64 since)
{
    JsonObject *arguments = json_object_new();
    const struct {
        const char *name;
        gint64 value;
    } numbers[] = {{"max-entries", o->max == NOT_GIVEN ? BATCH : o->max},
                   {"filter-tid", o->tid},
                   {"filter-line", o->line},
                   {"since", since}};

    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (numbers[i].value != NOT_GIVEN) {
            json_object_set_int_member(arguments, numbers[i].name, numbers[i].value);
        }
    }
    if (o->path) {
        json_object_set_string_member(arguments, "filter-path", o->path);
    }
    return arguments;
}

static const char *text_member(JsonObject *record, const char *name)
{
    const char *text = sy_json_string_member(record, name);

    return text ? text : "?";
}

static gint64 number_member(JsonObject *record, const char *name)
{
    gint64 value = 0;

    sy_json_int_member(record, name, &value);
    return value;
}

/* QOM paths and names of threads may hold anything; a terminal shall not obey them. */
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

/* Asks once and prints; *since becomes the last one's number, *dropped those that came too late. */
static bool show(SyQmp *qmp, const Options *o, gint64 *since, guint *shown, gint64 *dropped,
                 GError **error)
{
    g_autoptr(JsonObject) arguments = query_arguments(o, *since);
    g_autoptr(JsonNode) reply =
        sy_qmp_execute(qmp, "query-irq-log", arguments, QMP_LIMIT_NS, error);
    JsonArray *list = reply && JSON_NODE_HOLDS_ARRAY(reply) ? json_node_get_array(reply) : NULL;
    g_autoptr(GString) out = g_string_new(NULL);

    *shown = list ? json_array_get_length(list) : 0;
    for (guint i = 0; i < *shown; i++) {
        JsonNode *node = json_array_get_element(list, i);
        JsonObject *record = sy_json_object(node);
        g_autofree char *text = NULL;

        if (!record) {
            g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "query-irq-log returned no records");
            return false;
        }
        text = record_text(node, o->json);
        g_string_append(out, text);
        *since = number_member(record, "sequence");
        *dropped = number_member(record, "dropped");
    }
    return reply && sy_cli_print(out->str) == SY_EXIT_PASS;
}

static int finish(bool good, const GError *error)
{
    return good ? SY_EXIT_PASS : error ? sy_cli_fail(error) : SY_EXIT_COULD_NOT_RUN;
}

static GOptionEntry *entries_of(Options *o, bool tail)
{
    const GOptionEntry all[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "one JSON object a line", NULL},
        {"line", 0, 0, G_OPTION_ARG_INT64, &o->line, "only lines with this number", "N"},
        {"path", 0, 0, G_OPTION_ARG_STRING, &o->path,
         "only lines with such QOM paths; '*' is any text", "GLOB"},
        {"tid", 0, 0, G_OPTION_ARG_INT64, &o->tid, "only of this thread", "TID"},
        {"since", 0, 0, G_OPTION_ARG_INT64, &o->since, "only after the record with this number",
         "N"},
        {tail ? "begin" : "max", 0, 0, tail ? G_OPTION_ARG_NONE : G_OPTION_ARG_INT64,
         tail ? (gpointer)&o->begin : (gpointer)&o->max,
         tail ? "switch the log on (sink ring), and off in the end" : "at most so many",
         tail ? NULL : "N"},
        G_OPTION_ENTRY_NULL,
    };

    return g_memdup2(all, sizeof(all));
}

static bool set_log(SyQmp *qmp, bool on, GError **error)
{
    g_autoptr(JsonObject) arguments = json_object_new();

    json_object_set_boolean_member(arguments, "enable", on);
    if (on) {
        json_object_set_string_member(arguments, "sink", "ring");
    }
    return sy_qmp_run(qmp, "irq-log-set", arguments, QMP_LIMIT_NS, error);
}

static bool last_number(SyQmp *qmp, gint64 *number, GError **error)
{
    g_autoptr(JsonNode) reply =
        sy_qmp_execute(qmp, "query-irq-log-status", NULL, QMP_LIMIT_NS, error);
    JsonObject *status = sy_json_object(reply);

    if (status && sy_json_int_member(status, "last-sequence", number)) {
        return true;
    }
    if (reply) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "query-irq-log-status lacks last-sequence");
    }
    return false;
}

/* Until the user ends it, or QEMU does. What a filter leaves out is not asked for again. */
static bool follow(SyQmp *qmp, const Options *o, gint64 since, GError **error)
{
    while (!sy_cancelled(NULL)) {
        gint64 dropped = 0, newest;
        guint shown;

        if (!last_number(qmp, &newest, error) || !show(qmp, o, &since, &shown, &dropped, error)) {
            return false;
        }
        if (dropped > 0) {
            fprintf(stderr, "steelyard: %" G_GINT64_FORMAT " records were overwritten before\n",
                    dropped);
        }
        if (shown < BATCH) {
            since = MAX(since, newest);
            sy_sleep_until_ns(sy_now_ns() + POLL_NS, NULL);
        }
    }
    return true;
}

static bool tail(const Options *o, const char *socket_path, GError **error)
{
    g_autoptr(SyQmp) qmp = connect_to(socket_path, error);
    gint64 since = o->since;
    bool good = qmp && (!o->begin || set_log(qmp, true, error)) &&
                (since != NOT_GIVEN || last_number(qmp, &since, error)) &&
                follow(qmp, o, since, error);

    if (sy_cancelled(NULL)) { /* that is how it is ended */
        g_clear_error(error);
        good = true;
    }
    return good;
}

int sy_cmd_irqlog_tail(int argc, char **argv)
{
    Options o = NO_OPTIONS;
    g_autofree GOptionEntry *entries = entries_of(&o, true);
    g_autoptr(GError) error = NULL;
    bool good;

    if (!sy_cli_parse(&argc, &argv, entries, "QMP-SOCKET",
                      "Prints records of the IRQ log as they come, until it is interrupted.") ||
        argc != 2) {
        fprintf(stderr, "steelyard irqlog tail: give one QMP socket\n");
        return SY_EXIT_USAGE;
    }
    good = tail(&o, argv[1], &error);
    g_free(o.path);
    return finish(good, error);
}

int sy_cmd_irqlog_query(int argc, char **argv)
{
    Options o = NO_OPTIONS;
    g_autofree GOptionEntry *entries = entries_of(&o, false);
    g_autoptr(GError) error = NULL;
    g_autoptr(SyQmp) qmp = NULL;
    gint64 dropped = 0;
    guint shown;
    bool good;

    if (!sy_cli_parse(&argc, &argv, entries, "QMP-SOCKET",
                      "Prints the records in the ring of the IRQ log.") ||
        argc != 2) {
        fprintf(stderr, "steelyard irqlog query: give one QMP socket\n");
        return SY_EXIT_USAGE;
    }
    qmp = connect_to(argv[1], &error);
    good = qmp && show(qmp, &o, &o.since, &shown, &dropped, &error);
    g_free(o.path);
    return finish(good, error);
}
