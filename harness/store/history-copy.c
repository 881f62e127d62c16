/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/history-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"

#define QUIET_LIMIT_NS (10 * SY_NS_PER_S)
#define AGAIN_NS (50 * SY_NS_PER_MS)

/* The database and its log, in the order in which they are copied. */
static const char *const suffixes[] = {"", "-wal"};
#define FILES G_N_ELEMENTS(suffixes)

bool sy_history_writable(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);

    return faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0 &&
           faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
}

/* What changes whenever one of the files is written; zeros for one that is not there. */
typedef struct {
    struct {
        ino_t inode;
        off_t size;
        struct timespec changed;
    } file[FILES];
} State;

static State take_state(const char *path)
{
    State state;

    memset(&state, 0, sizeof(state)); /* padding too, because memcmp() compares it */
    for (gsize i = 0; i < FILES; i++) {
        g_autofree char *name = g_strconcat(path, suffixes[i], NULL);
        struct stat st;

        if (stat(name, &st) == 0) {
            state.file[i].inode = st.st_ino;
            state.file[i].size = st.st_size;
            state.file[i].changed = st.st_mtim;
        }
    }
    return state;
}

static bool copy_file(const char *from, const char *to, bool required, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *data = NULL;
    gsize length;

    if (!g_file_get_contents(from, &data, &length, &cause)) {
        if (!required && g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
            unlink(to);
            return true;
        }
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read the history: %s", cause->message);
        return false;
    }
    if (!g_file_set_contents_full(to, data, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600,
                                  &cause)) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO,
                    "cannot copy %s, which this user may only read: %s; set TMPDIR to a folder "
                    "with room for it",
                    from, cause->message);
        return false;
    }
    return true;
}

static bool copy_files(const char *path, const char *copy, GError **error)
{
    for (gsize i = 0; i < FILES; i++) {
        g_autofree char *from = g_strconcat(path, suffixes[i], NULL);
        g_autofree char *to = g_strconcat(copy, suffixes[i], NULL);

        if (!copy_file(from, to, i == 0, error)) {
            return false;
        }
    }
    return true;
}

/* Copies until both files have stayed as they were meanwhile. */
static bool copy_quiet(const char *path, const char *copy, GError **error)
{
    int64_t deadline_ns = sy_now_ns() + QUIET_LIMIT_NS;

    for (;;) {
        State before = take_state(path), after;

        if (!copy_files(path, copy, error)) {
            return false;
        }
        after = take_state(path);
        if (memcmp(&before, &after, sizeof(before)) == 0) {
            return true;
        }
        if (sy_now_ns() >= deadline_ns) {
            g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT,
                        "%s has been written for %d s on end, and this user may only read it; try "
                        "again later",
                        path, (int)(QUIET_LIMIT_NS / SY_NS_PER_S));
            return false;
        }
        if (!sy_sleep_until_ns(sy_now_ns() + AGAIN_NS, error)) {
            return false;
        }
    }
}

char *sy_history_copy(const char *path, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *folder = g_dir_make_tmp("steelyard-history-XXXXXX", &cause);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *copy = NULL;

    if (!folder) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO,
                    "cannot copy %s, which this user may only read: %s; set TMPDIR to a folder "
                    "this user may write",
                    path, cause->message);
        return NULL;
    }
    copy = g_build_filename(folder, name, NULL);
    if (!copy_quiet(path, copy, error)) {
        sy_fs_remove_tree(folder);
        return NULL;
    }
    return g_steal_pointer(&copy);
}
