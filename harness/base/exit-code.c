/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/exit-code.h"

#include <stddef.h>

#define ROW(NAME, number, word, html_class, meaning) {SY_EXIT_##NAME, word, html_class, meaning},
const SyExitCodeRow sy_exit_codes[] = {SY_EXIT_CODES(ROW){0}};
#undef ROW

static const SyExitCodeRow *find(int exit_code)
{
    static const SyExitCodeRow unfinished = {.word = "unfinished", .html_class = "error"};

    for (const SyExitCodeRow *row = sy_exit_codes; row->word; row++) {
        if ((int)row->code == exit_code) {
            return row;
        }
    }
    return &unfinished;
}

const char *sy_exit_code_word(int exit_code)
{
    return find(exit_code)->word;
}

const char *sy_exit_code_html_class(int exit_code)
{
    return find(exit_code)->html_class;
}
