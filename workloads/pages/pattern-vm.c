/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/pages/pattern-vm.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "guests/pattern/layout.h"
#include "workloads/lib/quick-boot.h"

#define READY_PREFIX "pattern: ready "
#define ROM_PREFIX "pattern: rom "
#define VERIFIED_PREFIX "pattern: verified "

/* Any seed will do; it is constant so that a run can be repeated. */
#define SEED UINT64_C(0x5EED0FBA1A2CE5)

#define MACHINE "pc,max-ram-below-4g=16M"
#define MEMORY_MIB 32

/* Room between the guest's image and its own pages for what QEMU's loader puts there. */
#define OWN_BASE (UINT64_C(4) * PATTERN_VM_MIB)

const PatternRange pattern_vm_own[] = {
    {PATTERN_LOW_BASE, PATTERN_LOW_LIMIT - PATTERN_LOW_BASE},
    {OWN_BASE, PATTERN_VM_LOW_END - OWN_BASE},
    {PATTERN_VM_4G, PATTERN_VM_HIGH_END - PATTERN_VM_4G},
};
const guint pattern_vm_own_count = G_N_ELEMENTS(pattern_vm_own);

const SyRequiresIf pattern_vm_requires_if[] = {{"accel", "kvm", "kvm"}, {0}};

static char *arguments(bool serve)
{
    GString *text = g_string_new(NULL);

    g_string_printf(text, "seed=%" G_GINT64_MODIFIER "x", (guint64)SEED);
    for (guint i = 0; i < pattern_vm_own_count; i++) {
        g_string_append_printf(text, " own=%" G_GINT64_MODIFIER "x+%" G_GINT64_MODIFIER "x",
                               (guint64)pattern_vm_own[i].base, (guint64)pattern_vm_own[i].bytes);
    }
    g_string_append_printf(text, " rom=%" G_GINT64_MODIFIER "x+%" G_GINT64_MODIFIER "x serve=%d",
                           (guint64)PATTERN_VM_ROM_BASE, (guint64)PATTERN_VM_ROM_BYTES, serve);
    return g_string_free(text, FALSE);
}

/* The number after `key` in a line from the guest. */
static bool number_in(const char *line, const char *key, guint base, guint64 *value, GError **error)
{
    const char *at = strstr(line, key);

    if (at && g_ascii_isxdigit(at[strlen(key)])) {
        *value = g_ascii_strtoull(at + strlen(key), NULL, base);
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                "the guest said '%s', which lacks %s; `make guests` rebuilds it", line, key);
    return false;
}

static bool wait_until_ready(PatternVm *p, int64_t timeout_ns, GError **error)
{
    g_autofree char *rom = NULL, *ready = NULL;
    guint64 vcpus, version, seed, sum;

    if (!sy_vm_wait_ready(p->vm, ROM_PREFIX, timeout_ns, &rom, error) ||
        !sy_vm_wait_ready(p->vm, READY_PREFIX, timeout_ns, &ready, error) ||
        !number_in(rom, "sum=0x", 16, &sum, error) ||
        !number_in(ready, "vcpus=", 10, &vcpus, error) ||
        !number_in(ready, "seed=0x", 16, &seed, error) ||
        !number_in(ready, "version=", 10, &version, error)) {
        return false;
    }
    p->seed = seed;
    p->rom_sum = sum;
    if (vcpus == 2 && seed == SEED && version == PATTERN_VERSION) {
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                "the guest said '%s', expected vcpus=2 and version=%u; `make guests` rebuilds it",
                ready, PATTERN_VERSION);
    return false;
}

bool pattern_vm_start(PatternVm *p, const SyCase *c, bool serve, GError **error)
{
    g_autofree char *append = arguments(serve);
    g_autofree char *kernel = g_build_filename(c->env->guests_dir, "pattern.elf", NULL);
    const SyVmConfig config = {
        .qemu = c->env->qemu,
        .name = "pattern",
        .accel = sy_case_text(c, "accel"),
        .machine = MACHINE,
        .memory_mib = MEMORY_MIB,
        .vcpus = 2,
        .kernel = kernel,
        .append = append,
        .firmware_dirs = (const char *const *)c->env->firmware,
        .extra_args = quick_boot_args(c->env),
    };

    if (!g_file_test(kernel, G_FILE_TEST_EXISTS)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "no guest at %s; `make guests` builds it", kernel);
        return false;
    }
    p->vm = sy_vm_start(&config, c->dir, error);
    return p->vm &&
           wait_until_ready(p, (int64_t)sy_case_int(c, "ready_timeout_s") * SY_NS_PER_S, error);
}

bool pattern_vm_verify(PatternVm *p, guint64 *wrong, GError **error)
{
    static const char command[] = "verify\n";
    const int64_t timeout_ns = 60 * SY_NS_PER_S;
    g_autofree char *line = NULL;

    return sy_vm_write(p->vm, command, timeout_ns, error) &&
           sy_vm_wait_ready(p->vm, VERIFIED_PREFIX, timeout_ns, &line, error) &&
           number_in(line, "wrong=", 10, wrong, error);
}

void pattern_vm_stop(PatternVm *p)
{
    sy_vm_stop(p->vm, NULL);
    g_clear_pointer(&p->vm, sy_vm_free);
}
