/*
 * Log of qemu_set_irq() calls: names of functions, by elfutils
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "irq-log-int.h"

#ifdef CONFIG_LIBDW

#include <elfutils/libdwfl.h>

/* A cache: elfutils searches a whole symbol table each time. */
static GHashTable *names;       /* address -> name, or NULL */
static Dwfl *dwfl;

/* Do not search for debug information, least of all on a server. */
static int find_no_debuginfo(Dwfl_Module *module, void **userdata,
                             const char *name, Dwarf_Addr base,
                             const char *file, const char *link,
                             GElf_Word crc, char **found)
{
    return -1;
}

static Dwfl *look_at_this_process(void)
{
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_linux_proc_find_elf,
        .find_debuginfo = find_no_debuginfo,
    };
    Dwfl *d = dwfl_begin(&callbacks);

    if (d && (dwfl_linux_proc_report(d, getpid()) != 0 ||
              dwfl_report_end(d, NULL, NULL) != 0)) {
        dwfl_end(d);
        d = NULL;
    }
    return d;
}

static char *look_up(uint64_t address)
{
    Dwfl_Module *module = dwfl ? dwfl_addrmodule(dwfl, address) : NULL;

    return g_strdup(module ? dwfl_module_addrname(module, address) : NULL);
}

const char *irq_log_symbol(uint64_t address)
{
    void *name;

    if (!names) {
        names = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                      g_free);
        dwfl = look_at_this_process();
    }
    if (!g_hash_table_lookup_extended(names, &address, NULL, &name)) {
        name = look_up(address);
        g_hash_table_insert(names, g_memdup2_qemu(&address, sizeof(address)),
                            name);
    }
    return name;
}

/* Modules may have been loaded since. */
void irq_log_symbols_forget(void)
{
    if (names) {
        g_hash_table_destroy(g_steal_pointer(&names));
        dwfl_end(g_steal_pointer(&dwfl));
    }
}

#else

const char *irq_log_symbol(uint64_t address)
{
    return NULL;
}

void irq_log_symbols_forget(void)
{
}

#endif
