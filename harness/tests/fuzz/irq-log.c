/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a file of the IRQ log: ascending records, or an error that names the line. */
#include "observe/irq-log.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_data(data, (gssize)size, NULL);
    g_autoptr(GError) error = NULL;
    guint64 others = 0, last = 0;
    g_autoptr(GArray) records = sy_irq_log_read_stream(stream, "log", &others, &error);

    g_assert((records == NULL) == (error != NULL));
    g_assert(!error || g_str_has_prefix(error->message, "log:"));
    for (guint i = 0; records && i < records->len; i++) {
        const SyIrqRecord *r = &g_array_index(records, SyIrqRecord, i);

        g_assert(r->sequence > last && r->handler != SY_IRQ_OTHER);
        last = r->sequence;
    }
    return 0;
}
