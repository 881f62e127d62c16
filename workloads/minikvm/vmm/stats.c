/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/stats.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the counter `name` goes; NULL: it is not wanted. */
static uint64_t *place(MkStats *stats, const char *name)
{
    return strcmp(name, "exits") == 0        ? &stats->exits
           : strcmp(name, "io_exits") == 0   ? &stats->io_exits
           : strcmp(name, "mmio_exits") == 0 ? &stats->mmio_exits
           : strcmp(name, "halt_exits") == 0 ? &stats->halt_exits
           : strcmp(name, "fpu_reload") == 0 ? &stats->fpu_reload
                                             : NULL;
}

/* The file begins with a header, which says where its list of counters and their values are. */
static bool read_all(int fd, MkStats *stats)
{
    struct kvm_stats_header header;
    struct kvm_stats_desc *entry;
    size_t bytes;
    bool good = true;

    if (pread(fd, &header, sizeof(header), 0) != sizeof(header)) {
        return false;
    }
    bytes = sizeof(*entry) + header.name_size;
    entry = calloc(1, bytes + 1);
    for (uint32_t i = 0; entry && good && i < header.num_desc; i++) {
        uint64_t *value;

        good = pread(fd, entry, bytes, (off_t)(header.desc_offset + i * bytes)) == (ssize_t)bytes;
        value = good ? place(stats, entry->name) : NULL;
        if (value) {
            off_t where = (off_t)header.data_offset + entry->offset;

            good = pread(fd, value, sizeof(*value), where) == sizeof(*value);
        }
    }
    good = good && entry;
    free(entry);
    return good;
}

MkStats mk_stats_read(const MkMachine *machine, int vcpu)
{
    MkStats stats = {0};
    int fd = mk_call(machine, machine->vcpu[vcpu], KVM_GET_STATS_FD, NULL);

    if (fd >= 0) {
        stats.available = read_all(fd, &stats);
        close(fd);
    }
    return stats;
}
