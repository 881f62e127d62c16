/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/qmp.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "vm/json.h"
#include "vm/qmp-message.h"
#include "vm/stream.h"

#define QUOTE_BYTES 80

struct SyQmp {
    SyStream *stream;
    SyQmpLines lines;
    gint64 last_id;
    GHashTable *abandoned; /* ids whose replies nobody waits for any more (gint64 keys) */
    GQueue events;         /* JsonObject*, the oldest first */
    guint64 dropped;
    int64_t filled_ns; /* when bytes last arrived */
    SyQmpReply reply;  /* the last one that was waited for */
    GError *broken;    /* why this connection is over, or NULL */
};

/* What a blocking call is waiting for. It does not wait for what is not set. */
typedef struct {
    const char *what; /* for messages: "query-status", "greeting" */
    int64_t limit_ns;
    int64_t deadline_ns;
    bool greeting;
    gint64 id;              /* the reply to the command with this id */
    bool any_event;         /* an event of any name ... */
    const char *event_name; /* ... or of this one */
    JsonObject *got;        /* the message, once it is there */
    char **raw;             /* or, with an empty `got`, the text of its "return"; NULL: never */
} Wait;

/* Ends the connection for good. Always false, so that callers can return it. */
static bool G_GNUC_PRINTF(4, 5)
    break_off(SyQmp *qmp, GError **error, SyError code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_clear_error(&qmp->broken);
    qmp->broken = g_error_new_valist(SY_ERROR, (int)code, format, args);
    va_end(args);
    if (error) {
        *error = g_error_copy(qmp->broken);
    }
    return false;
}

static bool usable(const SyQmp *qmp, GError **error)
{
    if (qmp->broken && error) {
        *error = g_error_copy(qmp->broken);
    }
    return !qmp->broken;
}

static bool break_off_quoting(SyQmp *qmp, const char *what, const char *why, const char *text,
                              gsize length, GError **error)
{
    g_autofree char *quoted = sy_stream_quote(text, length, QUOTE_BYTES);

    return break_off(qmp, error, SY_ERROR_PROTOCOL, "QMP %s: %s: %s", what, why, quoted);
}

static bool too_long(SyQmp *qmp, const Wait *wait, const char *text, gsize length, GError **error)
{
    return break_off_quoting(qmp, wait->what, "QEMU sent a message of more than 64 MiB", text,
                             length, error);
}

static void queue_event(SyQmp *qmp, JsonObject *event)
{
    g_queue_push_tail(&qmp->events, json_object_ref(event));
    if (qmp->events.length > SY_QMP_EVENTS_MAX) {
        json_object_unref(g_queue_pop_head(&qmp->events));
        qmp->dropped++;
    }
}

/*
 * Finds out whose reply `message` is. *ours: it is the one that `wait` is for. A reply that nobody
 * waits for any more is dropped. False if it answers none of our commands.
 */
static bool match_reply(SyQmp *qmp, const Wait *wait, JsonObject *message, bool *ours)
{
    gint64 id;

    *ours = false;
    if (!json_object_has_member(message, "id")) {
        /* QEMU leaves out the id only if it could not read the command, which is the one in
         * flight. */
        *ours = wait->id != 0 && json_object_has_member(message, "error");
        return *ours;
    }
    if (!sy_json_int_member(message, "id", &id)) {
        return false;
    }
    *ours = wait->id != 0 && id == wait->id;
    return *ours || g_hash_table_remove(qmp->abandoned, &id);
}

/* Finds out what `message` is and puts it where it belongs; false if it is out of place. */
static bool dispatch(SyQmp *qmp, Wait *wait, JsonObject *message)
{
    bool ours = false;

    if (json_object_has_member(message, "event")) {
        const char *name = sy_json_string_member(message, "event");

        if (!name) {
            return false;
        }
        /* QEMU may still take this connection for the previous one, and send that one's event. */
        if (wait->greeting) {
            return true;
        }
        ours = wait->any_event || (wait->event_name && g_str_equal(wait->event_name, name));
        if (!ours) {
            queue_event(qmp, message);
        }
    } else if (json_object_has_member(message, "return") ||
               json_object_has_member(message, "error")) {
        if (!match_reply(qmp, wait, message, &ours)) {
            return false;
        }
    } else if (json_object_has_member(message, "QMP") && wait->greeting) {
        ours = true;
    } else {
        return false;
    }
    if (ours) {
        wait->got = json_object_ref(message);
    }
    return true;
}

/* The next message that has arrived as a whole, or what cannot become one; NULL: not yet. The
 * caller frees. */
static char *next_message(SyQmp *qmp, gsize *length)
{
    for (;;) {
        g_autofree char *line = sy_stream_take_line(qmp->stream, length);

        if (!line) {
            return NULL;
        }
        if (strspn(line, " \t") != *length &&
            sy_qmp_lines_add(&qmp->lines, SY_QMP_LINE_LIMIT_BYTES, &line, length)) {
            return g_steal_pointer(&line);
        }
    }
}

/* Processes what has arrived, up to the message that `wait` is for. Does not block. */
static bool digest(SyQmp *qmp, Wait *wait, GError **error)
{
    const char *partial;
    gsize length;

    while (!wait->got) {
        g_autofree char *text = next_message(qmp, &length);
        g_autoptr(JsonObject) message = NULL;

        if (!text) {
            break;
        }
        if (length > SY_QMP_LINE_LIMIT_BYTES) {
            return too_long(qmp, wait, text, length, error);
        }
        if (wait->raw && (*wait->raw = sy_qmp_raw_return(text, length, wait->id))) {
            wait->got = json_object_new();
            qmp->reply.bytes = length;
            continue;
        }
        message = sy_json_parse_object(text, length);
        if (!message) {
            return break_off_quoting(qmp, wait->what, "QEMU sent something that is not QMP", text,
                                     length, error);
        }
        if (!dispatch(qmp, wait, message)) {
            return break_off_quoting(qmp, wait->what, "QEMU sent a message out of place", text,
                                     length, error);
        }
        qmp->reply.bytes = length;
    }
    /* A peer that does not speak QMP may never send a newline: do not wait for one. */
    partial = sy_stream_partial(qmp->stream, &length);
    if (!wait->got && length > 0 && !sy_qmp_lines_open(&qmp->lines) &&
        !strchr("{ \t\r", *partial)) {
        return break_off_quoting(qmp, wait->what, "QEMU sent something that is not QMP", partial,
                                 length, error);
    }
    return true;
}

static bool time_out(const Wait *wait, GError **error)
{
    g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "QMP %s: no answer from QEMU within %g s",
                wait->what, (double)MAX(wait->limit_ns, 0) / (double)SY_NS_PER_S);
    return false;
}

static bool fill(SyQmp *qmp, const Wait *wait, GError **error)
{
    const char *partial;
    gsize length;

    switch (sy_stream_fill(qmp->stream, wait->deadline_ns, error)) {
    case SY_STREAM_OK:
        qmp->filled_ns = sy_now_ns();
        return true;
    case SY_STREAM_TIMEOUT:
        return time_out(wait, error);
    case SY_STREAM_CLOSED:
        return break_off(qmp, error, SY_ERROR_DIED, "QMP %s: QEMU closed the connection",
                         wait->what);
    case SY_STREAM_TOO_LONG:
        partial = sy_stream_partial(qmp->stream, &length);
        return too_long(qmp, wait, partial, length, error);
    case SY_STREAM_FAILED:
        break;
    }
    return false;
}

/* Blocks until wait->got is there. */
static bool await(SyQmp *qmp, Wait *wait, GError **error)
{
    bool overdue = false;

    for (;;) {
        if (!digest(qmp, wait, error)) {
            return false;
        }
        if (wait->got) {
            return true;
        }
        if (overdue) {
            /* A peer that never stops sending events must not outrun the deadline. */
            return time_out(wait, error);
        }
        overdue = sy_now_ns() >= wait->deadline_ns;
        if (!fill(qmp, wait, error)) {
            return false;
        }
    }
}

static void abandon(SyQmp *qmp, gint64 id)
{
    gint64 *key = g_new(gint64, 1);

    *key = id;
    g_hash_table_add(qmp->abandoned, key);
}

static bool send_command(SyQmp *qmp, const Wait *wait, const char *arguments, GError **error)
{
    g_autofree char *text = sy_qmp_compose(wait->what, arguments, wait->id);
    g_autoptr(GError) local = NULL;
    gsize length = strlen(text), sent = 0;
    SyStreamStatus status =
        sy_stream_write(qmp->stream, text, length, wait->deadline_ns, &sent, &local);

    if (status == SY_STREAM_OK) {
        return true;
    }
    if (status == SY_STREAM_CLOSED) {
        return break_off(qmp, error, SY_ERROR_DIED, "QMP %s: QEMU closed the connection",
                         wait->what);
    }
    if (sent > 0) {
        /* Whatever is sent next would continue this partial command. */
        break_off(qmp, NULL, SY_ERROR_PROTOCOL,
                  "QMP: the connection is unusable: only part of %s could be sent", wait->what);
    }
    if (status == SY_STREAM_TIMEOUT) {
        return time_out(wait, error);
    }
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

/* The "return" member of `reply`, or its error as a GError. */
static JsonNode *unwrap(SyQmp *qmp, const char *command, JsonObject *reply, GError **error)
{
    JsonObject *failure;
    const char *class_name, *desc;

    if (!json_object_has_member(reply, "error")) {
        return json_object_dup_member(reply, "return");
    }
    failure = sy_json_object_member(reply, "error");
    class_name = failure ? sy_json_string_member(failure, "class") : NULL;
    desc = failure ? sy_json_string_member(failure, "desc") : NULL;
    if (!class_name || !desc) {
        break_off(qmp, error, SY_ERROR_PROTOCOL,
                  "QMP %s: QEMU sent an error without class and desc", command);
        return NULL;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_PEER, "QMP %s: %s: %s", command, class_name, desc);
    return NULL;
}

JsonNode *sy_qmp_execute(SyQmp *qmp, const char *command, JsonObject *arguments, int64_t timeout_ns,
                         GError **error)
{
    g_autofree char *text = arguments ? sy_qmp_object_text(arguments) : NULL;

    return sy_qmp_execute_text(qmp, command, text, timeout_ns, error);
}

/* The reply to `command`; `raw` as in Wait. */
static JsonObject *ask(SyQmp *qmp, const char *command, const char *arguments, int64_t timeout_ns,
                       char **raw, GError **error)
{
    Wait wait = {
        .what = command,
        .limit_ns = timeout_ns,
        .deadline_ns = sy_now_ns() + timeout_ns,
        .id = qmp->last_id + 1,
        .raw = raw,
    };

    if (!usable(qmp, error)) {
        return NULL;
    }
    qmp->last_id = wait.id;
    qmp->reply = (SyQmpReply){.sent_ns = sy_now_ns()};
    if (!send_command(qmp, &wait, arguments, error)) {
        return NULL;
    }
    if (!await(qmp, &wait, error)) {
        abandon(qmp, wait.id);
        return NULL;
    }
    qmp->reply.arrived_ns = qmp->filled_ns;
    return wait.got;
}

JsonNode *sy_qmp_execute_text(SyQmp *qmp, const char *command, const char *arguments,
                              int64_t timeout_ns, GError **error)
{
    g_autoptr(JsonObject) reply = ask(qmp, command, arguments, timeout_ns, NULL, error);

    return reply ? unwrap(qmp, command, reply, error) : NULL;
}

char *sy_qmp_execute_raw(SyQmp *qmp, const char *command, JsonObject *arguments, int64_t timeout_ns,
                         GError **error)
{
    g_autofree char *text = arguments ? sy_qmp_object_text(arguments) : NULL;
    char *raw = NULL;
    g_autoptr(JsonObject) reply = ask(qmp, command, text, timeout_ns, &raw, error);
    g_autoptr(JsonNode) node = NULL;

    if (!reply || raw) {
        return raw;
    }
    node = unwrap(qmp, command, reply, error);
    return node ? json_to_string(node, FALSE) : NULL;
}

bool sy_qmp_run(SyQmp *qmp, const char *command, JsonObject *arguments, int64_t timeout_ns,
                GError **error)
{
    g_autoptr(JsonNode) result = sy_qmp_execute(qmp, command, arguments, timeout_ns, error);

    return result != NULL;
}

bool sy_qmp_post(SyQmp *qmp, const char *command, GError **error)
{
    const int64_t limit_ns = 100 * SY_NS_PER_MS;
    Wait wait = {
        .what = command,
        .limit_ns = limit_ns,
        .deadline_ns = sy_now_ns() + limit_ns,
        .id = qmp->last_id + 1,
    };

    if (!usable(qmp, error)) {
        return false;
    }
    qmp->last_id = wait.id;
    abandon(qmp, wait.id);
    return send_command(qmp, &wait, NULL, error);
}

JsonObject *sy_qmp_wait_event(SyQmp *qmp, const char *name, int64_t deadline_ns, GError **error)
{
    g_autofree char *what = g_strdup_printf("event %s", name ? name : "(any)");
    Wait wait = {
        .what = what,
        .limit_ns = deadline_ns - sy_now_ns(),
        .deadline_ns = deadline_ns,
        .any_event = !name,
        .event_name = name,
    };

    for (GList *item = qmp->events.head; item; item = item->next) {
        if (!name || g_str_equal(sy_json_string_member(item->data, "event"), name)) {
            JsonObject *event = item->data;

            g_queue_delete_link(&qmp->events, item);
            return event;
        }
    }
    if (!usable(qmp, error) || !await(qmp, &wait, error)) {
        if (qmp->dropped > 0) {
            g_prefix_error(error, "(events dropped unread before: %" G_GUINT64_FORMAT ") ",
                           qmp->dropped);
        }
        return NULL;
    }
    return wait.got;
}

SyQmpReply sy_qmp_last_reply(const SyQmp *qmp)
{
    return qmp->reply;
}

guint64 sy_qmp_events_dropped(const SyQmp *qmp)
{
    return qmp->dropped;
}

static bool negotiate(SyQmp *qmp, int64_t timeout_ns, GError **error)
{
    Wait wait = {
        .what = "greeting",
        .limit_ns = timeout_ns,
        .deadline_ns = sy_now_ns() + timeout_ns,
        .greeting = true,
    };

    if (!await(qmp, &wait, error)) {
        return false;
    }
    json_object_unref(wait.got);
    return sy_qmp_run(qmp, "qmp_capabilities", NULL, MAX(wait.deadline_ns - sy_now_ns(), 0), error);
}

SyQmp *sy_qmp_new(int fd, int64_t timeout_ns, GError **error)
{
    g_autoptr(SyQmp) qmp = g_new0(SyQmp, 1);

    qmp->stream = sy_stream_new(fd, SY_QMP_LINE_LIMIT_BYTES);
    qmp->abandoned = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_queue_init(&qmp->events);
    return negotiate(qmp, timeout_ns, error) ? g_steal_pointer(&qmp) : NULL;
}

static void unref_event(gpointer event)
{
    json_object_unref(event);
}

void sy_qmp_free(SyQmp *qmp)
{
    if (!qmp) {
        return;
    }
    sy_stream_free(qmp->stream);
    sy_qmp_lines_clear(&qmp->lines);
    g_hash_table_unref(qmp->abandoned);
    g_queue_clear_full(&qmp->events, unref_event);
    g_clear_error(&qmp->broken);
    g_free(qmp);
}
