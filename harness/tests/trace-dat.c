/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/trace-dat.h"

#include <criterion/criterion.h>
#include <string.h>

#define PAGE 4096
#define PAGE_HEAD 16
#define OPTION_BUFFER 3

static void add(GByteArray *out, const void *data, gsize size)
{
    g_byte_array_append(out, data, (guint)size);
}

static void add_u16(GByteArray *out, guint16 value)
{
    add(out, &value, sizeof(value));
}

static void add_u32(GByteArray *out, guint32 value)
{
    add(out, &value, sizeof(value));
}

static void add_u64(GByteArray *out, guint64 value)
{
    add(out, &value, sizeof(value));
}

/* With its NUL. */
static void add_string(GByteArray *out, const char *text)
{
    add(out, text, strlen(text) + 1);
}

static void add_sized(GByteArray *out, const char *text)
{
    add_u64(out, strlen(text));
    add(out, text, strlen(text));
}

static void add_head(GByteArray *out)
{
    static const guint8 native[] = {G_BYTE_ORDER == G_BIG_ENDIAN, sizeof(long)};

    add(out, "\x17\x08\x44tracing", 10);
    add_string(out, "6");
    add(out, native, sizeof(native));
    add_u32(out, PAGE);
    add_string(out, "header_page");
    add_sized(out, "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
                   "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
                   "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
                   "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n");
    add_string(out, "header_event");
    add_sized(out, "# compressed entry header\n\ttype_len    :    5 bits\n"
                   "\ttime_delta  :   27 bits\n\tarray       :   32 bits\n\n"
                   "\tpadding     : type == 29\n\ttime_extend : type == 30\n"
                   "\ttime_stamp : type == 31\n\tdata max type_len  == 28\n");
}

static void add_formats(GByteArray *out, const TraceDatEvent *events)
{
    guint described = 0;

    for (guint n = 0; events[n].system; n++) {
        described += events[n].name != NULL;
    }
    add_u32(out, 0); /* of ftrace's own events */
    add_u32(out, described);
    for (guint n = 0; events[n].system; n++) {
        g_autofree char *format = NULL;

        if (!events[n].name) {
            continue;
        }
        format = g_strdup_printf(
            "name: %s\nID: %u\nformat:\n"
            "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
            "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
            "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
            "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
            "\tfield:u32 n;\toffset:8;\tsize:4;\tsigned:0;\n\n"
            "print fmt: \"%%u\", REC->n\n",
            events[n].name, TRACE_DAT_ID(n));
        add_string(out, events[n].system);
        add_u32(out, 1);
        add_sized(out, format);
    }
}

/* One CPU's records, whole pages of the kernel's ring buffer. */
static GByteArray *pages_of(const TraceDatEvent *events, bool instance, guint cpu)
{
    GByteArray *pages = g_byte_array_new();
    guint64 time = 1000, used = PAGE;

    for (guint n = 0; events[n].system; n++) {
        guint count = instance ? events[n].instance[cpu] : events[n].main[cpu];

        for (guint i = 0; i < count; i++) {
            const guint32 record[] = {
                7 << 5 | 3, /* 7 ns later, three words of data */
                TRACE_DAT_ID(n),
                1,
                i,
            };

            if (used + sizeof(record) > PAGE) {
                g_byte_array_set_size(pages, (pages->len + PAGE - 1) / PAGE * PAGE);
                add_u64(pages, time);
                add_u64(pages, 0);
                used = PAGE_HEAD;
            }
            add(pages, record, sizeof(record));
            used += sizeof(record);
            *(guint64 *)(gpointer)(pages->data + (pages->len - 1) / PAGE * PAGE + 8) =
                used - PAGE_HEAD;
            time += 7;
        }
    }
    while (pages->len % PAGE) {
        g_byte_array_append(pages, (const guint8 *)"", 1);
    }
    return pages;
}

/* Where each CPU's data will be: filled in by add_data(). Returns the table's place. */
static guint add_places(GByteArray *out)
{
    add_string(out, "flyrecord");
    for (guint cpu = 0; cpu < TRACE_DAT_CPUS; cpu++) {
        add_u64(out, 0);
        add_u64(out, 0);
    }
    return out->len - TRACE_DAT_CPUS * 2 * (guint)sizeof(guint64);
}

static void add_data(GByteArray *out, guint places, const TraceDatEvent *events, bool instance)
{
    for (guint cpu = 0; cpu < TRACE_DAT_CPUS; cpu++) {
        g_autoptr(GByteArray) pages = pages_of(events, instance, cpu);
        guint64 place[2];

        while (out->len % PAGE) {
            g_byte_array_append(out, (const guint8 *)"", 1);
        }
        place[0] = out->len;
        place[1] = pages->len;
        memcpy(out->data + places + cpu * sizeof(place), place, sizeof(place));
        add(out, pages->data, pages->len);
    }
}

void trace_dat_write(const char *path, const TraceDatEvent *events)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    guint option, places_main, places_instance;
    guint64 where;

    add_head(out);
    add_formats(out, events);
    add_u32(out, 0); /* kallsyms */
    add_u32(out, 0); /* printk */
    add_u64(out, 0); /* command names */
    add_u32(out, TRACE_DAT_CPUS);
    add_string(out, "options  ");
    add_u16(out, OPTION_BUFFER);
    add_u32(out, sizeof(guint64) + sizeof("one"));
    option = out->len;
    add_u64(out, 0);
    add_string(out, "one");
    add_u16(out, 0);
    places_main = add_places(out);
    add_data(out, places_main, events, false);
    where = out->len;
    memcpy(out->data + option, &where, sizeof(where));
    places_instance = add_places(out);
    add_data(out, places_instance, events, true);
    cr_assert(g_file_set_contents(path, (const char *)out->data, out->len, NULL));
}
