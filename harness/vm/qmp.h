/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A QMP client (docs/interop/qmp-spec in QEMU): one command at a time over a unix socket, no
 * threads and no main loop. Every wait is bounded and ends early when the run is cancelled
 * (SY_ERROR_CANCELLED).
 *
 * The kinds of failure, the same in every call:
 *   SY_ERROR_PEER      QEMU refused the command: "QMP <command>: <class>: <description>". The
 *                      connection stays usable.
 *   SY_ERROR_TIMEOUT   no reply in time; names the command and the limit. The connection stays
 *                      usable: a late reply is recognised by its id and dropped.
 *   SY_ERROR_DIED      QEMU closed the connection; names the command in flight.
 *   SY_ERROR_PROTOCOL  QEMU sent something that is not QMP; quotes its first bytes.
 *
 * After SY_ERROR_DIED and SY_ERROR_PROTOCOL the connection is over: every later call fails in the
 * same way.
 */
#ifndef SY_VM_QMP_H
#define SY_VM_QMP_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The longest message of QEMU; page dumps and traces are big. */
#define SY_QMP_LINE_LIMIT_BYTES (64 * 1024 * 1024)

/* The most events that wait to be fetched; when more come, the oldest are dropped and counted. */
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

/* The same with the arguments as JSON text: for values that JsonObject cannot hold (above 2^63 - 1)
 * or that are wrong on purpose. A text that is not a JSON object breaks the connection. */
JsonNode *sy_qmp_execute_text(SyQmp *qmp, const char *command, const char *arguments,
                              int64_t timeout_ns, GError **error);

/*
 * sy_qmp_execute() that returns the "return" member as the text that QEMU sent, without parsing it:
 * for many replies of some MiB each. The caller frees.
 */
char *sy_qmp_execute_raw(SyQmp *qmp, const char *command, JsonObject *arguments, int64_t timeout_ns,
                         GError **error);

/* What the last answered command took, without the time to parse its reply. */
typedef struct {
    int64_t sent_ns;    /* CLOCK_MONOTONIC, just before the command was sent */
    int64_t arrived_ns; /* when the last bytes of the reply had come in */
    gsize bytes;        /* of the reply, without its line end */
} SyQmpReply;

SyQmpReply sy_qmp_last_reply(const SyQmp *qmp);

/* sy_qmp_execute() for a reply whose content does not matter. */
bool sy_qmp_run(SyQmp *qmp, const char *command, JsonObject *arguments, int64_t timeout_ns,
                GError **error);

/*
 * Sends `command` without arguments and does not wait for the reply, which is dropped when it
 * comes: for "quit". Blocks for at most 100 ms. Works in a cancelled run too, unless the socket's
 * buffer is full.
 */
bool sy_qmp_post(SyQmp *qmp, const char *command, GError **error);

/*
 * Takes the oldest event called `name` (NULL: of any name) out of the queue, waiting for it up to
 * `deadline_ns` (CLOCK_MONOTONIC; in the past: takes only what has arrived). Other events stay
 * queued. The object has QMP's members "event", "data" (optional) and "timestamp"; the caller owns
 * it. The error also says how many events were dropped before: the one may have been among them.
 */
JsonObject *sy_qmp_wait_event(SyQmp *qmp, const char *name, int64_t deadline_ns, GError **error);

/* How many events were dropped so far because nobody fetched them; vm/vm.c reports it. */
guint64 sy_qmp_events_dropped(const SyQmp *qmp);

/* Closes the connection. NULL is fine. */
void sy_qmp_free(SyQmp *qmp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyQmp, sy_qmp_free)

#endif
