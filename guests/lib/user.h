/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Ring 3. On a page-table-based KVM (PVM) ring 0 of these guests is emulated, instruction by
 * instruction, while ring 3 in long mode runs on the processor itself: 10,000 times as fast. Code
 * that keeps a vCPU busy belongs there; on other hosts it makes no difference.
 */
#ifndef GUESTS_LIB_USER_H
#define GUESTS_LIB_USER_H

#include <stdint.h>

/* Runs code(argument) in ring 3 on the calling vCPU's stack, interrupts off. It may use all RAM
 * below 3 GiB, but no ports or devices. There is no way back: `code` must not return. */
void user_run(void (*code)(uintptr_t argument), uintptr_t argument) __attribute__((noreturn));

/* The same with a way back: returns what code(argument) returned in ring 3. `number` is the calling
 * vCPU's. Costs an exception, so it is not for work of less than a millisecond. */
uint64_t user_call(uint64_t (*code)(uintptr_t argument), uintptr_t argument, unsigned number);

#endif
