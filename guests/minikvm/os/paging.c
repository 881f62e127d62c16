/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address spaces of 4 KiB pages. Each has the kernel, for ring 0 alone, and a program: its code is
 * the image's, read-only and shared; data and stack are its own.
 */
#include "minikvm/os/kernel.h"

typedef uintptr_t Entry;

#ifdef __x86_64__
#define LEVELS 4
#define LEVEL_BITS 9
#else
#define LEVELS 2
#define LEVEL_BITS 10
#endif

#define PRESENT 1U
#define WRITABLE 2U
#define USER 4U
#define FLAGS ((Entry)(PAGE - 1))

/* What an address space takes: its tables, a page of data, another that the image may grow by, a
 * stack. */
#define FRAMES (SPACES * (LEVELS + 3))

/* What user.ld puts at the start of the image, behind a jump. All but data_end are whole pages. */
struct user_header {
    uint32_t jump[2];
    uint32_t data, data_end, end;
};

extern const uint8_t user_image[];
extern Entry kernel_root[], kernel_tables[];

static uint8_t frames[FRAMES][PAGE] __attribute__((aligned(PAGE)));
static unsigned frames_used;

/* They stay: the next program in a place finds the tables of the last one, and only its data is
 * made anew. To clear all tables takes milliseconds where KVM emulates the kernel. */
static Entry *spaces[SPACES];

static void copy_page(void *to, const void *from)
{
    uintptr_t words = PAGE / sizeof(uintptr_t);

#ifdef __x86_64__
    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
#else
    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
#endif
}

static void clear_page(void *to)
{
    uintptr_t words = PAGE / sizeof(uintptr_t);

#ifdef __x86_64__
    __asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0UL) : "memory");
#else
    __asm__ volatile("rep stosl" : "+D"(to), "+c"(words) : "a"(0UL) : "memory");
#endif
}

/* A page of zeros, or NULL. */
static void *frame_new(void)
{
    return frames_used < FRAMES ? frames[frames_used++] : 0;
}

static Entry *entry_in(Entry *table, uintptr_t address, unsigned level)
{
    return &table[address >> (12 + level * LEVEL_BITS) & ((1U << LEVEL_BITS) - 1)];
}

/* The entry of an address in the last table. Missing tables are made with `make`; without it, or if
 * memory is short, the result is NULL. */
static Entry *find_entry(Entry *table, uintptr_t address, bool make)
{
    for (unsigned level = LEVELS - 1; level > 0; level--) {
        Entry *entry = entry_in(table, address, level);

        if (!(*entry & PRESENT)) {
            Entry *made = make ? frame_new() : 0;

            if (!made) {
                return 0;
            }
            *entry = (Entry)made | PRESENT | WRITABLE | USER;
        }
        table = (Entry *)(*entry & ~FLAGS);
    }
    return entry_in(table, address, 0);
}

static bool map(Entry *root, uintptr_t address, const void *frame, Entry flags)
{
    Entry *entry = frame ? find_entry(root, address, true) : 0;

    if (!entry) {
        return false;
    }
    *entry = (Entry)frame | PRESENT | USER | flags;
    return true;
}

static bool map_own(Entry *root, uintptr_t address, uintptr_t end)
{
    for (; address < end; address += PAGE) {
        if (!map(root, address, frame_new(), WRITABLE)) {
            return false;
        }
    }
    return true;
}

/* An address space with the kernel in it: kernel_tables is the root itself or two levels below. */
static Entry *make_space(void)
{
    Entry *root = frame_new();
#ifdef __x86_64__
    Entry *below = frame_new();

    if (!root || !below) {
        return 0;
    }
    root[0] = (Entry)below | PRESENT | WRITABLE | USER;
    below[0] = (Entry)kernel_tables | PRESENT | WRITABLE;
#else
    if (!root) {
        return 0;
    }
    root[0] = kernel_tables[0];
#endif
    return root;
}

static bool map_image(Entry *root)
{
    const struct user_header *header = (const struct user_header *)user_image;

    for (uintptr_t address = USER_BASE; address < header->data; address += PAGE) {
        if (!map(root, address, user_image + (address - USER_BASE), 0)) {
            return false;
        }
    }
    return map_own(root, header->data, header->end) &&
           map_own(root, USER_END - USER_STACK_BYTES, USER_END);
}

/* Makes the data as it is in the image, and all else zeros. */
static void fill(Entry *root, uintptr_t address, uintptr_t end)
{
    const struct user_header *header = (const struct user_header *)user_image;

    for (; address < end; address += PAGE) {
        void *frame = (void *)(*find_entry(root, address, false) & ~FLAGS);

        if (address < header->data_end) {
            copy_page(frame, user_image + (address - USER_BASE));
        } else {
            clear_page(frame);
        }
    }
}

uintptr_t space_new(unsigned number)
{
    const struct user_header *header = (const struct user_header *)user_image;

    if (!spaces[number]) {
        Entry *root = make_space();

        if (!root || !map_image(root)) {
            return 0;
        }
        spaces[number] = root;
    }
    fill(spaces[number], header->data, header->end);
    fill(spaces[number], USER_END - USER_STACK_BYTES, USER_END);
    return (uintptr_t)spaces[number];
}

void space_use(uintptr_t root)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(root ? root : (uintptr_t)kernel_root) : "memory");
}

bool space_allows(uintptr_t root, uintptr_t address, uintptr_t bytes, bool write)
{
    const Entry wanted = PRESENT | USER | (write ? WRITABLE : 0);

    if (address < USER_BASE || address > USER_END || bytes > USER_END - address) {
        return false;
    }
    for (uintptr_t page = address & ~FLAGS; page < address + bytes; page += PAGE) {
        const Entry *entry = find_entry((Entry *)root, page, false);

        if (!entry || (*entry & wanted) != wanted) {
            return false;
        }
    }
    return true;
}
