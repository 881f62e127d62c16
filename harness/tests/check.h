/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What many tests ask: is this the error that was meant, and a folder of their own. */
#ifndef SY_TESTS_CHECK_H
#define SY_TESTS_CHECK_H

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "base/fs.h"

/* `error` is set, of kind `code`, its message contains `text`; it is cleared. */
#define check_error(error, error_code, text)                                                       \
    do {                                                                                           \
        cr_assert_not_null(error, "no error was set");                                             \
        cr_assert(g_error_matches(error, SY_ERROR, error_code), "kind %d: %s", (error)->code,      \
                  (error)->message);                                                               \
        cr_assert_not_null(strstr((error)->message, text), "\"%s\" is not in: %s", text,           \
                           (error)->message);                                                      \
        g_clear_error(&(error));                                                                   \
    } while (0)

#define check_no_error(error) cr_assert_null(error, "%s", (error) ? (error)->message : "")

/* A new empty folder; check_folder_remove() removes it with all that is in it, and frees the name.
 */
static inline char *check_folder(void)
{
    char *path = g_dir_make_tmp("steelyard-test-XXXXXX", NULL);

    cr_assert_not_null(path);
    return path;
}

static inline void check_folder_remove(char *path)
{
    sy_fs_remove_tree(path);
    g_free(path);
}

#endif
