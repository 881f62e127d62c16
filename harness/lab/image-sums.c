/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/image-sums.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "base/cancel.h"
#include "base/error.h"
#include "lab/inside.h"

#define READ_BLOCK (1 << 18)

/* The kind of `prefix` and of everything below it; the first match wins. */
static const struct {
    const char *prefix;
    const char *kind;
} kinds[] = {
    {SY_INSIDE_PROGRAM, "harness"},
    {SY_INSIDE_MINI_KVM, "harness"},
    {SY_INSIDE_MINI_KVM_BENCH, "harness"},
    {SY_INSIDE_ROOT "/guests", "guests"},
    {SY_INSIDE_STOCK_QEMU, "stock_qemu"},
    {"/lib/modules", "modules"},
    {"/usr/lib/modules", "modules"},
    {"/usr/share/qemu", "firmware"},
    {"/lib", "libraries"},
    {"/lib64", "libraries"},
    {"/usr/lib", "libraries"},
    {"/usr/lib64", "libraries"},
    {"/usr/local/lib", "libraries"},
    {"/bin", "tools"},
    {"/sbin", "tools"},
    {"/usr/bin", "tools"},
    {"/usr/sbin", "tools"},
    {"", "system"},
};

/* The order of the sums, as in the header. */
static const char *const order[] = {"harness",  "guests",    "stock_qemu", "modules",
                                    "firmware", "libraries", "tools",      "system"};

/* True if `path` is `prefix` or lies below it. */
static bool is_below(const char *path, const char *prefix)
{
    gsize length = strlen(prefix);

    return strncmp(path, prefix, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

const char *sy_image_kind(const char *path)
{
    gsize i = 0;

    if (strcmp(path, SY_INSIDE_QEMU) == 0) {
        return NULL;
    }
    while (!is_below(path, kinds[i].prefix)) {
        i++;
    }
    return kinds[i].kind;
}

static void sum_free(gpointer data)
{
    SyImageSum *sum = data;

    g_free(sum->sha256);
    g_free(sum);
}

/* Adds a text with its length, so that two different images never give the same bytes. */
static void add_text(GChecksum *sum, const char *text)
{
    g_autofree char *length = g_strdup_printf("%zu:", text ? strlen(text) : 0);

    g_checksum_update(sum, (const guchar *)length, -1);
    g_checksum_update(sum, (const guchar *)(text ? text : ""), -1);
}

static void add_head(GChecksum *sum, const char *path, struct archive_entry *entry)
{
    g_autofree char *head = g_strdup_printf(
        "%o %lld %u,%u", (guint)archive_entry_mode(entry), (long long)archive_entry_size(entry),
        (guint)archive_entry_rdevmajor(entry), (guint)archive_entry_rdevminor(entry));

    add_text(sum, path);
    add_text(sum, head);
    add_text(sum, archive_entry_symlink(entry));
}

static bool unreadable(struct archive *in, const char *path, GError **error)
{
    g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read %s: %s", path, archive_error_string(in));
    return false;
}

static bool add_content(GChecksum *sum, struct archive *in, const char *initrd, GError **error)
{
    const void *block;
    la_int64_t offset;
    size_t bytes;
    int status;

    while ((status = archive_read_data_block(in, &block, &bytes, &offset)) == ARCHIVE_OK) {
        g_checksum_update(sum, block, (gssize)bytes);
    }
    return status == ARCHIVE_EOF || unreadable(in, initrd, error);
}

/* `sums` has a GChecksum per kind. */
static bool add_all(GHashTable *sums, struct archive *in, const char *initrd, GError **error)
{
    struct archive_entry *entry;
    int status;

    while ((status = archive_read_next_header(in, &entry)) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);
        g_autofree char *path = g_strconcat("/", name ? name : "", NULL);
        const char *kind = sy_image_kind(path);
        GChecksum *sum = kind ? g_hash_table_lookup(sums, kind) : NULL;

        if (sy_cancelled(error)) {
            return false;
        }
        if (!kind) {
            continue;
        }
        if (!sum) {
            sum = g_checksum_new(G_CHECKSUM_SHA256);
            g_hash_table_insert(sums, (gpointer)kind, sum);
        }
        add_head(sum, path, entry);
        if (!add_content(sum, in, initrd, error)) {
            return false;
        }
    }
    return status == ARCHIVE_EOF || unreadable(in, initrd, error);
}

GPtrArray *sy_image_sums(const char *initrd, GError **error)
{
    g_autoptr(GPtrArray) result = g_ptr_array_new_with_free_func(sum_free);
    g_autoptr(GHashTable) sums =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_checksum_free);
    struct archive *in = archive_read_new();
    bool done;

    archive_read_support_format_cpio(in);
    done = (archive_read_open_filename(in, initrd, READ_BLOCK) == ARCHIVE_OK ||
            unreadable(in, initrd, error)) &&
           add_all(sums, in, initrd, error);
    archive_read_free(in);
    for (gsize i = 0; done && i < G_N_ELEMENTS(order); i++) {
        GChecksum *sum = g_hash_table_lookup(sums, order[i]);

        if (sum) {
            SyImageSum *one = g_new0(SyImageSum, 1);

            one->kind = order[i];
            one->sha256 = g_strdup(g_checksum_get_string(sum));
            g_ptr_array_add(result, one);
        }
    }
    return done ? g_steal_pointer(&result) : NULL;
}

char *sy_image_sum_file(const char *path, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, &cause);

    if (!file) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read %s: %s", path, cause->message);
        return NULL;
    }
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256,
                                       (const guchar *)g_mapped_file_get_contents(file),
                                       g_mapped_file_get_length(file));
}
