/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/code.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "observe/code-scan.h"

typedef struct {
    const char *path;
    int fd;
    Elf *elf;
} Program;

SyCodeFunction *sy_code_function_new(const char *name)
{
    SyCodeFunction *function = g_new0(SyCodeFunction, 1);

    function->name = g_strdup(name);
    return function;
}

void sy_code_function_free(SyCodeFunction *function)
{
    if (function) {
        g_free(function->name);
        g_free(function);
    }
}

void sy_code_free(SyCode *code)
{
    if (code) {
        g_free(code->compiler);
        g_ptr_array_unref(code->functions);
        g_free(code);
    }
}

static void program_close(Program *program)
{
    if (program->elf) {
        elf_end(program->elf);
    }
    if (program->fd >= 0) {
        close(program->fd);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Program, program_close)

static bool unusable(const Program *p, const char *why, GError **error)
{
    g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "cannot read the functions of %s: %s",
                p->path, why);
    return false;
}

static bool program_open(Program *p, GError **error)
{
    GElf_Ehdr head;

    elf_version(EV_CURRENT);
    p->fd = open(p->path, O_RDONLY | O_CLOEXEC);
    if (p->fd < 0) {
        return unusable(p, g_strerror(errno), error);
    }
    p->elf = elf_begin(p->fd, ELF_C_READ_MMAP, NULL);
    if (!p->elf || elf_kind(p->elf) != ELF_K_ELF || !gelf_getehdr(p->elf, &head) ||
        gelf_getclass(p->elf) != ELFCLASS64 || head.e_machine != EM_X86_64) {
        return unusable(p, "not an ELF program for x86-64", error);
    }
    return true;
}

/* The data of the first section that is called `name` or, if that is NULL, has the type `type`;
 * NULL: there is none. */
static Elf_Data *find_section(const Program *p, const char *name, guint type, GElf_Shdr *head)
{
    size_t names;
    Elf_Scn *section = NULL;

    if (elf_getshdrstrndx(p->elf, &names) != 0) {
        return NULL;
    }
    while ((section = elf_nextscn(p->elf, section))) {
        if (gelf_getshdr(section, head) &&
            (name ? g_strcmp0(elf_strptr(p->elf, names, head->sh_name), name) == 0
                  : head->sh_type == type)) {
            return elf_getdata(section, NULL);
        }
    }
    return NULL;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The section .comment has a string for each compiler. */
static char *read_compiler(const Program *p)
{
    GElf_Shdr head;
    Elf_Data *data = find_section(p, ".comment", 0, &head);
    const char *next = data ? data->d_buf : NULL, *end = next ? next + data->d_size : NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    while (next < end) {
        gsize length = strnlen(next, (gsize)(end - next));

        if (length > 0) {
            g_ptr_array_add(names, g_strndup(next, length));
        }
        next += length + 1;
    }
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return g_strjoinv("; ", (char **)names->pdata);
}

/* The bytes of the function `symbol`; NULL if it has none in the file. */
static const guint8 *bytes_of(const Program *p, const GElf_Sym *symbol)
{
    Elf_Scn *section = elf_getscn(p->elf, symbol->st_shndx);
    Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
    GElf_Shdr head;
    guint64 offset;

    if (!data || !gelf_getshdr(section, &head) || !(head.sh_flags & SHF_EXECINSTR) ||
        symbol->st_value < head.sh_addr) {
        return NULL;
    }
    offset = symbol->st_value - head.sh_addr;
    return offset <= data->d_size && symbol->st_size <= data->d_size - offset
               ? (const guint8 *)data->d_buf + offset
               : NULL;
}

static bool is_function(const GElf_Sym *symbol)
{
    return GELF_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_size > 0 &&
           symbol->st_shndx != SHN_UNDEF && symbol->st_shndx < SHN_LORESERVE;
}

static int by_address(gconstpointer a, gconstpointer b)
{
    const SyCodeFunction *x = *(SyCodeFunction *const *)a, *y = *(SyCodeFunction *const *)b;

    return x->address != y->address ? (x->address < y->address ? -1 : 1) : strcmp(x->name, y->name);
}

/* Adds the functions of the symbol table, without instructions, and their `bytes`. */
static bool read_symbols(const Program *p, SyCode *code, GHashTable *bytes, GError **error)
{
    GElf_Shdr head;
    Elf_Data *table = find_section(p, NULL, SHT_SYMTAB, &head);
    guint64 count = table && head.sh_entsize ? head.sh_size / head.sh_entsize : 0;
    GElf_Sym symbol;

    for (guint64 i = 0; i < count && gelf_getsym(table, (int)i, &symbol); i++) {
        const char *name = elf_strptr(p->elf, head.sh_link, symbol.st_name);
        const guint8 *start = is_function(&symbol) && name ? bytes_of(p, &symbol) : NULL;

        if (start) {
            SyCodeFunction *function = sy_code_function_new(name);

            function->address = symbol.st_value;
            function->size_bytes = symbol.st_size;
            g_ptr_array_add(code->functions, function);
            g_hash_table_insert(bytes, function, (gpointer)start);
        }
    }
    g_ptr_array_sort(code->functions, by_address);
    return code->functions->len > 0 ||
           unusable(p, "it has no symbols; use the unstripped one", error);
}

static bool scan(const SyCode *code, GHashTable *bytes, GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(SyCodeScanner) scanner = sy_code_scanner_new(names, error);

    if (!scanner) {
        return false;
    }
    /* Of several names of one function, the first in the alphabet. */
    for (guint i = code->functions->len; i-- > 0;) {
        SyCodeFunction *function = g_ptr_array_index(code->functions, i);

        g_hash_table_insert(names, &function->address, function->name);
    }
    for (guint i = 0; i < code->functions->len; i++) {
        SyCodeFunction *function = g_ptr_array_index(code->functions, i);

        sy_code_scan(scanner, g_hash_table_lookup(bytes, function), function);
    }
    return true;
}

SyCode *sy_code_read(const char *path, GError **error)
{
    g_auto(Program) program = {.path = path, .fd = -1};
    g_autoptr(SyCode) code = g_new0(SyCode, 1);
    g_autoptr(GHashTable) bytes = g_hash_table_new(NULL, NULL);

    code->functions = g_ptr_array_new_with_free_func((GDestroyNotify)sy_code_function_free);
    if (!program_open(&program, error) || !read_symbols(&program, code, bytes, error) ||
        !scan(code, bytes, error)) {
        return NULL;
    }
    code->compiler = read_compiler(&program);
    return g_steal_pointer(&code);
}
