/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/code-scan.h"

#include <capstone/capstone.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"

/* In 32 bits, an assertion has the line of the source, and code that uses a variable of the thread
 * has its (negative) place among all of them. */
#define LARGEST_LINE 65535
#define LOWEST_PLACE (-65536)
/* What also fits into 8 bits is compared, unless it is a place. */
#define SMALL 127

/* Always, whatever capstone says of instructions with a prefix 66 (4.0.2: 2). */
#define RELATIVE_BYTES 4

struct SyCodeScanner {
    GHashTable *names;
    csh handle;
    cs_insn *insn;
};

SyCodeScanner *sy_code_scanner_new(GHashTable *names, GError **error)
{
    g_autoptr(SyCodeScanner) scanner = g_new0(SyCodeScanner, 1);
    cs_err status = cs_open(CS_ARCH_X86, CS_MODE_64, &scanner->handle);

    if (status != CS_ERR_OK) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "capstone cannot decode x86-64: %s",
                    cs_strerror(status));
        return NULL;
    }
    cs_option(scanner->handle, CS_OPT_DETAIL, CS_OPT_ON);
    scanner->insn = cs_malloc(scanner->handle);
    scanner->names = names;
    return g_steal_pointer(&scanner);
}

void sy_code_scanner_free(SyCodeScanner *scanner)
{
    if (!scanner) {
        return;
    }
    if (scanner->insn) {
        cs_free(scanner->insn, 1);
    }
    if (scanner->handle) {
        cs_close(&scanner->handle);
    }
    g_free(scanner);
}

static void mask(guint8 *bytes, guint offset, guint size)
{
    memset(bytes + offset, 0, size);
}

/* Adds the name of the function at `address`, without a number that the compiler added: it counts
 * such functions within a file. */
static void add_name(const SyCodeScanner *s, GChecksum *sum, guint64 address)
{
    const char *name = g_hash_table_lookup(s->names, &address);
    gsize length = name ? strlen(name) : 0;

    while (length > 0 && g_ascii_isdigit(name[length - 1])) {
        length--;
    }
    g_checksum_update(sum, (const guchar *)"@", 1);
    g_checksum_update(sum, (const guchar *)(name ? name : ""), (gssize)length);
}

static bool is_branch(const SyCodeScanner *s)
{
    return cs_insn_group(s->handle, s->insn, CS_GRP_JUMP) ||
           cs_insn_group(s->handle, s->insn, CS_GRP_CALL);
}

static bool may_be_line_or_place(int64_t constant)
{
    return (constant > SMALL && constant <= LARGEST_LINE) ||
           (constant < 0 && constant >= LOWEST_PLACE);
}

/* Adds the current instruction. */
static void add(SyCodeScanner *s, GChecksum *sum, const SyCodeFunction *function)
{
    const cs_insn *insn = s->insn;
    const cs_x86 *x86 = &insn->detail->x86;
    const cs_x86_encoding *at = &x86->encoding;
    guint8 bytes[sizeof(insn->bytes)];

    memcpy(bytes, insn->bytes, insn->size);
    for (guint i = 0; i < x86->op_count; i++) {
        const cs_x86_op *op = &x86->operands[i];
        guint64 target = (guint64)op->imm;

        if (op->type == X86_OP_MEM && op->mem.base == X86_REG_RIP) {
            mask(bytes, at->disp_offset, RELATIVE_BYTES);
            add_name(s, sum, insn->address + insn->size + (guint64)op->mem.disp);
        } else if (op->type == X86_OP_MEM && op->mem.segment == X86_REG_FS) {
            mask(bytes, at->disp_offset, at->disp_size);
        } else if (op->type == X86_OP_IMM && is_branch(s)) {
            if (target < function->address || target >= function->address + function->size_bytes) {
                mask(bytes, at->imm_offset, at->imm_size);
                add_name(s, sum, target);
            }
        } else if (op->type == X86_OP_IMM && at->imm_size == 4 && may_be_line_or_place(op->imm)) {
            mask(bytes, at->imm_offset, at->imm_size);
        }
    }
    g_checksum_update(sum, bytes, insn->size);
}

void sy_code_scan(SyCodeScanner *s, const guint8 *bytes, SyCodeFunction *function)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    const guint8 *next = bytes, *end = bytes + function->size_bytes;
    guint64 address = function->address;
    guint short_nops = 0; /* in a row, just before `next` */

    function->instructions = 0;
    while (next < end) {
        size_t left = (size_t)(end - next);
        const guint8 *start = next;
        bool known = cs_disasm_iter(s->handle, &next, &left, &address, s->insn);

        if (known && s->insn->id == X86_INS_NOP) {
            short_nops = s->insn->size == 1 ? short_nops + 1 : 0;
            /* The first one counts once there is a second. */
            function->instructions += short_nops > 2 ? 1 : short_nops == 2 ? 2 : 0;
            continue;
        }
        short_nops = 0;
        function->instructions++;
        if (known) {
            add(s, sum, function);
        } else {
            g_checksum_update(sum, start, 1);
            next = start + 1;
            address = function->address + (guint64)(next - bytes);
        }
    }
    g_strlcpy(function->sum, g_checksum_get_string(sum), sizeof(function->sum));
}
