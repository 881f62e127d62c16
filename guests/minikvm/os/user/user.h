/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What user programs share. They see nothing of the kernel but abi.h. */
#ifndef MINIKVM_OS_USER_H
#define MINIKVM_OS_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "minikvm/os/abi.h"

#define LINE 80

/* A program: what one types in the menu, what the menu says of it, and what it does. It gets its
 * own number, and returns its status. */
struct program {
    const char *word;
    const char *title;
    int (*run)(unsigned number);
};

/* start.S: makes a system call. */
int call_kernel(unsigned number, uintptr_t first, uintptr_t second);

/* ---- lib.c */

/* Output is kept until it is 512 bytes, the program reads or ends, or calls put_flush(). */
void put_flush(void);
void put(char byte);
void put_text(const char *text);
void put_number(int number);

/* Reads a line without its end; false at the end of the input. What is longer than LINE - 1 is
 * lost. */
bool get_line(char line[LINE]);

bool equal(const char *a, const char *b);

/* ---- programs.c, probes.c: tables that end with a program without a word */

/* The nine of the menu, and those that try the kernel, which the menu runs without showing them. */
extern const struct program programs[];
extern const struct program probes[];

#endif
