/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The 16550 at COM1, polled.
 */
#include "lib/io.h"
#include "lib/serial.h"
#include "lib/text.h"

#define COM1 0x3F8
#define UART_DATA (COM1 + 0) /* divisor, low byte, while DLAB is set */
#define UART_IER (COM1 + 1)  /* divisor, high byte, while DLAB is set */
#define UART_FCR (COM1 + 2)
#define UART_LCR (COM1 + 3)
#define UART_MCR (COM1 + 4)
#define UART_LSR (COM1 + 5)

#define LCR_8N1 0x03
#define LCR_DLAB 0x80
#define FCR_ENABLE_AND_CLEAR 0x07
#define MCR_DTR_RTS 0x03
#define LSR_DATA_READY 0x01
#define LSR_THR_EMPTY 0x20
#define NO_PORT 0xFF

void serial_init(void)
{
    io_out8(UART_IER, 0);
    io_out8(UART_LCR, LCR_DLAB | LCR_8N1);
    io_out8(UART_DATA, 1); /* 115200 baud */
    io_out8(UART_IER, 0);
    io_out8(UART_LCR, LCR_8N1);
    io_out8(UART_FCR, FCR_ENABLE_AND_CLEAR);
    io_out8(UART_MCR, MCR_DTR_RTS);
}

void serial_put(const char *text)
{
    for (; *text; text++) {
        /* A missing port reads as all ones, so this does not hang without one. */
        while (!(io_in8(UART_LSR) & LSR_THR_EMPTY)) {
            cpu_relax();
        }
        io_out8(UART_DATA, (uint8_t)*text);
    }
}

int serial_get(void)
{
    const uint8_t status = io_in8(UART_LSR);

    return status != NO_PORT && status & LSR_DATA_READY ? io_in8(UART_DATA) : -1;
}

void serial_put_dec(uint64_t number)
{
    char text[TEXT_DEC_SIZE];

    serial_put(text_dec(text, number));
}

void serial_put_hex64(uint64_t number)
{
    char text[TEXT_HEX64_SIZE];

    serial_put("0x");
    serial_put(text_hex64(text, number));
}
