# SPDX-License-Identifier: GPL-2.0-or-later
# Steelyard: `make bench` measures QEMU, `make check` tests Steelyard itself, `make help` lists all targets.
# Everything made goes into $(B) and results/; only ci/deps changes the system.

B       ?= build
REL     ?= 10.0
FLAVOR  ?= modded
TIER    ?= standard
HOST    ?= auto
LAB_SUITE ?= trixie
ARGS    ?=
SAN     ?=
export STEELYARD_BUILD := $(abspath $(B))

# Sub-makes, because packages have to come before the compiler, also with -j.
SUB     := $(MAKE) --no-print-directory
# Compile on all CPUs, unless -j gives a number.
ALL_CPUS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
# One line per file; V=1 shows the commands.
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '%-5s %s\n' '$1' '$2')

# ---------------------------------------------------------------------------------------------------- program
##@ Prepare (bench, compare, baseline, nightly and check do this by themselves)

CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
CFLAGS  ?= -O2 -g
PKGS    := glib-2.0 gio-2.0 gio-unix-2.0 json-glib-1.0 gsl sqlite3 libarchive libtracecmd libtracefs libtraceevent libelf capstone
WARN    := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
# Calls pkg-config once, at the first use: on a fresh machine `make deps` has to install it first.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)) -lpfm -lm)$(PKG_LIBS)
TEST_LIBS  = $(eval TEST_LIBS := $$(shell pkg-config --libs criterion))$(TEST_LIBS)

# Objects with sanitizers go into folders of their own (SAN=address, SAN=undefined, SAN=address,undefined, SAN=thread).
comma   := ,
SAN_TAG := $(if $(SAN),-$(subst $(comma),-,$(SAN)))
SAN_FLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
O       := $(B)/obj$(SAN_TAG)

# Files of the mods that are compiled into steelyard too: pure logic, for simulation and tests.
BUCKET  := $(addprefix qemu-mods/src/accel/kvm/throttle/,throttle-bucket.c throttle-starvation.c)
IRQ_LOG := $(addprefix qemu-mods/src/hw/core/irq-log/,irq-log-ring.c irq-log-filter.c)
PURE    := $(BUCKET) $(IRQ_LOG)
MAIN    := harness/cli/main.c
SRC     := $(filter-out $(MAIN),$(sort $(wildcard harness/[!t]*/*.c workloads/*.c workloads/*/*.c)))
TESTS   := $(sort $(wildcard harness/tests/*.c))
FUZZ    := $(sort $(wildcard harness/tests/fuzz/*.c))
MINIKVM_MAIN := workloads/minikvm/vmm/main.c
MINIKVM := $(filter-out $(MINIKVM_MAIN),$(sort $(wildcard workloads/minikvm/vmm/*.c)))
BENCH_MAIN := workloads/minikvm/bench/main.c
BENCH   := $(filter-out $(BENCH_MAIN),$(sort $(wildcard workloads/minikvm/bench/*.c)))
THREADS := $(sort $(wildcard harness/tests/throttle-threads/*.c))
RING_THREADS := harness/tests/irq-ring-threads/main.c
MINIKVM_RANDOM := harness/tests/minikvm-random/main.c
ALL_C   := $(MAIN) $(SRC) $(MINIKVM_MAIN) $(MINIKVM) $(BENCH_MAIN) $(BENCH) $(TESTS) $(FUZZ) $(THREADS) $(RING_THREADS) $(MINIKVM_RANDOM) $(wildcard harness/tests/integration/*.c)
OBJ     := $(SRC:%.c=$(O)/%.o) $(PURE:%.c=$(O)/%.o)
CPPFLAGS_ALL = -D_GNU_SOURCE -Iharness -I. $(addprefix -I,$(sort $(dir $(PURE)))) $(PKG_CFLAGS) $(CPPFLAGS)
COMPILE = $(CC) -std=c17 $(CPPFLAGS_ALL) $(CFLAGS) $(WARN) $(SAN_FLAGS)

steelyard: $(B)/steelyard$(SAN_TAG) ## compile build/steelyard alone

# Without a build id, which depends on the debug information and so on the folder: the same source gives the same bytes in
# every folder, and so the same image and digits in lab-exact.
$(B)/steelyard$(SAN_TAG): $(MAIN:%.c=$(O)/%.o) $(OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SAN_FLAGS) -Wl,--build-id=none $(LDFLAGS) -o $@.tmp $^ $(PKG_LIBS)
	@mv $@.tmp $@

$(B)/unit-tests$(SAN_TAG): $(TESTS:%.c=$(O)/%.o) $(OBJ) $(MINIKVM:%.c=$(O)/%.o) $(BENCH:%.c=$(O)/%.o)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) $(TEST_LIBS)

# The yardstick among VMMs: linked statically where a C library allows it, with musl if it is there, so that it is as small and
# starts as fast as a process can. (A kernel's headers are no part of musl.)
MINIKVM_STATIC = $(if $(SAN),,$(if $(wildcard $(shell $(CC) -print-file-name=libc.a)),-static))
MUSL := $(if $(SAN),,$(shell command -v musl-gcc 2>&-))
KERNEL_HEADERS := -idirafter /usr/include -idirafter /usr/include/$(shell uname -m)-linux-gnu
mini-kvm: $(B)/mini-kvm$(SAN_TAG) $(B)/mini-kvm-bench$(SAN_TAG)

ifneq ($(MUSL),)
$(B)/mini-kvm: $(MINIKVM_MAIN)
$(B)/mini-kvm-bench: $(BENCH_MAIN) $(BENCH) $(wildcard workloads/minikvm/bench/*.h)
$(B)/mini-kvm $(B)/mini-kvm-bench: $(MINIKVM) $(wildcard workloads/minikvm/vmm/*.h) guests/minikvm/ports.h
	@mkdir -p $(@D)
	$(call say,MUSL,$@)
	$(Q)$(MUSL) -std=c17 -D_GNU_SOURCE -I. $(KERNEL_HEADERS) $(CFLAGS) $(WARN) -fno-pie -no-pie -static \
	  -Wl,--build-id=none -o $@.tmp $(filter %.c,$^)
	@mv $@.tmp $@
else
$(B)/mini-kvm$(SAN_TAG): $(MINIKVM_MAIN:%.c=$(O)/%.o)
$(B)/mini-kvm-bench$(SAN_TAG): $(BENCH_MAIN:%.c=$(O)/%.o) $(BENCH:%.c=$(O)/%.o)
$(B)/mini-kvm$(SAN_TAG) $(B)/mini-kvm-bench$(SAN_TAG): $(MINIKVM:%.c=$(O)/%.o)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SAN_FLAGS) -Wl,--build-id=none $(MINIKVM_STATIC) -pthread $(LDFLAGS) -o $@.tmp $^
	@mv $@.tmp $@
endif

$(B)/minikvm-random: $(MINIKVM_RANDOM) workloads/minikvm/vmm/status.h
	$(call say,LINK,$@)
	$(Q)$(COMPILE) $(MINIKVM_STATIC) -o $@ $<

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

-include $(wildcard $(O)/*/*.d $(O)/*/*/*.d $(O)/*/*/*/*.d $(O)/*/*/*/*/*.d $(O)/*/*/*/*/*/*.d)

# The throttle's files from QEMU, compiled against stand-ins for QEMU's headers. All but the monitor command (*-hmp.c), which
# only prints the replies of the QMP command, and the check of the command line (*-accel.c), which only calls QEMU.
MODS      := $(filter-out %-hmp.c %-accel.c,$(sort $(wildcard $(dir $(firstword $(BUCKET)))*.c)))
STAND_INS := -Iharness/tests/throttle-threads/include
FAILABLE  := timer_create timer_delete pthread_getcpuclockid
THREADS_O := $(patsubst %.c,$(O)/stand-ins/%.o,$(THREADS) $(MODS))

$(B)/throttle-threads$(SAN_TAG): $(THREADS_O)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) $(FAILABLE:%=-Wl,--wrap=%) -pthread -o $@ $^ $(PKG_LIBS)

# QEMU itself is built without that warning.
$(O)/stand-ins/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(COMPILE) $(STAND_INS) -Wno-unused-parameter -pthread -MMD -MP -c -o $@ $<

-include $(THREADS_O:.o=.d)

# The IRQ log's ring among threads, with writers that are made to stall.
STALL := -include harness/tests/irq-ring-threads/stall.h
$(B)/irq-ring-threads$(SAN_TAG): $(RING_THREADS) $(firstword $(IRQ_LOG)) harness/tests/irq-ring-threads/stall.h
	$(call say,LINK,$@)
	$(Q)$(COMPILE) $(STALL) -pthread -o $@ $(RING_THREADS) $(firstword $(IRQ_LOG)) $(PKG_LIBS)

compile_commands.json: Makefile $(ALL_C)
	@{ echo '['; sep=; for f in $(ALL_C); do \
	  printf '%s{"directory":"%s","file":"%s","command":"%s -c %s"}' "$$sep" '$(CURDIR)' "$$f" '$(COMPILE) $(STAND_INS)' "$$f"; \
	  sep=','; echo; done; echo ']'; } > $@

# ------------------------------------------------------------------------------------- packages, QEMU, guests

# The groups of ci/packages that a target needs, besides [build].
NEEDS    = run
# The flavors that it needs.
FLAVORS  = $(FLAVOR)

deps: ## install missing Debian packages, of all groups that make needs, as root or by sudo
	@ci/deps build run test lint

qemu: ## fetch and build QEMU, of release REL and flavor FLAVOR, if anything changed
	@qemu-mods/build-qemu $(REL) $(FLAVOR)

qemu-path: ## print the path of that QEMU
	@qemu-mods/build-qemu --path $(REL) $(FLAVOR)

kernel: ## fetch the lab's kernel, Debian's cloud kernel, if it is not there
	@ci/fetch-kernel $(LAB_SUITE) $(B)/lab/kernel

include guests/guests.mk

# Always called: steelyard finds out whether anything changed, since packages of this machine are part of it.
linux-guest: $(B)/steelyard$(SAN_TAG)
	@$< lab pack guests/linux/linux.ini $(B)/guests/linux

$(B)/lab/lab.ini: harness/lab/lab.ini
	@mkdir -p $(@D)
	@cp $< $@

lab-ini: $(B)/lab/lab.ini

ready: ## build all that a run needs: packages, QEMU, kernel, guests, steelyard
	@ci/ready $(REL) '$(FLAVORS)' $(NEEDS)

lab: ready ## build all that the virtual lab host needs (the same as ready)

# ------------------------------------------------------------------------------------------------- main targets
##@ Measure

# stock_for JOB: "stock" if its cases compare with the stock build.
stock_for = $(shell ! grep -qs '^kind *=.*exits\|^sink *=.*off' $1 || echo stock)

bench: FLAVORS = $(FLAVOR) $(call stock_for,workloads/$(TIER).ini)
bench: ready ## run workloads/TIER.ini; the report is results/latest/report.html
	@$(B)/steelyard run workloads/$(TIER).ini --host $(HOST) --release $(REL) $(ARGS)

# BASE and NEW are [FLAVOR:]REL[@GITREF]; build-qemu reports what is wrong with them.
JOB     ?= workloads/compare.ini
compare: ## measure two builds in turns, e.g. BASE=10.0@HEAD~3 NEW=10.0; fails if NEW is worse
	@$(if $(and $(BASE),$(NEW)),:,echo 'make compare BASE=10.0 NEW=stock:10.0: which builds? [FLAVOR:]RELEASE[@GITREF]' >&2; exit 2)
	@$(SUB) ready
	@qemu-mods/build-qemu '$(BASE)'
	@qemu-mods/build-qemu '$(NEW)'
	@$(B)/steelyard compare --base '$(BASE)' --new '$(NEW)' $(if $(FAULT),--fault '$(FAULT)') --host $(HOST) $(JOB) $(ARGS)

# Of the default flavor, whatever FLAVOR is: a baseline is of the mods.
baseline: FLAVORS = modded stock
baseline: ready ## record results/baselines again: the machine code of the mods in this tree
	@$(B)/steelyard baseline $(REL) --record

# JOB= in place of TIER= runs a job of your own.
nightly: TIER = nightly
nightly: NIGHTLY = $(if $(filter file,$(origin JOB)),workloads/$(TIER).ini,$(JOB))
nightly: FLAVORS = $(FLAVOR) stock
nightly: ready ## check the baseline, run workloads/nightly.ini or JOB, remove old run folders
	@B=$(B) HOST=$(HOST) REL=$(REL) ci/nightly $(NIGHTLY) $(ARGS)

##@ Test

check: FLAVORS = $(FLAVOR) stock
check: NEEDS = run test $(if $(FAST),lint)
check: ready ## run all tests, from unit tests to killed runs; FAST=1: those for the inner loop, in 90 seconds
	@B=$(B) ci/check $(if $(FAST),fast)

check-deep: FLAVORS = $(FLAVOR) asan
check-deep: NEEDS = run test
check-deep: ready ## run the long tests: QEMU with sanitizers, long fuzzing, comparisons of a build with itself
	@B=$(B) $(if $(filter file,$(origin FUZZ_RUNS)),,FUZZ_RUNS=$(FUZZ_RUNS)) ci/check deep

unit: $(B)/unit-tests$(SAN_TAG) ## run the unit tests (SAN=address,undefined: with sanitizers)
	@$(B)/unit-tests$(SAN_TAG) --jobs 2

threads: $(B)/throttle-threads$(SAN_TAG) ## run the throttle's code among threads like QEMU's (SAN=thread: with TSan)
	@$(B)/throttle-threads$(SAN_TAG)

ring-threads: $(B)/irq-ring-threads$(SAN_TAG) ## run the IRQ log's ring among writing and reading threads (SAN=thread: with TSan)
	@$(B)/irq-ring-threads$(SAN_TAG)

# Limited by number, not by time, and with a fixed seed: the same inputs every time.
FUZZ_RUNS ?= 20000
FUZZ_BIN  := $(FUZZ:harness/tests/fuzz/%.c=$(B)/fuzz/%)
fuzz: ## fuzz every parser of outside input, and the throttle's token bucket
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

model: ## check a model of the throttle's races with spin, and that each property can fail
	@qemu-mods/model/check-model $(B)/model

docs-check: steelyard ## check the documentation: commands, job files, QMP examples, links and file names
	@B=$(B) ci/docs-check

lint-changed: compile_commands.json
	@ci/lint --changed $(ALL_C)

lint: ## check layers, style, commit messages, wording, spelling; clang-tidy, shellcheck
	@ci/deps build test lint
	@$(SUB) -s compile_commands.json
	@ci/lint $(ALL_C)

##@ Maintain

figures: steelyard ## draw the figures of docs/ again
	@ci/draw-figures $(B)/steelyard $(B)/figures docs/figures

RUN     ?= results/latest
readme: ## draw the README's picture and make its table again, from RUN
	@ci/draw-report $(RUN) docs/figures
	@ci/readme-table $(RUN) README.md

fmt: ## format all C files
	clang-format -i $(ALL_C) $(wildcard harness/*/*.h harness/tests/fuzz/*.h workloads/*.h workloads/*/*.h workloads/*/*/*.h)

clean: ## remove what was built, except QEMU and the lab's kernel
	rm -rf $(filter-out $(B)/qemu $(B)/lab,$(wildcard $(B)/*)) \
	  $(filter-out $(B)/lab/kernel $(B)/lab/kernel.d,$(wildcard $(B)/lab/*)) compile_commands.json

distclean: ## remove all that was built or fetched
	rm -rf $(B) compile_commands.json

# From `##@ HEADING` and `target: ## text` above; what measures comes first.
help: ## print this list
	@awk -F ':.*## ' '/^##@ / { part = /Measure/ ? 1 : part; text[part] = text[part] "\n" substr($$0, 5) "\n" } \
	  /^[a-z-]+:.*## / { text[part] = text[part] sprintf("  %-17s%s\n", $$1, $$2) } \
	  END { printf "%s%s", substr(text[1], 2), text[0] }' part=0 $(firstword $(MAKEFILE_LIST))
	@echo
	@echo 'Variables'
	@printf '  %-17s%s\n' \
	  'REL=10.0'        'release of QEMU; 10.0@GITREF: with the mods of that commit' \
	  'FLAVOR=modded'   'build of QEMU: modded, stock or asan (with sanitizers)' \
	  'HOST=auto'       'where cases run: native, lab, lab-exact, or auto, which chooses for each case' \
	  'TIER=standard'   'bench: smoke, standard or nightly' \
	  'BASE= NEW='      'compare: the two builds, each [FLAVOR:]RELEASE[@GITREF]' \
	  'FAULT='          'compare: a fault to inject into NEW, e.g. quota=+1%' \
	  'JOB=FILE'        'compare, nightly: the job to run' \
	  'RUN=FOLDER'      'readme: the folder of a run of throttle.peers; default: results/latest' \
	  'DEEP=1'          'nightly: run check-deep as well' \
	  'KEEP=30'         'nightly: how many run folders to keep of each job; 0 keeps all' \
	  'ARGS='           'bench, compare, nightly: more options, e.g. ARGS="--filter *idle*"' \
	  'FAST='           'check: FAST=1 runs unit tests, the command line, and lint of the changed files' \
	  'SAN='            'unit, threads, ring-threads: address,undefined or thread' \
	  'FUZZ_RUNS=20000' 'fuzz, check-deep: inputs for each fuzz target (check-deep: 500000)' \
	  'LAB_SUITE=trixie' 'kernel: the Debian suite that it comes from' \
	  'B=build'         'folder of everything that is built' \
	  'V=1'             'print the commands of the compiler'

.PHONY: bench baseline check check-deep unit threads ring-threads fuzz fuzz-run model figures readme docs-check compare nightly lab deps qemu qemu-path kernel linux-guest lab-ini ready steelyard mini-kvm lint lint-changed fmt clean distclean help
.DEFAULT_GOAL := help
