/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines from inside a lab: an accepted one is the same after it was written and read again. */
#include "run/lab-event.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *line = g_strndup((const char *)data, size);
    g_auto(SyLabEvent) event = {0};

    if (sy_lab_event_parse(line, &event, NULL)) {
        g_autofree char *first = sy_lab_event_text(&event);
        g_auto(SyLabEvent) again = {0};
        g_autofree char *second = NULL;

        g_assert_true(sy_lab_event_parse(first, &again, NULL));
        second = sy_lab_event_text(&again);
        g_assert_cmpstr(first, ==, second);
    }
    return 0;
}
