/*
 * Guest-physical memory by pages: QMP command
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "exec/target_page.h"
/* For memory.h and address-spaces.h: QEMU 10.1 moved them. */
#include "system/dma.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-phys-pages.h"
#include "qemu/atomic.h"
#include "trace.h"

/* Most pages in one reply */
#define PHYS_PAGES_MAX 64

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

static strList *make_rows(uint64_t base, const uint8_t *bytes, size_t size)
{
    strList *rows = NULL, **tail = &rows;

    for (size_t i = 0; i < size; i++) {
        QAPI_LIST_APPEND(tail, g_strdup_printf("0x%016" PRIx64 " - 0x%02x",
                                               base + i, bytes[i]));
    }
    return rows;
}

/* Read the page at @addr; @bytes is room for a copy of it. */
static PhysMemPage *make_page(uint64_t addr, uint8_t *bytes, size_t size,
                              PhysPagesFormat format)
{
    PhysMemPage *page = g_new0(PhysMemPage, 1);

    memset(bytes, 0, size);
    page->base = addr;
    page->size = size;
    page->mapped = read_page(addr, bytes, size);
    if (format == PHYS_PAGES_FORMAT_ROWS) {
        page->has_rows = true;
        page->rows = make_rows(addr, bytes, size);
    } else {
        page->data = g_base64_encode(bytes, size);
    }
    return page;
}

static bool check_range(uint64_t addr, unsigned num_pages, size_t page_size,
                        Error **errp)
{
    if (!num_pages) {
        error_setg(errp, "num-pages must be greater than zero");
        return false;
    }
    if (num_pages > PHYS_PAGES_MAX) {
        error_setg(errp, "num-pages exceeds the limit of %d",
                   PHYS_PAGES_MAX);
        return false;
    }
    if (addr % page_size) {
        error_setg(errp, "addr must be page-aligned, a multiple of %zu",
                   page_size);
        return false;
    }
    if (addr > UINT64_MAX - (page_size * num_pages - 1)) {
        error_setg(errp, "address range overflow: %u pages from 0x%" PRIx64
                   " on reach beyond 2^64", num_pages, addr);
        return false;
    }
    return true;
}

PhysMemPageList *qmp_query_phys_pages(uint64_t addr, bool has_num_pages,
                                      uint16_t num_pages, bool has_format,
                                      PhysPagesFormat format, Error **errp)
{
    size_t page_size = qemu_target_page_size();
    PhysMemPageList *pages = NULL, **tail = &pages;
    g_autofree uint8_t *bytes = NULL;
    unsigned mapped = 0;

    if (!has_num_pages) {
        num_pages = 1;
    }
    if (!has_format) {
        format = PHYS_PAGES_FORMAT_ROWS;
    }
    if (!check_range(addr, num_pages, page_size, errp)) {
        return NULL;
    }
    bytes = g_malloc(page_size);
    for (unsigned i = 0; i < num_pages; i++) {
        PhysMemPage *page = make_page(addr + i * page_size, bytes, page_size,
                                      format);

        mapped += page->mapped;
        QAPI_LIST_APPEND(tail, page);
    }
    trace_phys_pages_query(addr, num_pages, PhysPagesFormat_str(format),
                           mapped);
    return pages;
}
