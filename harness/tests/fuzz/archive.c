/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives: each is either unpacked or an error. Whatever is in them, only the folder that they are
 * unpacked into changes, and no link leads out of it. */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "lab/archive.h"
#include "tests/fuzz/fuzz.h"

static char *root; /* holds only the folder `into` */

static int check_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)type;
    (void)where;
    g_assert(S_ISREG(st->st_mode) || S_ISDIR(st->st_mode) || S_ISLNK(st->st_mode));
    if (S_ISLNK(st->st_mode)) {
        g_autofree char *real = realpath(path, NULL);

        g_assert(!real || g_str_has_prefix(real, root));
    }
    return 0;
}

/* Corrects the checksum of every block that looks like a header, because hardly any input would
 * pass that check otherwise. (POSIX ustar: the sum of all bytes, with spaces in its own field.) */
static void mend_checksums(uint8_t *data, size_t size)
{
    enum { BLOCK = 512, MAGIC = 257, FIELD = 148, FIELD_BYTES = 8 };

    for (size_t at = 0; at + BLOCK <= size; at += BLOCK) {
        uint8_t *block = data + at;
        guint sum = 0;

        if (memcmp(block + MAGIC, "ustar", 5) != 0) {
            continue;
        }
        memset(block + FIELD, ' ', FIELD_BYTES);
        for (int i = 0; i < BLOCK; i++) {
            sum += block[i];
        }
        g_snprintf((char *)block + FIELD, FIELD_BYTES - 1, "%06o", sum);
    }
}

static guint count_entries(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    guint count = 0;

    while (g_dir_read_name(dir)) {
        count++;
    }
    return count;
}

/* In memory if possible, because each input makes and removes a folder. */
static void make_root(void)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir();
    g_autofree char *made = g_build_filename(base, "steelyard-fuzz-XXXXXX", NULL);

    g_assert(g_mkdtemp(made));
    root = realpath(made, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL, *into = NULL;
    g_autofree uint8_t *input = g_memdup2(data, size);
    bool complete, unpacked;
    int fd = memfd_create("archive", 0);

    make_root();
    path = g_strdup_printf("/proc/self/fd/%d", fd);
    into = g_build_filename(root, "into", NULL);
    g_assert(sy_fs_private_dir(into, NULL));
    mend_checksums(input, size);
    g_assert(write(fd, input, size) == (ssize_t)size);
    unpacked = sy_archive_unpack(path, into, &complete, &error);
    g_assert(unpacked == !error);
    g_assert(unpacked || !complete);
    g_assert(count_entries(root) == 1);
    nftw(into, check_entry, 16, FTW_PHYS);
    sy_fs_remove_tree(root);
    free(root);
    close(fd);
    return 0;
}
