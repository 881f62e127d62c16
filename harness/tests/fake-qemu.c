/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fake-qemu.h"
#include "vm/qmp.h"

#include <glib.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"

static const char *mode;
static int qmp_fd = -1, serial_fd = -1;

static bool is(const char *value)
{
    return g_str_equal(mode, value);
}

static void say(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static int listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    g_strlcpy(address.sun_path, name, sizeof(address.sun_path));
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0) {
        perror(name);
        _exit(8);
    }
    return fd;
}

static void leave_child_behind(void)
{
    pid_t pid = fork();
    g_autofree char *text = NULL;

    if (pid == 0) {
        signal(SIGTERM, SIG_IGN);
        for (;;) {
            pause();
        }
    }
    text = g_strdup_printf("%d", (int)pid);
    g_file_set_contents("linger.pid", text, -1, NULL);
}

static void run_guest(void)
{
    say(serial_fd, "hello\n");
    if (is(FAKE_QEMU_DIE_RUNNING)) {
        say(qmp_fd, "{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true, \"reason\": "
                    "\"guest-reset\"}}\r\n");
        fputs("fake: the guest is gone\n", stderr);
        usleep(50000);
        _exit(0);
    }
    if (is(FAKE_QEMU_CRASH_RUNNING)) {
        usleep(50000);
        prctl(PR_SET_DUMPABLE, 0);
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
    for (int i = 0; is(FAKE_QEMU_CHATTY) && i < SY_QMP_EVENTS_MAX + 3; i++) {
        say(qmp_fd, "{\"event\": \"RTC_CHANGE\"}\r\n");
    }
    if (!is(FAKE_QEMU_NEVER_READY) && !is(FAKE_QEMU_KVM_ERROR)) {
        say(serial_fd, FAKE_QEMU_READY "\n");
    }
}

/* Byte i of guest memory is the low byte of its address times 7. */
static void save_memory(JsonObject *arguments)
{
    gint64 from = json_object_get_int_member(arguments, "val");
    gint64 size = json_object_get_int_member(arguments, "size");
    g_autofree char *data = g_malloc((gsize)size);

    for (gint64 i = 0; i < size; i++) {
        data[i] = (char)((from + i) * 7);
    }
    g_file_set_contents(json_object_get_string_member(arguments, "filename"), data,
                        size - is(FAKE_QEMU_SHORT_MEMORY), NULL);
}

static const struct {
    const char *command, *reply, *odd_reply;
} replies[] = {
    {"qmp_capabilities", "{}", "{}"},
    {"cont", "{}", "{}"},
    {"pmemsave", "{}", "{}"},
    {"query-status", "{\"status\": \"running\", \"running\": true}", "{\"status\": 5}"},
    {"query-cpus-fast",
     "[{\"cpu-index\": 1, \"thread-id\": 1002, \"qom-path\": \"/b\"}, {\"cpu-index\": 0, "
     "\"thread-id\": 1001, \"qom-path\": \"/a\", \"target\": \"x86_64\"}]",
     "[{\"cpu-index\": 0, \"thread-id\": \"1001\", \"qom-path\": \"/a\"}]"},
    {"query-version",
     "{\"qemu\": {\"major\": 10, \"minor\": 0, \"micro\": 13}, \"package\": \"(steelyard stock; "
     "upstream 1:10.0.13; mods none; configure --x)\"}",
     "{\"qemu\": \"10.0.13\"}"},
    {"human-monitor-command", "\"\"", "\"unknown command: 'trace-file'\\r\\n\""},
    {"query-commands", "[{\"name\": \"quit\"}, {\"name\": \"query-status\"}]", "{}"},
    {"quit", "{}", "{}"},
};

static void answer(JsonObject *message)
{
    const char *command = json_object_get_string_member(message, "execute");
    gint64 id = json_object_get_int_member(message, "id");
    const char *reply = NULL;
    g_autofree char *text = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(replies); i++) {
        if (g_str_equal(command, replies[i].command)) {
            reply = is(FAKE_QEMU_ODD_REPLIES) ? replies[i].odd_reply : replies[i].reply;
        }
    }
    if (is(FAKE_QEMU_KVM_ERROR) && g_str_equal(command, "query-status")) {
        reply = "{\"status\": \"internal-error\", \"running\": false}";
    }
    if (g_str_equal(command, "quit") && (is(FAKE_QEMU_IGNORE_QUIT) || is(FAKE_QEMU_IGNORE_ALL))) {
        return;
    }
    if (g_str_equal(command, "pmemsave")) {
        save_memory(json_object_get_object_member(message, "arguments"));
    }
    text = reply ? g_strdup_printf("{\"return\": %s, \"id\": %" G_GINT64_FORMAT "}\r\n", reply, id)
                 : g_strdup_printf("{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The "
                                   "command %s has not been found\"}, \"id\": %" G_GINT64_FORMAT
                                   "}\r\n",
                                   command, id);
    say(qmp_fd, text);
    if (g_str_equal(command, "cont")) {
        run_guest();
    }
    if (g_str_equal(command, "quit")) {
        _exit(is(FAKE_QEMU_BAD_EXIT) ? 7 : 0);
    }
}

/* Answers that many commands, or all until the client closes. */
static void serve_lines(guint count)
{
    static char input[65536];
    static gsize used;

    for (;;) {
        char *end = memchr(input, '\n', used);
        g_autoptr(JsonNode) root = NULL;
        ssize_t n;

        if (!end) {
            n = recv(qmp_fd, input + used, sizeof(input) - used, 0);
            if (n <= 0) {
                _exit(0);
            }
            used += (gsize)n;
            continue;
        }
        *end++ = '\0';
        root = json_from_string(input, NULL);
        used -= (gsize)(end - input);
        memmove(input, end, used);
        answer(json_node_get_object(root));
        if (--count == 0) {
            return;
        }
    }
}

static G_NORETURN void fake_qemu(void)
{
    int qmp_listener, serial_listener;

    if (is(FAKE_QEMU_DIE_AT_ONCE)) {
        fputs("1\n2\n3\n4\n5\n6\n7\nfake: cannot open kernel\n", stderr);
        _exit(3);
    }
    if (is(FAKE_QEMU_IGNORE_ALL)) {
        signal(SIGTERM, SIG_IGN);
    }
    while (is(FAKE_QEMU_MUTE)) {
        pause();
    }
    serial_listener = listen_at("serial.sock");
    usleep(20000); /* the client must cope with sockets that are not there yet */
    qmp_listener = listen_at("qmp.sock");
    qmp_fd = accept(qmp_listener, NULL, NULL);
    if (is(FAKE_QEMU_DIE_GREETING)) {
        fputs("fake: no memory\n", stderr);
        _exit(4);
    }
    while (is(FAKE_QEMU_NO_GREETING)) {
        pause();
    }
    if (is(FAKE_QEMU_LINGER)) {
        leave_child_behind();
    }
    say(qmp_fd, GREETING);
    /* The client negotiates before it connects the console. */
    serve_lines(1);
    serial_fd = accept(serial_listener, NULL, NULL);
    serve_lines(G_MAXUINT);
    _exit(0);
}

/* Before Criterion's main(), so that no test runs in the stand-in. */
__attribute__((constructor)) static void become_fake_qemu(void)
{
    mode = g_getenv(FAKE_QEMU_VARIABLE);
    if (mode) {
        fake_qemu();
    }
}
