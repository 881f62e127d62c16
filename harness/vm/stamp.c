/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/stamp.h"

#include <stdbool.h>
#include <string.h>

#define STAMP_WORD "steelyard "

/*
 * If `*cursor` begins with `keyword`, returns the text after it up to `end` (NULL: up to the end of
 * the string) and moves `*cursor` past it; else NULL. The caller frees.
 */
static char *field(const char **cursor, const char *keyword, const char *end)
{
    const char *from, *to;

    if (!g_str_has_prefix(*cursor, keyword)) {
        return NULL;
    }
    from = *cursor + strlen(keyword);
    to = end ? strstr(from, end) : from + strlen(from);
    if (!to) {
        return NULL;
    }
    *cursor = end ? to + strlen(end) : to;
    return g_strndup(from, (gsize)(to - from));
}

static bool is_sha256(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static SyStamp *parse_at(const char *at, bool in_parentheses)
{
    static const char *const flavors[] = {"modded", "stock", "asan", NULL};
    g_autoptr(SyStamp) stamp = g_new0(SyStamp, 1);
    const char *cursor = at;
    gsize length;

    if (!(stamp->flavor = field(&cursor, STAMP_WORD, "; ")) ||
        !(stamp->upstream = field(&cursor, "upstream ", "; ")) ||
        !(stamp->mods_sha256 = field(&cursor, "mods ", "; ")) ||
        !(stamp->configure = field(&cursor, "configure", NULL))) {
        return NULL;
    }
    /* If the configure line is empty, only what surrounds the stamp may follow. */
    if (*stamp->configure && !strchr(" )\r\n", *stamp->configure)) {
        return NULL;
    }
    if (!g_strv_contains(flavors, stamp->flavor)) {
        return NULL;
    }
    if (g_str_equal(stamp->mods_sha256, "none")) {
        g_clear_pointer(&stamp->mods_sha256, g_free);
    } else if (!is_sha256(stamp->mods_sha256)) {
        return NULL;
    }
    stamp->configure[strcspn(stamp->configure, "\r\n")] = '\0';
    g_strstrip(stamp->configure);
    length = strlen(stamp->configure);
    if (in_parentheses && length > 0 && stamp->configure[length - 1] == ')') {
        stamp->configure[length - 1] = '\0';
    }
    return *stamp->upstream ? g_steal_pointer(&stamp) : NULL;
}

SyStamp *sy_stamp_parse(const char *text)
{
    for (const char *at = text; (at = strstr(at, STAMP_WORD)); at++) {
        SyStamp *stamp = parse_at(at, at > text && at[-1] == '(');

        if (stamp) {
            return stamp;
        }
    }
    return NULL;
}

void sy_stamp_free(SyStamp *stamp)
{
    if (!stamp) {
        return;
    }
    g_free(stamp->flavor);
    g_free(stamp->upstream);
    g_free(stamp->mods_sha256);
    g_free(stamp->configure);
    g_free(stamp);
}
