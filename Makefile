# SPDX-License-Identifier: GPL-2.0-or-later
# Steelyard: `make bench` weighs, `make check` proves the scales, `make help` lists the rest.
# Everything made lands under $(B) and results/; the system is touched only by `make deps`.

B       ?= build
REL     ?= 10.0
FLAVOR  ?= modded
TIER    ?= standard
HOST    ?= auto
LAB_SUITE ?= trixie
ARGS    ?=
SAN     ?=
export STEELYARD_BUILD := $(abspath $(B))

# What a target needs before the compiler runs comes first and in this order, also under -j: hence the sub-makes.
SUB     := $(MAKE) --no-print-directory
# Compiling takes all CPUs, unless -j said how many.
ALL_CPUS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
# One line per file; V=1 shows the commands.
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '%-5s %s\n' '$1' '$2')

# ---------------------------------------------------------------------------------------------------- program

CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
CFLAGS  ?= -O2 -g
PKGS    := glib-2.0 gio-2.0 gio-unix-2.0 json-glib-1.0 gsl sqlite3 libarchive libtracecmd libtracefs libtraceevent
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

# The files of the mods that are compiled here, too: their pure logic, for simulation and tests.
BUCKET  := $(addprefix qemu-mods/src/accel/kvm/throttle/,throttle-bucket.c throttle-starvation.c)
IRQ_LOG := $(addprefix qemu-mods/src/hw/core/irq-log/,irq-log-ring.c irq-log-filter.c)
PURE    := $(BUCKET) $(IRQ_LOG) qemu-mods/src/system/phys-pages/phys-text.c
MAIN    := harness/cli/main.c
SRC     := $(filter-out $(MAIN),$(sort $(wildcard harness/[!t]*/*.c workloads/*.c workloads/*/*.c)))
TESTS   := $(sort $(wildcard harness/tests/*.c))
FUZZ    := $(sort $(wildcard harness/tests/fuzz/*.c))
THREADS := $(sort $(wildcard harness/tests/throttle-threads/*.c))
RING_THREADS := harness/tests/irq-ring-threads/main.c
ALL_C   := $(MAIN) $(SRC) $(TESTS) $(FUZZ) $(THREADS) $(RING_THREADS) $(wildcard harness/tests/integration/*.c)
OBJ     := $(SRC:%.c=$(O)/%.o) $(PURE:%.c=$(O)/%.o)
CPPFLAGS_ALL = -D_GNU_SOURCE -Iharness -I. $(addprefix -I,$(sort $(dir $(PURE)))) $(PKG_CFLAGS) $(CPPFLAGS)
COMPILE = $(CC) -std=c17 $(CPPFLAGS_ALL) $(CFLAGS) $(WARN) $(SAN_FLAGS)

steelyard: $(B)/steelyard$(SAN_TAG)

# Without a build id, which is made of the debug information, too: but for that, the same source gives the same bits in
# whatever folder, and the key of a baseline counts them.
$(B)/steelyard$(SAN_TAG): $(MAIN:%.c=$(O)/%.o) $(OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SAN_FLAGS) -Wl,--build-id=none $(LDFLAGS) -o $@.tmp $^ $(PKG_LIBS)
	@mv $@.tmp $@

$(B)/unit-tests$(SAN_TAG): $(TESTS:%.c=$(O)/%.o) $(OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) $(TEST_LIBS)

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

-include $(wildcard $(O)/*/*.d $(O)/*/*/*.d $(O)/*/*/*/*.d $(O)/*/*/*/*/*.d $(O)/*/*/*/*/*/*.d)

# The throttle as QEMU has it, but for QEMU: its files against stand-ins for the headers they include. All but the
# monitor's page, which only prints what the answers hold.
MODS      := $(filter-out %-hmp.c,$(sort $(wildcard $(dir $(firstword $(BUCKET)))*.c)))
STAND_INS := -Iharness/tests/throttle-threads/include
FAILABLE  := timer_create timer_delete pthread_getcpuclockid
THREADS_O := $(patsubst %.c,$(O)/stand-ins/%.o,$(THREADS) $(MODS))

$(B)/throttle-threads$(SAN_TAG): $(THREADS_O)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) $(FAILABLE:%=-Wl,--wrap=%) -pthread -o $@ $^ $(PKG_LIBS)

# QEMU's own code does without that warning.
$(O)/stand-ins/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(COMPILE) $(STAND_INS) -Wno-unused-parameter -pthread -MMD -MP -c -o $@ $<

-include $(THREADS_O:.o=.d)

# The IRQ log's ring between threads, its writers made to stall.
STALL := -include harness/tests/irq-ring-threads/stall.h
$(B)/irq-ring-threads$(SAN_TAG): $(RING_THREADS) $(firstword $(IRQ_LOG)) harness/tests/irq-ring-threads/stall.h
	$(call say,LINK,$@)
	$(Q)$(COMPILE) $(STALL) -pthread -o $@ $(RING_THREADS) $(firstword $(IRQ_LOG)) $(PKG_LIBS)

compile_commands.json: Makefile $(ALL_C)
	@{ echo '['; sep=; for f in $(ALL_C); do \
	  printf '%s{"directory":"%s","file":"%s","command":"%s -c %s"}' "$$sep" '$(CURDIR)' "$$f" '$(COMPILE) $(STAND_INS)' "$$f"; \
	  sep=','; echo; done; echo ']'; } > $@

# ------------------------------------------------------------------------------------- packages, QEMU, guests

deps: ## install the Debian packages that are missing
	@ci/deps

qemu: ## fetch and build QEMU (REL or REL@GITREF, FLAVOR), if anything changed
	@qemu-mods/build-qemu $(REL) $(FLAVOR)

qemu-path: ## print where that QEMU is
	@qemu-mods/build-qemu --path $(REL) $(FLAVOR)

kernel: ## fetch the lab's kernel, Debian's cloud kernel of LAB_SUITE, if it is not here
	@ci/fetch-kernel $(LAB_SUITE) $(B)/lab/kernel

include guests/guests.mk

# Whether anything of it changed is for steelyard to find out: packages of this machine go into it.
linux-guest: $(B)/steelyard$(SAN_TAG)
	@$< lab pack guests/linux/linux.ini $(B)/guests/linux

$(B)/lab/lab.ini: harness/lab/lab.ini
	@mkdir -p $(@D)
	@cp $< $@

ready: ## all that a run needs: packages, QEMU, kernel, guests, steelyard
	@ci/deps
	@$(SUB) qemu
	@$(SUB) kernel
	@$(SUB) -s $(ALL_CPUS) guests steelyard $(B)/lab/lab.ini
	@$(SUB) -s linux-guest

lab: ready ## all that the virtual lab host needs

# ------------------------------------------------------------------------------------------------- main targets

# Some cases compare with the stock build.
stock_too = @! grep -qs '^kind *=.*exits\|^sink *=.*off' $1 || $(SUB) qemu FLAVOR=stock

bench: ready ## weigh: run TIER=smoke|standard|nightly, report in results/latest/report.html
	$(call stock_too,workloads/$(TIER).ini)
	@$(B)/steelyard run workloads/$(TIER).ini --host $(HOST) --release $(REL) $(ARGS)

# A build is [FLAVOR:]REL[@GITREF], as build-qemu takes it, which says what is wrong with one.
JOB     ?= workloads/compare.ini
compare: ## BASE=10.0@HEAD~3 NEW=10.0 [FAULT=quota=+1%] [JOB=]: measure two builds in turns, exit 1 if anything got worse
	@$(if $(and $(BASE),$(NEW)),:,echo 'make compare BASE=10.0 NEW=stock:10.0: which builds? [FLAVOR:]RELEASE[@GITREF]' >&2; exit 2)
	@$(SUB) ready
	@qemu-mods/build-qemu '$(BASE)'
	@qemu-mods/build-qemu '$(NEW)'
	@$(B)/steelyard compare --base '$(BASE)' --new '$(NEW)' $(if $(FAULT),--fault '$(FAULT)') --host $(HOST) $(JOB) $(ARGS)

baseline: ready ## record results/baselines anew: the throttle in lab-exact, to the digit, as this tree has it
	@$(SUB) qemu FLAVOR=stock
	@$(B)/steelyard run workloads/baseline.ini --host lab-exact
	@$(B)/steelyard baseline --record

check: ready ## prove: every test, from units to killed runs; needs no root but for packages
	@$(SUB) qemu FLAVOR=stock
	@B=$(B) ci/check

check-deep: ready ## prove what takes long: QEMU with sanitizers through the smoke tier, long fuzzing (FUZZ_RUNS)
	@$(SUB) qemu FLAVOR=asan
	@B=$(B) $(if $(filter file,$(origin FUZZ_RUNS)),,FUZZ_RUNS=$(FUZZ_RUNS)) ci/check deep

unit: $(B)/unit-tests$(SAN_TAG) ## the unit tests alone (SAN=address,undefined: sanitised)
	@$(B)/unit-tests$(SAN_TAG) --jobs 2

threads: $(B)/throttle-threads$(SAN_TAG) ## the throttle between threads that act on it as QEMU's do (SAN=thread: TSan)
	@$(B)/throttle-threads$(SAN_TAG)

ring-threads: $(B)/irq-ring-threads$(SAN_TAG) ## the IRQ log's ring between threads that write and read it (SAN=thread: TSan)
	@$(B)/irq-ring-threads$(SAN_TAG)

# Bounded by runs, not by time, with a fixed seed: the same inputs every time.
FUZZ_RUNS ?= 20000
FUZZ_BIN  := $(FUZZ:harness/tests/fuzz/%.c=$(B)/fuzz/%)
fuzz: ## every parser of outside input and the throttle's bucket under libFuzzer (FUZZ_RUNS inputs each)
	@$(SUB) -s CC=clang SAN=address,undefined,fuzzer-no-link fuzz-run

$(B)/fuzz/%: $(O)/harness/tests/fuzz/%.o $(OBJ)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) -fsanitize=address,undefined,fuzzer -o $@ $^ $(PKG_LIBS)

fuzz-run: $(FUZZ_BIN)
	@failed=0; for target in $^; do \
	  mkdir -p $$target.corpus; \
	  if $$target -runs=$(FUZZ_RUNS) -seed=1 -max_len=4096 -artifact_prefix=$$target. $$target.corpus \
	       $(wildcard harness/tests/fuzz/seeds/) >$$target.log 2>&1; \
	  then echo "ok - fuzz $${target##*/}"; \
	  else echo "not ok - fuzz $${target##*/}: $$target.log"; failed=$$((failed + 1)); fi; \
	done; echo "$$(($(words $(FUZZ)) - failed)) passed, $$failed failed, 0 skipped"; [ $$failed -eq 0 ]

model: ## the throttle's races under spin, and that each property can fail
	@qemu-mods/model/check-model $(B)/model

figures: steelyard ## draw the figures of docs/ again
	@ci/draw-figures $(B)/steelyard $(B)/figures docs/figures

docs-check: steelyard ## the documentation: commands, job files, QMP examples, links and names of files fit the tree
	@B=$(B) ci/docs-check

lint: compile_commands.json ## layers, style, clang-tidy, shellcheck, spelling
	@ci/lint $(ALL_C)

fmt: ## format all C files
	clang-format -i $(ALL_C) $(wildcard harness/*/*.h harness/tests/fuzz/*.h workloads/*.h workloads/*/*.h)

clean: ## remove what was built, but for QEMU
	rm -rf $(filter-out $(B)/qemu $(B)/lab,$(wildcard $(B)/*)) \
	  $(filter-out $(B)/lab/kernel $(B)/lab/kernel.d,$(wildcard $(B)/lab/*)) compile_commands.json

distclean: ## remove all that was built and fetched
	rm -rf $(B) compile_commands.json

# JOB= instead of TIER= for a job of one's own.
nightly: TIER = nightly
nightly: NIGHTLY = $(if $(filter file,$(origin JOB)),workloads/$(TIER).ini,$(JOB))
nightly: ready ## the nightly pipeline: baselines, TIER=nightly or JOB=, history, report; the newest KEEP=30 run folders stay
	$(call stock_too,$(NIGHTLY))
	@B=$(B) HOST=$(HOST) REL=$(REL) ci/nightly $(NIGHTLY) $(ARGS)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12
	@echo
	@echo 'Variables: REL=10.0 FLAVOR=modded|stock|asan TIER=standard HOST=auto LAB_SUITE=trixie ARGS="--filter *" SAN= V=1 B=build'

.PHONY: bench baseline check check-deep unit threads ring-threads fuzz fuzz-run model figures docs-check compare nightly lab deps qemu qemu-path kernel linux-guest ready steelyard lint fmt clean distclean help
.DEFAULT_GOAL := help
