/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/qmp-message.h"

#include <string.h>

char *sy_qmp_object_text(JsonObject *object)
{
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);

    json_node_set_object(root, object);
    return json_to_string(root, FALSE);
}

char *sy_qmp_compose(const char *command, const char *arguments, gint64 id)
{
    g_autoptr(JsonObject) message = json_object_new();
    g_autofree char *text = NULL;

    json_object_set_string_member(message, "execute", command);
    json_object_set_int_member(message, "id", id);
    text = sy_qmp_object_text(message);
    if (!arguments) {
        return g_strconcat(text, "\r\n", NULL);
    }
    text[strlen(text) - 1] = '\0'; /* the closing brace, to add one more member before it */
    return g_strconcat(text, ",\"arguments\":", arguments, "}\r\n", NULL);
}

char *sy_qmp_raw_return(const char *line, gsize length, gint64 id)
{
    static const char begin[] = "{\"return\": ";
    g_autofree char *end = g_strdup_printf(", \"id\": %" G_GINT64_FORMAT "}", id);

    length -= length > 0 && line[length - 1] == '\r';
    if (length < strlen(begin) + strlen(end) || !g_str_has_prefix(line, begin) ||
        memcmp(line + length - strlen(end), end, strlen(end)) != 0) {
        return NULL;
    }
    return g_strndup(line + strlen(begin), length - strlen(begin) - strlen(end));
}

static bool begins_many_lines(const char *line, gsize length)
{
    gsize indent = strspn(line, " \t");

    return line[indent] == '{' && indent + 1 + strspn(line + indent + 1, " \t\r") == length;
}

bool sy_qmp_lines_open(const SyQmpLines *lines)
{
    return lines->text != NULL;
}

void sy_qmp_lines_clear(SyQmpLines *lines)
{
    if (lines->text) {
        g_string_free(lines->text, TRUE);
    }
    *lines = (SyQmpLines){0};
}

bool sy_qmp_lines_add(SyQmpLines *lines, gsize limit, char **line, gsize *length)
{
    if (!lines->text) {
        if (!begins_many_lines(*line, *length)) {
            return true;
        }
        lines->text = g_string_new(NULL);
    } else {
        g_string_append_c(lines->text, '\n');
    }
    g_string_append_len(lines->text, *line, (gssize)*length);
    /* QEMU escapes line ends in strings, so a string that is open here is not QEMU's. */
    if (sy_json_scan(&lines->scan, *line, *length) == SY_JSON_OPEN && !lines->scan.in_string &&
        lines->text->len <= limit) {
        return false;
    }
    g_free(*line);
    *length = lines->text->len;
    *line = g_string_free(g_steal_pointer(&lines->text), FALSE);
    sy_qmp_lines_clear(lines);
    return true;
}
