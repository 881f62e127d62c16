# SPDX-License-Identifier: GPL-2.0-or-later
# Bare-metal guests. Every folder of guests/ with a main.c becomes $(B)/guests/FOLDER.elf; there is
# no list. The top-level Makefile includes this file; it also works alone, from the top folder:
# make -f guests/guests.mk B=build guests

B        ?= build
GUEST_CC ?= gcc

guest_names := $(patsubst guests/%/main.c,%,$(wildcard guests/*/main.c))
guest_obj   := $(B)/guests/obj
# The sources of a folder, and their objects.
guest_srcs   = $(sort $(wildcard guests/$(1)/*.c guests/$(1)/*.S))
guest_objs   = $(patsubst guests/%,$(guest_obj)/%.o,$(guest_srcs))

# No SSE because of instruction emulators; no red zone because an interrupt would overwrite it. With
# the prefix map and without a build id, the same source gives the same bits in any folder. CFLAGS
# are for host programs and not used here.
guest_cppflags := -Iguests -MMD -MP
guest_flags    := -m64 -g -ffile-prefix-map=$(CURDIR)=. -fno-pic -fno-pie
guest_cflags   := -std=c17 -Os -ffreestanding -fno-builtin -mno-red-zone -mgeneral-regs-only \
	-mno-sse -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-tree-loop-distribute-patterns \
	-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
guest_ldflags  := -m64 -nostdlib -static -no-pie -Wl,--build-id=none,-z,max-page-size=4096 \
	-Wl,-z,noexecstack,--no-warn-rwx-segments,--fatal-warnings

# Flat images for mini-kvm (workloads/minikvm/vmm). Each .S file is one, but for print.S, which the
# others use. Linked as 64-bit code, which has the relocations of 16-bit code, too.
minikvm_objs := $(patsubst guests/%,$(guest_obj)/%.o,$(sort $(filter-out %/print.S,\
	$(wildcard guests/minikvm/*.S guests/minikvm/test/*.S))))
minikvm_bins := $(minikvm_objs:$(guest_obj)/%.S.o=$(B)/guests/%.bin)
minikvm_print := $(guest_obj)/minikvm/print.S.o

.PHONY: guests
guests: $(guest_names:%=$(B)/guests/%.elf) $(minikvm_bins)

$(guest_obj)/%.c.o: guests/%.c guests/guests.mk
	@mkdir -p $(@D)
	$(GUEST_CC) $(guest_cppflags) $(guest_flags) $(guest_cflags) -c -o $@ $<

$(guest_obj)/%.S.o: guests/%.S guests/guests.mk
	@mkdir -p $(@D)
	$(GUEST_CC) $(guest_cppflags) $(guest_flags) -c -o $@ $<

$(guest_obj)/lib/guest.ld: guests/lib/guest.ld guests/guests.mk
	@mkdir -p $(@D)
	$(GUEST_CC) $(guest_cppflags) -MT $@ -MF $@.d -E -P -x assembler-with-cpp -o $@ $<

define guest_rule
$(B)/guests/$(1).elf: $(guest_obj)/lib/guest.ld $(call guest_objs,lib) $(call guest_objs,$(1))
	$$(GUEST_CC) $$(guest_ldflags) -Wl,-T,$$< -o $$@ $$(filter %.o,$$^)
endef
$(foreach guest,$(guest_names),$(eval $(call guest_rule,$(guest))))

# By way of an ELF file, because the linker leaves out unused code only there.
$(minikvm_bins): $(B)/guests/%.bin: $(guest_obj)/%.S.o $(minikvm_print) guests/minikvm/flat.ld
	@mkdir -p $(@D)
	$(GUEST_CC) $(guest_ldflags) -Wl,--gc-sections,-T,guests/minikvm/flat.ld -o $(<:.o=.elf) $(filter %.o,$^)
	objcopy -O binary $(<:.o=.elf) $@

-include $(patsubst %.o,%.d,$(minikvm_objs) $(minikvm_print))

# The 1K OS, guests/minikvm/os: one source, two flat images. The user programs are linked by
# themselves, so that they cannot use a function of the kernel; the kernel has their image in it.
os_user := $(patsubst guests/%,%,$(sort $(wildcard guests/minikvm/os/user/*.[cS])))
os_kern := $(patsubst guests/%,%,$(sort $(wildcard guests/minikvm/os/*.[cS])))
os_bins := $(B)/guests/minikvm/os32.bin $(B)/guests/minikvm/os64.bin
os_objs  = $(2:%=$(guest_obj)/os$(1)/%.o)
guests: $(os_bins)

define os_rules
$(guest_obj)/os$(1)/%.c.o: guests/%.c guests/guests.mk
	@mkdir -p $$(@D)
	$$(GUEST_CC) $$(guest_cppflags) $$(guest_flags) $$(guest_cflags) -m$(1) -c -o $$@ $$<

$(guest_obj)/os$(1)/%.S.o: guests/%.S guests/guests.mk
	@mkdir -p $$(@D)
	$$(GUEST_CC) $$(guest_cppflags) $$(guest_flags) -m$(1) -DUSER_IMAGE='"$(guest_obj)/os$(1)/user.bin"' -c -o $$@ $$<

$(guest_obj)/os$(1)/%.ld: guests/minikvm/os/%.ld guests/guests.mk
	@mkdir -p $$(@D)
	$$(GUEST_CC) $$(guest_cppflags) -MT $$@ -MF $$@.d -E -P -x assembler-with-cpp -o $$@ $$<

$(guest_obj)/os$(1)/user.bin: $(guest_obj)/os$(1)/user/user.ld $(call os_objs,$(1),$(os_user))
	$$(GUEST_CC) $$(guest_ldflags) -m$(1) -Wl,-T,$$< -o $$(@:.bin=.elf) $$(filter %.o,$$^)
	objcopy -O binary $$(@:.bin=.elf) $$@

$(guest_obj)/os$(1)/minikvm/os/boot.S.o: $(guest_obj)/os$(1)/user.bin
$(B)/guests/minikvm/os$(1).bin: $(guest_obj)/os$(1)/os.ld $(call os_objs,$(1),$(os_kern))
	@mkdir -p $$(@D)
	$$(GUEST_CC) $$(guest_ldflags) -m$(1) -Wl,-T,$$< -o $(guest_obj)/os$(1)/os.elf $$(filter %.o,$$^)
	objcopy -O binary $(guest_obj)/os$(1)/os.elf $$@

-include $(patsubst %.o,%.d,$(call os_objs,$(1),$(os_user) $(os_kern)))
-include $(guest_obj)/os$(1)/os.ld.d $(guest_obj)/os$(1)/user/user.ld.d
endef
$(foreach width,32 64,$(eval $(call os_rules,$(width))))

# The guest `exits`, guests/minikvm/exits: linked like the guests above, and flat like those of mini-kvm.
# QEMU finds the addresses in its multiboot header.
exits_bin := $(B)/guests/minikvm/exits.bin
guests: $(exits_bin)
$(exits_bin): $(guest_obj)/lib/guest.ld $(call guest_objs,lib) $(call guest_objs,minikvm/exits)
	@mkdir -p $(@D)
	$(GUEST_CC) $(guest_ldflags) -Wl,-T,$< -o $(guest_obj)/minikvm/exits.elf $(filter %.o,$^)
	objcopy -O binary $(guest_obj)/minikvm/exits.elf $@

-include $(patsubst %.o,%.d,$(call guest_objs,minikvm/exits))
-include $(patsubst %.o,%.d,$(foreach folder,lib $(guest_names),$(call guest_objs,$(folder))))
-include $(guest_obj)/lib/guest.ld.d
