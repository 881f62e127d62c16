/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

/*
 * LeakSanitizer asks this at the end of a process. Criterion's runner loses 48 bytes of its own
 * when it has run for longer than a test's time-out (the request to end that test, long cancelled);
 * the tests themselves run in processes of theirs, which BXFI_MAP in the environment tells apart,
 * and there every leak counts.
 */
int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
    return getenv("BXFI_MAP") == NULL;
}
