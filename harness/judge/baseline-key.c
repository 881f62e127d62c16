/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/baseline-key.h"

SyKeyPart *sy_key_part_of_text(const char *name, const char *text, const char *what)
{
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

    return sy_key_part_new(name, sum, what);
}

static const char *or_unknown(const char *text)
{
    return text ? text : "unknown";
}

SyKeyPart *sy_key_part_of_emulator(const SyBuildInfo *emulator)
{
    g_autofree char *what =
        g_strdup_printf("QEMU %s (%s, %s)", or_unknown(emulator->qemu_version),
                        or_unknown(emulator->upstream), or_unknown(emulator->flavor));
    g_autofree char *text = g_strdup_printf("%s\n%s", what, or_unknown(emulator->configure));

    return sy_key_part_of_text("emulator", text, what);
}

char *sy_baseline_key(const GPtrArray *parts)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    for (guint i = 0; i < parts->len; i++) {
        const SyKeyPart *part = g_ptr_array_index(parts, i);
        g_autofree char *line = g_strdup_printf("%s %s\n", part->name, part->sha256);

        g_checksum_update(sum, (const guchar *)line, -1);
    }
    return g_strdup(g_checksum_get_string(sum));
}
