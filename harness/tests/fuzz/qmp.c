/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's output: QMP messages, on one line or many, and the stamp in query-version. */
#include "tests/fuzz/fuzz.h"
#include "vm/json.h"
#include "vm/qmp-message.h"
#include "vm/stamp.h"

#define LIMIT 2048

/* What is put together out of the lines of `text` is no longer than they are, and never too long
 * without being returned. */
static void put_together(const char *text)
{
    g_auto(GStrv) all = g_strsplit(text, "\n", -1);
    SyQmpLines lines = {0};

    for (char **line = all; *line; line++) {
        gsize length = strlen(*line);

        if (sy_qmp_lines_add(&lines, LIMIT, line, &length)) {
            g_assert(!sy_qmp_lines_open(&lines) && strlen(*line) == length);
            g_assert(length <= strlen(text));
        } else {
            g_assert(sy_qmp_lines_open(&lines) && lines.text->len <= LIMIT);
        }
    }
    sy_qmp_lines_clear(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(JsonObject) object = sy_json_parse_object(text, strlen(text));
    g_autoptr(SyStamp) stamp = sy_stamp_parse(text);

    g_assert(!stamp || stamp->flavor);
    g_assert(!object || json_object_get_size(object) <= size);
    put_together(text);
    return 0;
}
