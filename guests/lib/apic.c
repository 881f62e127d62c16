/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The local APIC's registers: Intel SDM volume 3, "Advanced Programmable Interrupt Controller".
 */
#include "lib/apic.h"
#include "lib/io.h"
#include "lib/memmap.h"

#define LAPIC_EOI 0xB0
#define LAPIC_SVR 0xF0
#define LAPIC_ICR_LOW 0x300

#define SVR_ENABLE 0x100
#define SVR_VECTOR 0xFF
#define ICR_ALL_BUT_SELF 0xC0000
#define ICR_ASSERT 0x4000
#define ICR_INIT 0x500
#define ICR_SIPI 0x600

unsigned apic_id(void)
{
    return mmio_read32(LAPIC_BASE + LAPIC_ID) >> 24;
}

void apic_enable(void)
{
    mmio_write32(LAPIC_BASE + LAPIC_SVR, SVR_ENABLE | SVR_VECTOR);
}

void apic_end_of_interrupt(void)
{
    mmio_write32(LAPIC_BASE + LAPIC_EOI, 0);
}

void apic_init_others(void)
{
    mmio_write32(LAPIC_BASE + LAPIC_ICR_LOW, ICR_ALL_BUT_SELF | ICR_ASSERT | ICR_INIT);
}

void apic_start_others(uint32_t address)
{
    mmio_write32(LAPIC_BASE + LAPIC_ICR_LOW,
                 ICR_ALL_BUT_SELF | ICR_ASSERT | ICR_SIPI | address >> 12);
}
