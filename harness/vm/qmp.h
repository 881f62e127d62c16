/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A QMP client (docs/interop/qmp-spec in QEMU): one command at a time over a unix socket, no
 * threads and no main loop. Every wait is bounded and ends early when the run is cancelled
 * (SY_ERROR_CANCELLED).
 *
 * The kinds of failure, the same in every call:
 *   SY_ERROR_PEER      QEMU refused the command: "QMP <command>: <class>: <description>". The
 * connection is fine. SY_ERROR_TIMEOUT   no reply in time; names the command and the limit. The
 * connection stays usable: a reply that comes late is recognised by its id and dropped.
 *   SY_ERROR_DIED      QEMU closed the connection; names the command in flight.
 *   SY_ERROR_PROTOCOL  QEMU sent something that is not QMP; quotes its first bytes.
 * After SY_ERROR_DIED and SY_ERROR_PROTOCOL the connection is over: every later call fails alike.
 */
#ifndef SY_VM_QMP_H
#define SY_VM_QMP_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

/* One message of QEMU may be this long; page dumps and traces are big. */
#define SY_QMP_LINE_LIMIT_BYTES (64 * 1024 * 1024)

/* So many events wait to be fetched; when more come the oldest are dropped and counted. */
#define SY_QMP_EVENTS_MAX 256

typedef struct SyQmp SyQmp;

/*
 * Takes over the connected socket `fd` (closed on failure too), reads the greeting and negotiates.
 * Blocks up to `timeout_ns` in all. The caller owns the result.
 */
SyQmp *sy_qmp_new(int fd, int64_t timeout_ns, GError **error);

/*
 * Executes `command` and returns the reply's "return" member; the caller owns it (json_node_unref
 * or g_autoptr). `arguments` may be NULL and stays the caller's. Blocks up to `timeout_ns`. Events
 * that arrive meanwhile are queued.
 */
JsonNode *sy_qmp_execute(SyQmp *qmp, const char *command, JsonObject *arguments, int64_t timeout_ns,
                         GError **error);

/* The same with arguments that are JSON text already: for values that JsonObject cannot hold (above
 * 2^63 - 1), or that are wrong on purpose. Text that is no JSON object breaks the connection. */
JsonNode *sy_qmp_execute_text(SyQmp *qmp, const char *command, const char *arguments,
                              int64_t timeout_ns, GError **error);

/*
 * sy_qmp_execute() with the "return" member as the text that QEMU sent, which is not looked into:
 * for replies of some MiB that come one after the other. The caller frees.
 */
char *sy_qmp_execute_raw(SyQmp *qmp, const char *command, JsonObject *arguments, int64_t timeout_ns,
                         GError **error);

/* What the last command that was answered took, without what reading the reply took here. */
typedef struct {
    int64_t sent_ns;    /* CLOCK_MONOTONIC, just before the command was sent */
    int64_t arrived_ns; /* when the last bytes of the reply had come in */
    gsize bytes;        /* of the reply, without its line end */
} SyQmpReply;

SyQmpReply sy_qmp_last_reply(const SyQmp *qmp);

/* sy_qmp_execute() where the reply's content is of no interest. */
bool sy_qmp_run(SyQmp *qmp, const char *command, JsonObject *arguments, int64_t timeout_ns,
                GError **error);

/*
 * Sends `command` without arguments and does not wait for the reply, which is dropped when it
 * comes: for "quit". Blocks for at most 100 ms, and works in a cancelled run too unless the
 * socket's buffer is full.
 */
bool sy_qmp_post(SyQmp *qmp, const char *command, GError **error);

/*
 * Takes the oldest event called `name` (NULL: of any name) out of the queue, waiting for it up to
 * `deadline_ns` (CLOCK_MONOTONIC). Other events stay queued. The object has QMP's members "event",
 * "data" (optional) and "timestamp"; the caller owns it.
 */
JsonObject *sy_qmp_wait_event(SyQmp *qmp, const char *name, int64_t deadline_ns, GError **error);

/*
 * Takes the oldest event there is, or NULL. Does not block. A connection found broken is reported
 * by the next call that has an `error`. The caller owns the object.
 */
JsonObject *sy_qmp_next_event(SyQmp *qmp);

/* How many events were dropped so far because nobody fetched them. */
guint64 sy_qmp_events_dropped(const SyQmp *qmp);

/* Closes the connection. NULL is fine. */
void sy_qmp_free(SyQmp *qmp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyQmp, sy_qmp_free)

#endif
