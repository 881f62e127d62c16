/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's output: QMP messages, and the stamp in query-version. */
#include "tests/fuzz/fuzz.h"
#include "vm/json.h"
#include "vm/stamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(JsonObject) object = sy_json_parse_object(text, strlen(text));
    g_autoptr(SyStamp) stamp = sy_stamp_parse(text);

    g_assert(!stamp || stamp->flavor);
    g_assert(!object || json_object_get_size(object) <= size);
    return 0;
}
