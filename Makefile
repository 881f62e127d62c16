# SPDX-License-Identifier: GPL-2.0-or-later
# Steelyard: `make bench` weighs, `make check` proves the scales, `make help` lists the rest.
# Everything made lands under $(B) and results/; the system is touched only by `make deps`.

B       ?= build
REL     ?= 10.0
FLAVOR  ?= modded
TIER    ?= standard
HOST    ?= auto
ARGS    ?=
SAN     ?=
export STEELYARD_BUILD := $(abspath $(B))

# What a target needs before the compiler runs comes first and in this order, also under -j: hence the sub-makes.
SUB     := $(MAKE) --no-print-directory

# ---------------------------------------------------------------------------------------------------- program

CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
CFLAGS  ?= -O2 -g
PKGS    := glib-2.0 gio-2.0 gio-unix-2.0 json-glib-1.0 gsl
WARN    := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
# Asked once, at the first use: on a fresh machine `make deps` has to install pkg-config before.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)) -lpfm -lm)$(PKG_LIBS)
TEST_LIBS  = $(eval TEST_LIBS := $$(shell pkg-config --libs criterion))$(TEST_LIBS)

# Sanitised objects lie beside the plain ones (SAN=address, SAN=undefined, SAN=address,undefined, SAN=thread).
comma   := ,
SAN_TAG := $(if $(SAN),-$(subst $(comma),-,$(SAN)))
SAN_FLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
O       := $(B)/obj$(SAN_TAG)

# The one file of the mods that both QEMU and the tests compile: the pure token bucket.
BUCKET  := qemu-mods/src/accel/kvm/throttle/throttle-bucket.c
MAIN    := harness/cli/main.c
SRC     := $(filter-out $(MAIN),$(sort $(wildcard harness/[!t]*/*.c workloads/*.c workloads/lib/*.c)))
TESTS   := $(sort $(wildcard harness/tests/*.c))
ALL_C   := $(MAIN) $(SRC) $(TESTS)
OBJ     := $(SRC:%.c=$(O)/%.o)
CPPFLAGS_ALL = -D_GNU_SOURCE= -Iharness -I. -I$(dir $(BUCKET)) $(PKG_CFLAGS) $(CPPFLAGS)
COMPILE = $(CC) -std=c17 $(CPPFLAGS_ALL) $(CFLAGS) $(WARN) $(SAN_FLAGS)

steelyard: $(B)/steelyard$(SAN_TAG)

$(B)/steelyard$(SAN_TAG): $(MAIN:%.c=$(O)/%.o) $(OBJ)
	$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@.tmp $^ $(PKG_LIBS)
	@mv $@.tmp $@

$(B)/unit-tests$(SAN_TAG): $(TESTS:%.c=$(O)/%.o) $(BUCKET:%.c=$(O)/%.o) $(OBJ)
	$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) $(TEST_LIBS)

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

-include $(wildcard $(O)/*/*.d $(O)/*/*/*.d $(O)/*/*/*/*.d $(O)/*/*/*/*/*.d)

compile_commands.json: Makefile $(ALL_C)
	@{ echo '['; sep=; for f in $(ALL_C); do \
	  printf '%s{"directory":"%s","file":"%s","command":"%s -c %s"}' "$$sep" '$(CURDIR)' "$$f" '$(COMPILE)' "$$f"; \
	  sep=','; echo; done; echo ']'; } > $@

# ------------------------------------------------------------------------------------- packages, QEMU, guests

deps:
	@ci/deps

qemu:
	@qemu-mods/build-qemu $(REL) $(FLAVOR)

qemu-path:
	@qemu-mods/build-qemu --path $(REL) $(FLAVOR)

include guests/guests.mk

# All that a run needs, in order.
ready:
	@ci/deps
	@$(SUB) qemu
	@$(SUB) guests steelyard

# ------------------------------------------------------------------------------------------------- main targets

bench: ready
	$(B)/steelyard run workloads/$(TIER).ini --host $(HOST) --release $(REL) $(ARGS)

check: ready
	@ci/check

unit: $(B)/unit-tests$(SAN_TAG)
	$(B)/unit-tests$(SAN_TAG) --jobs 2

lint: compile_commands.json
	@ci/lint $(ALL_C)

fmt:
	clang-format -i $(ALL_C) $(wildcard harness/*/*.h workloads/*.h workloads/lib/*.h)

clean:
	rm -rf $(filter-out $(B)/qemu,$(wildcard $(B)/*)) compile_commands.json

distclean:
	rm -rf $(B) compile_commands.json

# Announced, not built yet: exit 3 says "could not run", in the words of the exit code table.
compare nightly lab:
	@echo "make $@: not built yet (docs/ARCHITECTURE.md, 'What comes later')" >&2; exit 3

help:
	@sed 's/^  //' docs/make-help.txt

.PHONY: bench check unit compare nightly lab deps qemu qemu-path ready steelyard lint fmt clean distclean help
.DEFAULT_GOAL := help
