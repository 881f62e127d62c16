/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/pages/dump-path.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "vm/phys-pages.h"

/* In the lab QEMU itself runs on an emulated machine. */
#define LIMIT_NS (60 * SY_NS_PER_S)

static const char *const names[] = {
    [DUMP_ROWS] = "rows",
    [DUMP_BASE64] = "base64",
    [DUMP_PMEMSAVE] = "pmemsave",
    [DUMP_XP] = "xp",
    [DUMP_GUEST_MEMORY] = "dump-guest-memory",
};

DumpPath dump_path_of(const char *name)
{
    gsize i = 0;

    while (strcmp(names[i], name) != 0) {
        i++;
        g_assert(i < G_N_ELEMENTS(names));
    }
    return (DumpPath)i;
}

bool dump_file_open(DumpFile *file, GError **error)
{
    file->fd = memfd_create("steelyard-dump", MFD_CLOEXEC);
    if (file->fd < 0) {
        sy_error_set_io(error, errno, "cannot create", "a file in memory");
        return false;
    }
    file->name = g_strdup_printf("/proc/%d/fd/%d", (int)getpid(), file->fd);
    return true;
}

void dump_file_close(DumpFile *file)
{
    close(file->fd);
    g_clear_pointer(&file->name, g_free);
}

static bool written(const DumpFile *file, DumpPath path, gsize bytes, GError **error)
{
    struct stat st;

    if (fstat(file->fd, &st) == 0 && st.st_size >= (off_t)bytes) {
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                "%s wrote fewer than the %zu bytes it should have written", names[path], bytes);
    return false;
}

static char *arguments_of(DumpPath path, const DumpFile *file, uint64_t base, guint pages)
{
    const guint64 bytes = (guint64)pages * SY_PHYS_PAGE_BYTES;
    g_autofree char *count = NULL;

    switch (path) {
    case DUMP_ROWS:
    case DUMP_BASE64:
        /* Arguments with their default values are left out: QEMU reads a request byte by byte, at
         * up to 8 us each on a slow host. */
        count = pages > 1 ? g_strdup_printf(",\"num-pages\":%u", pages) : NULL;
        return g_strdup_printf("{\"addr\":%" G_GUINT64_FORMAT "%s%s}", (guint64)base,
                               count ? count : "",
                               path == DUMP_BASE64 ? ",\"format\":\"base64\"" : "");
    case DUMP_PMEMSAVE:
        return g_strdup_printf("{\"val\":%" G_GUINT64_FORMAT ",\"size\":%" G_GUINT64_FORMAT
                               ",\"filename\":\"%s\"}",
                               (guint64)base, bytes, file->name);
    case DUMP_XP:
        return g_strdup_printf("{\"command-line\":\"xp /%" G_GUINT64_FORMAT
                               "gx 0x%" G_GINT64_MODIFIER "x\"}",
                               bytes / 8, (guint64)base);
    case DUMP_GUEST_MEMORY:
        return g_strdup_printf(
            "{\"paging\":false,\"protocol\":\"file:%s\",\"begin\":%" G_GUINT64_FORMAT
            ",\"length\":%" G_GUINT64_FORMAT "}",
            file->name, (guint64)base, bytes);
    }
    g_assert_not_reached();
}

bool dump_path_run(DumpPath path, SyVm *vm, const DumpFile *file, uint64_t base, guint pages,
                   DumpCost *cost, GError **error)
{
    static const char *const commands[] = {
        [DUMP_ROWS] = "query-phys-pages",
        [DUMP_BASE64] = "query-phys-pages",
        [DUMP_PMEMSAVE] = "pmemsave",
        [DUMP_XP] = "human-monitor-command",
        [DUMP_GUEST_MEMORY] = "dump-guest-memory",
    };
    g_autofree char *arguments = arguments_of(path, file, base, pages);
    SyQmp *qmp = sy_vm_qmp(vm);
    g_autoptr(JsonNode) reply =
        sy_qmp_execute_text(qmp, commands[path], arguments, LIMIT_NS, error);
    SyQmpReply took;

    if (!reply) {
        return false;
    }
    took = sy_qmp_last_reply(qmp);
    *cost = (DumpCost){.ns = took.arrived_ns - took.sent_ns, .reply_bytes = took.bytes};
    return (path != DUMP_PMEMSAVE && path != DUMP_GUEST_MEMORY) ||
           written(file, path, (gsize)pages * SY_PHYS_PAGE_BYTES, error);
}
