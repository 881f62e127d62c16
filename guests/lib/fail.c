/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The only way a guest fails: a line that says why, then silence.
 */
#include "lib/apic.h"
#include "lib/guest.h"
#include "lib/io.h"
#include "lib/serial.h"

#define DEBUG_EXIT_PORT 0xF4

/* With isa-debug-exit QEMU exits with status (value << 1) | 1. Without the device the write has no
 * effect. */
#define DEBUG_EXIT_FAIL 1

static void stop(void) __attribute__((noreturn));
static void stop(void)
{
    io_out8(DEBUG_EXIT_PORT, DEBUG_EXIT_FAIL);
    cpu_stop();
}

static void begin(void)
{
    apic_init_others();
    serial_put(guest_name);
    serial_put(": error: ");
}

void guest_fail(const char *message)
{
    begin();
    serial_put(message);
    serial_put("\n");
    stop();
}

void guest_fail_number(const char *before, uint64_t number, const char *after)
{
    begin();
    serial_put(before);
    serial_put_dec(number);
    serial_put(after);
    serial_put("\n");
    stop();
}
