/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Program 0, the menu, which runs the others by their numbers; and the start of all of them. */
#include "minikvm/os/user/user.h"

/* Numbers count from 1; those of probes.c begin here. */
#define FIRST_PROBE 100

/* Called by start.S. */
int user_main(unsigned number);

/* The number of the program with this word in its menu, or 0. */
static unsigned find(const char *word, const struct program *table, unsigned first)
{
    for (unsigned i = 0; table[i].word; i++) {
        if (equal(word, table[i].word)) {
            return first + i;
        }
    }
    return 0;
}

static void show(void)
{
    put('\n');
    for (unsigned i = 0; programs[i].word; i++) {
        put_text(programs[i].word);
        put(' ');
        put_text(programs[i].title);
        put('\n');
    }
    put_text("0 exit\n> ");
}

static int menu(void)
{
    char line[LINE];

    for (;;) {
        unsigned number;

        show();
        if (!get_line(line) || equal(line, "0")) {
            put_text("Bye.\n");
            return 0;
        }
        number = find(line, programs, 1);
        if (!number) {
            number = find(line, probes, FIRST_PROBE);
        }
        if (!number) {
            put_text("No such program.\n");
        } else if (call_kernel(CALL_RUN, number, 0) == NO_ROOM) {
            put_text("No room.\n");
        }
    }
}

/* The program in this place of the table, or NULL. */
static const struct program *row(const struct program *table, unsigned index)
{
    for (unsigned i = 0; i <= index; i++) {
        if (!table[i].word) {
            return 0;
        }
    }
    return &table[index];
}

int user_main(unsigned number)
{
    const struct program *program;
    int status;

    if (number == 0) {
        status = menu();
    } else {
        program =
            number < FIRST_PROBE ? row(programs, number - 1) : row(probes, number - FIRST_PROBE);
        status = program ? program->run(number) : 0xff;
    }
    put_flush();
    return status;
}
