/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * 8254, MC146818, 16550, QEMU's edu (docs/specs/edu.rst in QEMU), 82093AA; PCI configuration by the
 * ports 0xcf8 and 0xcfc.
 */
#include "devices.h"

#include <stdint.h>

#include "lib/guest.h"
#include "lib/io.h"
#include "lib/memmap.h"

#define PIT_CHANNEL0 0x40
#define PIT_COMMAND 0x43
#define PIT_ONE_SHOT 0x30 /* channel 0, both bytes, mode 0 */
#define PIT_TICKS 60      /* at 1193182 Hz: 50 us */
#define PIT_STATUS 0xE2   /* channel 0: the next read returns its status */
#define PIT_OUT 0x80

#define PIC_MASTER 0x20
#define PIC_SLAVE 0xA0
#define PIC_INIT 0x11 /* edge-triggered, cascaded, a fourth word follows */
#define PIC_CASCADE 2
#define PIC_8086 0x01
#define PIC_EOI 0x20
#define PIC_LINES 8u

#define RTC_INDEX 0x70
#define RTC_DATA 0x71
#define RTC_NMI_OFF 0x80
#define RTC_A 0x0A
#define RTC_B 0x0B
#define RTC_C 0x0C
#define RTC_A_128_HZ 0x29
#define RTC_B_24H 0x02
#define RTC_B_PERIODIC 0x42

#define UART_IER 0x3F9
#define UART_IIR 0x3FA
#define UART_IER_THRI 0x02

#define PCI_ADDRESS 0xCF8
#define PCI_DATA 0xCFC
#define PCI_ENABLE 0x80000000u
#define PCI_DEVICES 32
#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY_MASTER 0x06
#define PCI_BAR0 0x10
#define PCI_CAPABILITIES 0x34
#define PCI_CAP_MSI 0x05
#define MSI_ENABLE 0x00010000u
#define MSI_64BIT 0x00800000u
#define PIIX_ID 0x70008086u
#define PIIX_PIRQ 0x60
#define EDU_ID 0x11E81234u

/* Where the edus' memory goes: above RAM, below the IOAPIC, and mapped uncached. */
#define EDU_BASE 0xFE000000u
#define EDU_SIZE 0x100000u
#define EDU_RAISE 0x60
#define EDU_CALM 0x64

#define IOAPIC_SELECT 0x00
#define IOAPIC_WINDOW 0x10
#define IOAPIC_PIN(n) (0x10 + 2 * (n))
#define IOAPIC_LEVEL 0x8000

static unsigned edus[2];

static uint32_t pci_read(unsigned device, unsigned offset)
{
    io_out32(PCI_ADDRESS, PCI_ENABLE | device << 11 | offset);
    return io_in32(PCI_DATA);
}

static void pci_write(unsigned device, unsigned offset, uint32_t value)
{
    io_out32(PCI_ADDRESS, PCI_ENABLE | device << 11 | offset);
    io_out32(PCI_DATA, value);
}

static uintptr_t edu_at(unsigned number)
{
    return EDU_BASE + number * EDU_SIZE;
}

static void find_devices(void)
{
    unsigned found = 0, piix = 0;

    for (unsigned device = 0; device < PCI_DEVICES; device++) {
        uint32_t id = pci_read(device, 0);

        if (id == PIIX_ID) {
            piix = device;
        } else if (id == EDU_ID && found < 2) {
            pci_write(device, PCI_BAR0, EDU_BASE + found * EDU_SIZE);
            pci_write(device, PCI_COMMAND, PCI_COMMAND_MEMORY_MASTER);
            edus[found++] = device;
        }
    }
    if (!piix) {
        guest_fail("no PIIX3: this guest needs the machine \"pc\"");
    }
    if (found < 2) {
        guest_fail_number("", 2 - found, " more edu device(s) needed: -device edu -device edu");
    }
    pci_write(piix, PIIX_PIRQ, IRQS_PIN_INTX * 0x01010101u);
}

static void enable_msi(unsigned device, unsigned apic_id, unsigned vector)
{
    unsigned at = pci_read(device, PCI_CAPABILITIES) & 0xFC;
    uint32_t cap = 0;

    while (at && ((cap = pci_read(device, at)) & 0xFF) != PCI_CAP_MSI) {
        at = cap >> 8 & 0xFC;
    }
    if (!at) {
        guest_fail("the edu device has no MSI");
    }
    pci_write(device, at + 4, LAPIC_BASE | apic_id << 12);
    if (cap & MSI_64BIT) {
        pci_write(device, at + 8, 0);
    }
    pci_write(device, at + (cap & MSI_64BIT ? 12 : 8), vector);
    pci_write(device, at, cap | MSI_ENABLE);
}

static void ioapic_write(unsigned reg, uint32_t value)
{
    mmio_write32(IOAPIC_BASE + IOAPIC_SELECT, reg);
    mmio_write32(IOAPIC_BASE + IOAPIC_WINDOW, value);
}

static void lead(unsigned pin, unsigned apic_id, uint32_t how)
{
    ioapic_write(IOAPIC_PIN(pin) + 1, apic_id << 24);
    ioapic_write(IOAPIC_PIN(pin), how);
}

static uint8_t rtc_read(unsigned reg)
{
    io_out8(RTC_INDEX, (uint8_t)(RTC_NMI_OFF | reg));
    return io_in8(RTC_DATA);
}

static void rtc_write(unsigned reg, uint8_t value)
{
    io_out8(RTC_INDEX, (uint8_t)(RTC_NMI_OFF | reg));
    io_out8(RTC_DATA, value);
}

/* Firmware leaves it ticking. */
static void quieten_pit(void)
{
    devices_ask(IRQS_PIT);
    do {
        io_out8(PIT_COMMAND, PIT_STATUS);
    } while (!(io_in8(PIT_CHANNEL0) & PIT_OUT));
}

static void calm_all(void)
{
    quieten_pit();
    rtc_write(RTC_B, RTC_B_24H);
    rtc_write(RTC_A, RTC_A_128_HZ);
    rtc_read(RTC_C);
    io_in8(UART_IIR);
}

static unsigned line_of(enum irqs_source source)
{
    static const unsigned char lines[IRQS_SOURCES] = {
        [IRQS_SERIAL] = IRQS_PIN_SERIAL,
        [IRQS_PIT] = IRQS_LINE_PIT,
        [IRQS_RTC] = IRQS_PIN_RTC,
    };

    return lines[source];
}

static void init_pic(uint16_t port, uint8_t vector, uint8_t cascade, uint8_t mask)
{
    io_out8(port, PIC_INIT);
    io_out8(port + 1, vector);
    io_out8(port + 1, cascade);
    io_out8(port + 1, PIC_8086);
    io_out8(port + 1, mask);
}

void devices_init_pic(void)
{
    calm_all();
    init_pic(PIC_MASTER, IRQS_PIC_VECTOR, 1 << PIC_CASCADE,
             (uint8_t) ~(1 << IRQS_LINE_PIT | 1 << PIC_CASCADE | 1 << IRQS_PIN_SERIAL));
    init_pic(PIC_SLAVE, IRQS_PIC_VECTOR + PIC_LINES, PIC_CASCADE,
             (uint8_t) ~(1 << (IRQS_PIN_RTC - PIC_LINES)));
}

void devices_end_of_interrupt(enum irqs_source source)
{
    if (line_of(source) >= PIC_LINES) {
        io_out8(PIC_SLAVE, PIC_EOI);
    }
    io_out8(PIC_MASTER, PIC_EOI);
}

void devices_init(const unsigned *apic_id)
{
    find_devices();
    calm_all();
    lead(IRQS_PIN_SERIAL, apic_id[IRQS_SERIAL], IRQS_VECTOR(IRQS_SERIAL));
    lead(IRQS_PIN_PIT, apic_id[IRQS_PIT], IRQS_VECTOR(IRQS_PIT));
    lead(IRQS_PIN_RTC, apic_id[IRQS_RTC], IRQS_VECTOR(IRQS_RTC));
    lead(IRQS_PIN_INTX, apic_id[IRQS_INTX], IOAPIC_LEVEL | IRQS_VECTOR(IRQS_INTX));
    enable_msi(edus[1], apic_id[IRQS_MSI], IRQS_VECTOR(IRQS_MSI));
}

void devices_ask(enum irqs_source source)
{
    switch (source) {
    case IRQS_SERIAL:
        io_out8(UART_IER, UART_IER_THRI);
        break;
    case IRQS_INTX:
        mmio_write32(edu_at(0) + EDU_RAISE, 1);
        break;
    case IRQS_MSI:
        mmio_write32(edu_at(1) + EDU_RAISE, 1);
        break;
    case IRQS_PIT:
        io_out8(PIT_COMMAND, PIT_ONE_SHOT);
        io_out8(PIT_CHANNEL0, PIT_TICKS);
        io_out8(PIT_CHANNEL0, 0);
        break;
    case IRQS_RTC:
        rtc_write(RTC_B, RTC_B_PERIODIC);
        break;
    case IRQS_SOURCES:
        break;
    }
}

void devices_calm(enum irqs_source source)
{
    switch (source) {
    case IRQS_SERIAL:
        io_in8(UART_IIR);
        io_out8(UART_IER, 0);
        break;
    case IRQS_INTX:
        mmio_write32(edu_at(0) + EDU_CALM, 1);
        break;
    case IRQS_MSI:
        mmio_write32(edu_at(1) + EDU_CALM, 1);
        break;
    case IRQS_RTC:
        rtc_write(RTC_B, RTC_B_24H); /* first, or the next one might come in between */
        rtc_read(RTC_C);
        break;
    case IRQS_PIT:
    case IRQS_SOURCES:
        break;
    }
}
