/*
 * Guest-physical memory by pages: QMP command
 *
 * The command copies the pages.  They become text only when the reply is
 * written, because as a QList of strings a page would take a megabyte.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "exec/target_page.h"
/* For memory.h and address-spaces.h: QEMU 10.1 moved them. */
#include "system/dma.h"
#include "qapi/compat-policy.h"
#include "qapi/error.h"
#include "qapi/qapi-visit-phys-pages.h"
#include "qemu/atomic.h"
#include "qobject/json-deferred.h"
#include "qobject/qnum.h"
#include "phys-pages.h"
#include "phys-text.h"
#include "trace.h"

/* Room for the names and numbers of one page, and for those of the reply */
#define PAGE_FRAME_CHARS 128
#define REPLY_FRAME_CHARS 256

typedef struct PhysPages {
    uint64_t addr;
    size_t page_size;
    unsigned num_pages;
    PhysPagesFormat format;
    bool mapped[PHYS_PAGES_MAX];
    uint8_t bytes[];
} PhysPages;

/*
 * Copy guest memory that vCPUs may be writing to: each aligned word is read in
 * one access.
 */
static void copy_words(uint8_t *to, const uint8_t *from, size_t n)
{
    while (n) {
        if (n >= 8 && QEMU_PTR_IS_ALIGNED(from, 8)) {
#ifdef CONFIG_ATOMIC64
            stq_he_p(to, qatomic_read__nocheck((const uint64_t *)from));
#else
            memcpy(to, from, 8);
#endif
            to += 8;
            from += 8;
            n -= 8;
        } else {
            *to++ = qatomic_read(from);
            from++;
            n--;
        }
    }
}

/*
 * Read a page into @to, which must be zeroed.  False if some of it is neither
 * RAM nor ROM.  Uses memory_region_find(), because address_space_translate()
 * would extend the registers of a device to the end of the page, whatever
 * comes behind them.
 */
static bool read_page(hwaddr addr, uint8_t *to, size_t size)
{
    size_t done = 0, read = 0;

    while (done < size) {
        MemoryRegionSection s = memory_region_find(get_system_memory(),
                                                   addr + done, size - done);
        size_t n = int128_get64(s.size);

        if (!s.mr) {
            break;
        }
        done = s.offset_within_address_space - addr;
        if (memory_region_supports_direct_access(s.mr)) {
            copy_words(to + done,
                       (uint8_t *)memory_region_get_ram_ptr(s.mr) +
                       s.offset_within_region, n);
            read += n;
        }
        done += n;
        memory_region_unref(s.mr);
    }
    return read == size;
}

static size_t text_chars(const PhysPages *p)
{
    return p->format == PHYS_PAGES_FORMAT_ROWS ?
        phys_text_rows_size(p->page_size) :
        phys_text_base64_size(p->page_size);
}

/*
 * Make room once, instead of doubling it with a copy each time.  Not with
 * g_realloc(), which would stay in the malloc arena of the short text: if that
 * is another thread's, malloc_trim() cannot release its end.
 */
static void reserve(GString *text, size_t more)
{
    size_t size = text->len + more + 1;
    char *str = g_malloc(size);

    memcpy(str, text->str, text->len + 1);
    g_free(text->str);
    text->str = str;
    text->allocated_len = size;
}

static void write_bytes(JSONWriter *writer, const PhysPages *p, unsigned i)
{
    bool rows = p->format == PHYS_PAGES_FORMAT_ROWS;
    const uint8_t *bytes = p->bytes + i * p->page_size;
    GString *text = json_writer_raw(writer, rows ? "rows" : "data");
    size_t len = text->len, n;

    if (i == 0) {
        reserve(text, p->num_pages * (text_chars(p) + PAGE_FRAME_CHARS) +
                REPLY_FRAME_CHARS);
    }
    g_string_set_size(text, len + text_chars(p));
    n = rows ?
        phys_text_rows(text->str + len, p->addr + i * p->page_size, bytes,
                       p->page_size) :
        phys_text_base64(text->str + len, bytes, p->page_size);
    g_string_truncate(text, len + n);
}

static void write_pages(JSONWriter *writer, const char *name,
                        const void *data)
{
    const PhysPages *p = data;

    json_writer_start_array(writer, name);
    for (unsigned i = 0; i < p->num_pages; i++) {
        json_writer_start_object(writer, NULL);
        json_writer_uint64(writer, "base", p->addr + i * p->page_size);
        json_writer_uint64(writer, "size", p->page_size);
        json_writer_bool(writer, "mapped", p->mapped[i]);
        write_bytes(writer, p, i);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}

static bool check_arguments(const QueryPhysPagesArguments *arg,
                            size_t page_size, Error **errp)
{
    if (!arg->num_pages) {
        error_setg(errp, "num-pages must be greater than zero");
        return false;
    }
    if (arg->num_pages > PHYS_PAGES_MAX) {
        error_setg(errp, "num-pages exceeds the limit of %d",
                   PHYS_PAGES_MAX);
        return false;
    }
    if (arg->addr % page_size) {
        error_setg(errp, "addr must be page-aligned, a multiple of %zu",
                   page_size);
        return false;
    }
    if (arg->addr > UINT64_MAX - (page_size * arg->num_pages - 1)) {
        error_setg(errp, "address range overflow: %u pages from 0x%" PRIx64
                   " on reach beyond 2^64", arg->num_pages, arg->addr);
        return false;
    }
    return true;
}

/* As generated code would do it, but refuse negative addresses. */
static bool get_arguments(QDict *args, QueryPhysPagesArguments *arg,
                          Error **errp)
{
    QNum *addr = qobject_to(QNum, qdict_get(args, "addr"));
    Visitor *v = qobject_input_visitor_new_qmp(QOBJECT(args));
    bool ok = false;

    if (visit_start_struct(v, NULL, NULL, 0, errp)) {
        ok = visit_type_QueryPhysPagesArguments_members(v, arg, errp) &&
             visit_check_struct(v, errp);
        visit_end_struct(v, NULL);
    }
    visit_free(v);
    /* The visitor takes them modulo 2^64. */
    if (ok && addr->kind == QNUM_I64 && addr->u.i64 < 0) {
        error_setg(errp, "addr must not be negative");
        ok = false;
    }
    if (!arg->has_num_pages) {
        arg->num_pages = 1;
    }
    if (!arg->has_format) {
        arg->format = PHYS_PAGES_FORMAT_ROWS;
    }
    return ok;
}

void qmp_query_phys_pages(QDict *args, QObject **ret, Error **errp)
{
    size_t page_size = qemu_target_page_size();
    QueryPhysPagesArguments arg = { 0 };
    unsigned mapped = 0;
    PhysPages *p;

    if (!get_arguments(args, &arg, errp) ||
        !check_arguments(&arg, page_size, errp)) {
        return;
    }
    p = g_malloc0(sizeof(*p) + arg.num_pages * page_size);
    p->addr = arg.addr;
    p->page_size = page_size;
    p->num_pages = arg.num_pages;
    p->format = arg.format;
    for (unsigned i = 0; i < p->num_pages; i++) {
        p->mapped[i] = read_page(p->addr + i * page_size,
                                 p->bytes + i * page_size, page_size);
        mapped += p->mapped[i];
    }
    trace_phys_pages_query(p->addr, p->num_pages,
                           PhysPagesFormat_str(p->format), mapped);
    *ret = json_deferred_new(write_pages, p);
}
