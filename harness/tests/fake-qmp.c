/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake-qmp.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/check.h"

typedef enum { SAY, SAY_BYTEWISE, SAY_RAW, EXPECT, PAUSE, CLOSE } Verb;

typedef struct {
    Verb verb;
    GBytes *data; /* SAY*, EXPECT */
    guint ms;     /* PAUSE */
} Step;

struct FakeQmp {
    GArray *script;
    GThread *thread;
    int fd;         /* the server's end, -1 once closed */
    GString *input; /* read and not yet used */
    GArray *ids;    /* gint64, of the commands read */
    char *last_command;
    char *failure; /* what the client did wrong */
};

static void clear_step(gpointer step)
{
    g_clear_pointer(&((Step *)step)->data, g_bytes_unref);
}

FakeQmp *fake_qmp_new(void)
{
    FakeQmp *fake = g_new0(FakeQmp, 1);

    fake->script = g_array_new(FALSE, FALSE, sizeof(Step));
    g_array_set_clear_func(fake->script, clear_step);
    fake->fd = -1;
    fake->input = g_string_new(NULL);
    fake->ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    return fake;
}

static void add_step(FakeQmp *fake, Verb verb, const char *data, gsize length, guint ms)
{
    Step step = {.verb = verb, .data = g_bytes_new(data, length), .ms = ms};

    g_array_append_val(fake->script, step);
}

void fake_qmp_say(FakeQmp *fake, const char *text)
{
    add_step(fake, SAY, text, strlen(text), 0);
}

void fake_qmp_say_bytewise(FakeQmp *fake, const char *text)
{
    add_step(fake, SAY_BYTEWISE, text, strlen(text), 0);
}

void fake_qmp_say_raw(FakeQmp *fake, const char *data, gsize length)
{
    add_step(fake, SAY_RAW, data, length, 0);
}

void fake_qmp_expect(FakeQmp *fake, const char *command)
{
    add_step(fake, EXPECT, command, strlen(command) + 1, 0);
}

void fake_qmp_pause_ms(FakeQmp *fake, guint ms)
{
    add_step(fake, PAUSE, NULL, 0, ms);
}

void fake_qmp_close(FakeQmp *fake)
{
    add_step(fake, CLOSE, NULL, 0, 0);
}

FakeQmp *fake_qmp_new_greeted(void)
{
    FakeQmp *fake = fake_qmp_new();

    fake_qmp_say(fake, FAKE_QMP_GREETING);
    fake_qmp_expect(fake, "qmp_capabilities");
    fake_qmp_say(fake, FAKE_QMP_OK);
    return fake;
}

/* False if the client is gone: not a failure, some tests are about that. */
static bool send_all(FakeQmp *fake, const char *data, gsize length)
{
    while (length > 0) {
        ssize_t n = send(fake->fd, data, length, MSG_NOSIGNAL);

        if (n < 0) {
            return false;
        }
        data += n;
        length -= (gsize)n;
    }
    return true;
}

static char *put_ids(const FakeQmp *fake, const char *text, gsize length)
{
    GString *out = g_string_new_len(text, (gssize)length);

    for (guint back = 0; back < fake->ids->len; back++) {
        gint64 id = g_array_index(fake->ids, gint64, fake->ids->len - 1 - back);
        g_autofree char *from = g_strdup_printf("@%u@", back);
        g_autofree char *to = g_strdup_printf("%" G_GINT64_FORMAT, id);

        g_string_replace(out, from, to, 0);
    }
    return g_string_free(out, FALSE);
}

static void say_bytewise(FakeQmp *fake, const char *text)
{
    for (; *text && send_all(fake, text, 1); text++) {
        g_usleep(200);
    }
}

static char *read_line(FakeQmp *fake)
{
    for (;;) {
        char *end = strchr(fake->input->str, '\n');
        char chunk[65536];
        ssize_t n;

        if (end) {
            char *line = g_strndup(fake->input->str, (gsize)(end - fake->input->str));

            g_string_erase(fake->input, 0, end - fake->input->str + 1);
            return line;
        }
        n = recv(fake->fd, chunk, sizeof(chunk), 0);
        if (n <= 0) {
            return NULL;
        }
        g_string_append_len(fake->input, chunk, n);
    }
}

static void expect(FakeQmp *fake, const char *command)
{
    g_autofree char *line = read_line(fake);
    g_autoptr(JsonNode) root = line ? json_from_string(line, NULL) : NULL;
    JsonObject *object = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    gint64 id;

    if (!object || !json_object_has_member(object, "id")) {
        fake->failure =
            g_strdup_printf("expected %s, got %s", command, line ? line : "the connection's end");
        return;
    }
    if (!g_str_equal(json_object_get_string_member(object, "execute"), command)) {
        fake->failure = g_strdup_printf("expected %s, got %s", command, line);
        return;
    }
    id = json_object_get_int_member(object, "id");
    g_array_append_val(fake->ids, id);
    g_free(fake->last_command);
    fake->last_command = g_steal_pointer(&line);
}

static void perform(FakeQmp *fake, const Step *step)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(step->data, &length);
    g_autofree char *text = NULL;

    switch (step->verb) {
    case SAY:
        text = put_ids(fake, data, length);
        send_all(fake, text, strlen(text));
        break;
    case SAY_BYTEWISE:
        text = put_ids(fake, data, length);
        say_bytewise(fake, text);
        break;
    case SAY_RAW:
        send_all(fake, data, length);
        break;
    case EXPECT:
        expect(fake, data);
        break;
    case PAUSE:
        g_usleep(step->ms * 1000UL);
        break;
    case CLOSE:
        close(fake->fd);
        fake->fd = -1;
        break;
    }
}

static gpointer play(gpointer data)
{
    FakeQmp *fake = data;

    for (guint i = 0; i < fake->script->len && !fake->failure; i++) {
        perform(fake, &g_array_index(fake->script, Step, i));
    }
    return NULL;
}

int fake_qmp_play(FakeQmp *fake)
{
    int pair[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    fake->fd = pair[0];
    fake->thread = g_thread_new("fake-qmp", play, fake);
    return pair[1];
}

SyQmp *fake_qmp_connect(FakeQmp *fake)
{
    g_autoptr(GError) error = NULL;
    SyQmp *qmp = sy_qmp_new(fake_qmp_play(fake), 5 * SY_NS_PER_S, &error);

    check_no_error(error);
    return qmp;
}

void fake_qmp_join(FakeQmp *fake)
{
    if (fake->thread) {
        g_thread_join(fake->thread);
        fake->thread = NULL;
    }
}

const char *fake_qmp_last_command(const FakeQmp *fake)
{
    return fake->last_command;
}

void fake_qmp_end(FakeQmp *fake)
{
    fake_qmp_join(fake);
    cr_assert_null(fake->failure, "the client did not follow the script: %s", fake->failure);
    if (fake->fd >= 0) {
        close(fake->fd);
    }
    g_array_unref(fake->script);
    g_array_unref(fake->ids);
    g_string_free(fake->input, TRUE);
    g_free(fake->last_command);
    g_free(fake);
}

gint64 fake_qmp_int_of(JsonNode *reply, const char *name)
{
    return json_object_get_int_member(json_node_get_object(reply), name);
}

void fake_qmp_check_event(JsonObject *event, const char *name)
{
    g_autoptr(JsonObject) owned = event;

    cr_assert_not_null(event, "no event %s", name);
    cr_assert_str_eq(json_object_get_string_member(event, "event"), name);
}
