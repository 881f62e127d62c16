/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A QMP server that follows a script: the test writes the script with the fake_qmp_<verb>() calls,
 * and a thread plays it against the client under test. At its end the connection stays open until
 * fake_qmp_end().
 */
#ifndef SY_TESTS_FAKE_QMP_H
#define SY_TESTS_FAKE_QMP_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "vm/qmp.h"

#define FAKE_QMP_GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
#define FAKE_QMP_OK "{\"return\": {}, \"id\": @0@}\r\n"
#define FAKE_QMP_EVENT(name)                                                                       \
    "{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"" name "\"}\r\n"

typedef struct FakeQmp FakeQmp;

/* An empty script, and one that begins with the greeting and the negotiation of a real QEMU. */
FakeQmp *fake_qmp_new(void);
FakeQmp *fake_qmp_new_greeted(void);

/*
 * Script: sends `text` in one piece, or byte by byte with pauses, so that the client reads single
 * bytes. "@0@" in it stands for the id of the command expected last, "@1@" for that of the one
 * before it, and so on.
 */
void fake_qmp_say(FakeQmp *fake, const char *text);
void fake_qmp_say_bytewise(FakeQmp *fake, const char *text);

/* Script: sends `length` bytes of `data` as they are. */
void fake_qmp_say_raw(FakeQmp *fake, const char *data, gsize length);

/* Script: reads a command and fails the test (in fake_qmp_end) unless it is `command`. */
void fake_qmp_expect(FakeQmp *fake, const char *command);

/* Script: does nothing for `ms`; closes the connection. */
void fake_qmp_pause_ms(FakeQmp *fake, guint ms);
void fake_qmp_close(FakeQmp *fake);

/* Starts to play; returns the client's end of the connection, which the client owns. */
int fake_qmp_play(FakeQmp *fake);

/* The same with a client that has got through the negotiation; fails the test if it does not. */
SyQmp *fake_qmp_connect(FakeQmp *fake);

/* Waits for the script's end. The text of the last command read, arguments included; owned by
 * `fake`. */
void fake_qmp_join(FakeQmp *fake);
const char *fake_qmp_last_command(const FakeQmp *fake);

/* Waits, fails the test if the client did not send what the script expected, frees. */
void fake_qmp_end(FakeQmp *fake);

/* The int member `name` of the object in a reply. */
gint64 fake_qmp_int_of(JsonNode *reply, const char *name);

/* `event` is there and called `name`; frees it. */
void fake_qmp_check_event(JsonObject *event, const char *name);

#endif
