/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/stats.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const mk_stat_names[MK_STATS] = {"exits", "fpu_reload", "io_exits", "mmio_exits",
                                             "halt_exits"};

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
        off_t where = (off_t)(header.desc_offset + i * bytes);

        good = pread(fd, entry, bytes, where) == (ssize_t)bytes;
        where = (off_t)header.data_offset + entry->offset;
        for (int k = 0; good && k < MK_STATS; k++) {
            good = strcmp(entry->name, mk_stat_names[k]) != 0 ||
                   pread(fd, &stats->value[k], sizeof(uint64_t), where) == sizeof(uint64_t);
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
