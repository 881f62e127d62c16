/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What guests write and read. Each vCPU has a console; stdin and stdout are the process's. */
#ifndef MINIKVM_VMM_CONSOLE_H
#define MINIKVM_VMM_CONSOLE_H

#include <stdint.h>

#include "workloads/minikvm/vmm/options.h"

typedef struct {
    const MkOptions *options;
    const volatile int *stop; /* once not 0, which comes with signals, nothing blocks */
    uint64_t bytes;           /* written */

    /* Kept for the report (--json), else only until they are written to stdout. */
    uint8_t *kept;
    size_t kept_bytes, room;
    bool failed; /* stdout, or memory for .kept, ran out */

    /* The end of the output, in which texts are looked for. */
    uint8_t tail[2 * MK_MAX_TEXT_BYTES];
    size_t tail_bytes;
    uint32_t expected, forbidden; /* one bit for each text that was seen */
} MkConsole;

typedef enum { MK_INPUT_BYTE, MK_INPUT_END, MK_INPUT_STOPPED } MkInput;

/* Writes a byte of the guest. With several vCPUs whole lines reach stdout. */
void mk_console_put(MkConsole *console, uint8_t byte);

/* Brings to stdout what is kept for it. */
void mk_console_flush(MkConsole *console);

/* Waits for a byte of stdin, and stores it. */
MkInput mk_console_get(MkConsole *console, uint8_t *byte);

/* Is there a byte of stdin, or its end? Does not block. */
bool mk_console_ready(MkConsole *console);

void mk_console_free(MkConsole *console);

#endif
