/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "minikvm/os/user/user.h"

static char kept[512];
static unsigned kept_bytes;

void put_flush(void)
{
    if (kept_bytes) {
        call_kernel(CALL_WRITE, (uintptr_t)kept, kept_bytes);
        kept_bytes = 0;
    }
}

void put(char byte)
{
    kept[kept_bytes++] = byte;
    if (kept_bytes == sizeof(kept)) {
        put_flush();
    }
}

void put_text(const char *text)
{
    while (*text) {
        put(*text++);
    }
}

void put_number(int number)
{
    char digits[10];
    unsigned count = 0;
    unsigned rest = number < 0 ? 0U - (unsigned)number : (unsigned)number;

    if (number < 0) {
        put('-');
    }
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    while (count) {
        put(digits[--count]);
    }
}

bool get_line(char line[LINE])
{
    int bytes, more;
    char rest;

    put_flush();
    bytes = call_kernel(CALL_READ, (uintptr_t)line, LINE - 1);
    if (bytes <= 0) {
        return false;
    }
    if (line[bytes - 1] == '\n') {
        bytes--;
    } else if (bytes == LINE - 1) {
        do {
            more = call_kernel(CALL_READ, (uintptr_t)&rest, 1);
        } while (more > 0 && rest != '\n');
    }
    line[bytes] = '\0';
    return true;
}

bool equal(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}
