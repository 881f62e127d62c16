/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fw_cfg through ports, one byte at a time: docs/specs/fw_cfg.rst in QEMU.
 */
#include "lib/fwcfg.h"
#include "lib/io.h"
#include "lib/text.h"

#define PORT_SELECTOR 0x510
#define PORT_DATA 0x511

#define KEY_SIGNATURE 0x00
#define KEY_NB_CPUS 0x05
#define KEY_MAX_CPUS 0x0F /* on x86 the limit of APIC ids, not of vCPUs */

static uint16_t read16(uint16_t key)
{
    uint16_t low;

    io_out16(PORT_SELECTOR, key);
    low = io_in8(PORT_DATA);
    return (uint16_t)(low | io_in8(PORT_DATA) << 8);
}

bool fwcfg_present(void)
{
    io_out16(PORT_SELECTOR, KEY_SIGNATURE);
    for (const char *c = "QEMU"; *c; c++) {
        if (io_in8(PORT_DATA) != (uint8_t)*c) {
            return false;
        }
    }
    return true;
}

unsigned fwcfg_cpus(void)
{
    return read16(KEY_NB_CPUS);
}

unsigned fwcfg_apic_id_limit(void)
{
    return read16(KEY_MAX_CPUS);
}
