/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How mini-kvm ends: its exit statuses, which other programs read, and its error texts. */
#ifndef MINIKVM_VMM_STATUS_H
#define MINIKVM_VMM_STATUS_H

#include <stdbool.h>

/* Of several that apply the highest counts. */
typedef enum {
    MK_STATUS_OK = 0,      /* every vCPU ended as asked, and wrote what was expected */
    MK_STATUS_OUTPUT = 1,  /* a vCPU wrote, or ended, otherwise than asked */
    MK_STATUS_USAGE = 2,   /* the command line or an image is wrong */
    MK_STATUS_HOST = 3,    /* KVM is missing or refuses something; output cannot be written */
    MK_STATUS_TIMEOUT = 4, /* the time limit passed first */
    MK_STATUS_FAULT = 5,   /* a vCPU cannot go on: shutdown, internal error, failed entry */
} MkStatus;

/* Why a function failed; its text is one line without a newline. */
typedef struct {
    MkStatus status;
    char text[400];
} MkError;

/* Fills `error` and returns false, so that callers can return its result. */
bool mk_fail(MkError *error, MkStatus status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
