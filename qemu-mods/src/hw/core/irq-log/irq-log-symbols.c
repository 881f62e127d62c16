/*
 * Log of qemu_set_irq() calls: names of functions, by elfutils
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/lockable.h"
#include "qemu/thread.h"
#include "irq-log-int.h"

/*
 * Address -> name, or NULL.  Names are never removed, so that the caller need
 * not copy them; there are only as many as there are calls in the code.
 */
static GHashTable *names;
static QemuMutex lock;      /* of names; held briefly */

static void __attribute__((constructor)) symbols_init(void)
{
    qemu_mutex_init(&lock);
    names = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

bool irq_log_symbol(uint64_t address, const char **name)
{
    void *value = NULL;

    QEMU_LOCK_GUARD(&lock);
    if (!g_hash_table_lookup_extended(names, &address, NULL, &value)) {
        *name = NULL;
        return false;
    }
    *name = value;
    return true;
}

static void put(uint64_t address, const char *name)
{
    QEMU_LOCK_GUARD(&lock);
    if (!g_hash_table_contains(names, &address)) {
        g_hash_table_insert(names, g_memdup2_qemu(&address, sizeof(address)),
                            g_strdup(name));
    }
}

#ifdef CONFIG_LIBDW

#include <elfutils/libdwfl.h>

/* Do not search for debug information, least of all on a server. */
static int find_no_debuginfo(Dwfl_Module *module, void **userdata,
                             const char *name, Dwarf_Addr base,
                             const char *file, const char *link,
                             GElf_Word crc, char **found)
{
    return -1;
}

/* This process as it is now: modules may have been loaded since. */
static Dwfl *look_at_this_process(void)
{
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_linux_proc_find_elf,
        .find_debuginfo = find_no_debuginfo,
    };
    Dwfl *dwfl = dwfl_begin(&callbacks);

    if (dwfl && (dwfl_linux_proc_report(dwfl, getpid()) != 0 ||
                 dwfl_report_end(dwfl, NULL, NULL) != 0)) {
        dwfl_end(dwfl);
        dwfl = NULL;
    }
    return dwfl;
}

static void look_up(const uint64_t *addresses, size_t n)
{
    Dwfl *dwfl = look_at_this_process();

    for (size_t i = 0; i < n; i++) {
        Dwfl_Module *module;
        const char *name;

        /* The same address may be in many records. */
        if (irq_log_symbol(addresses[i], &name)) {
            continue;
        }
        module = dwfl ? dwfl_addrmodule(dwfl, addresses[i]) : NULL;
        put(addresses[i],
            module ? dwfl_module_addrname(module, addresses[i]) : NULL);
    }
    dwfl_end(dwfl);
}

#else

static void look_up(const uint64_t *addresses, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put(addresses[i], NULL);
    }
}

#endif

void irq_log_symbols_look_up(const uint64_t *addresses, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *name;

        if (!irq_log_symbol(addresses[i], &name)) {
            look_up(addresses + i, n - i);
            break;
        }
    }
}
