/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image-tool.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"

/* More than any of them prints; limits the memory that a broken one can take. */
#define OUTPUT_MAX (4 << 20)

/* env -u LD_X... LC_ALL=C PROGRAM... */
static GPtrArray *with_environment(const char *const *argv)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) names = g_listenv();

    g_ptr_array_add(all, g_strdup("env"));
    for (guint i = 0; names[i]; i++) {
        if (g_str_has_prefix(names[i], "LD_")) {
            g_ptr_array_add(all, g_strdup("-u"));
            g_ptr_array_add(all, g_strdup(names[i]));
        }
    }
    g_ptr_array_add(all, g_strdup("LC_ALL=C"));
    for (guint i = 0; argv[i]; i++) {
        g_ptr_array_add(all, g_strdup(argv[i]));
    }
    g_ptr_array_add(all, NULL);
    return all;
}

static bool wait_for(SyChild *child, const char *name, int64_t limit_ns, GError **error)
{
    int64_t deadline = sy_now_ns() + limit_ns;

    while (!sy_child_wait(child, MIN(deadline, sy_now_ns() + 100 * SY_NS_PER_MS))) {
        if (sy_cancelled(error)) {
            return false;
        }
        if (sy_now_ns() >= deadline) {
            g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT,
                        "making an image: %s did not end within %.0f s", name,
                        (double)limit_ns / SY_NS_PER_S);
            return false;
        }
    }
    return true;
}

static char *read_back(int fd)
{
    g_autofree char *text = g_malloc(OUTPUT_MAX + 1);
    gsize length = 0;
    ssize_t n;

    while ((n = pread(fd, text + length, OUTPUT_MAX - length, (off_t)length)) > 0) {
        length += (gsize)n;
    }
    return g_strndup(text, length);
}

/* The output goes into a file in memory, which the child opens through its /proc: nothing stays
 * behind on a disk, whatever happens. */
static char *run_into(int fd, const char *const *argv, int64_t limit_ns, bool *succeeded,
                      GError **error)
{
    g_autofree char *output = g_strdup_printf("/proc/self/fd/%d", fd);
    g_autoptr(GPtrArray) all = with_environment(argv);
    SyChildOptions options = {.output_path = output};
    g_autoptr(SyChild) child = sy_child_spawn((const char *const *)all->pdata, &options, error);

    if (!child || !wait_for(child, argv[0], limit_ns, error)) {
        return NULL;
    }
    if (succeeded) {
        *succeeded = sy_child_succeeded(child);
    }
    return read_back(fd);
}

char *sy_image_tool_run(const char *const *argv, int64_t limit_ns, bool *succeeded, GError **error)
{
    g_autofree char *found = g_find_program_in_path(argv[0]);
    char *text;
    int fd;

    if (!found) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "making an image needs %s, which is missing; `make deps` installs it", argv[0]);
        return NULL;
    }
    fd = memfd_create("steelyard-image", MFD_CLOEXEC);
    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot make a file in memory for", argv[0]);
        return NULL;
    }
    text = run_into(fd, argv, limit_ns, succeeded, error);
    close(fd);
    return text;
}
