#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU with the mods, but built without KVM and with as little else as possible, from the source of the modded build: it
# compiles without warnings, shows nothing of the throttle, and does not start if a limit is asked for.
. "$(dirname "$0")/tap.sh"
rel=${REL:-10.0}
qemu=$("$root/qemu-mods/build-qemu" --path "$rel" modded) || exit 3
src=$build/qemu/$rel/modded/src
obj=$build/check/no-kvm-$rel
without=$obj/qemu-system-x86_64
meson=$("$root/qemu-mods/fetch-qemu" --meson 1.5 "$build/qemu/tools") || exit 3

# In a shell of its own, as in build-qemu: with what QEMU needs in the environment, and nothing else.
build_without_kvm() (
    unset CC CFLAGS LDFLAGS MAKEFLAGS MFLAGS MAKELEVEL PYTHONHOME PYTHONPATH "${!CCACHE_@}"
    export PYTHONNOUSERSITE=1 CCACHE_DIR=$build/qemu/ccache CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1 CCACHE_MAXSIZE=2G
    [ -z "$meson" ] || export PYTHONPATH=$meson
    rm -rf "$obj"
    { mkdir -p "$obj" && cd "$obj" && "$src/configure" --python=/usr/bin/python3 --cc='ccache cc' --target-list=x86_64-softmmu \
        --without-default-features --without-default-devices --disable-pixman --enable-tcg --disable-kvm --disable-docs \
        --disable-install-blobs --enable-werror && ninja qemu-system-x86_64; } >"$scratch/build.log" 2>&1 && return
    grep -E -m 5 'error:|ERROR:' "$scratch/build.log" || tail -n 5 "$scratch/build.log"
    return 1
)
# shows QEMU: what it has of the throttle in its schema and its monitor's help; false if it answers nothing.
shows() {
    local schema help
    schema=$(printf '%s\n' '{"execute":"qmp_capabilities"}' '{"execute":"query-qmp-schema"}' '{"execute":"quit"}' |
        timeout 60 "$1" -machine none -nodefaults -display none -qmp stdio |
        jq -r '.return | arrays[] | .name, .members[]?.name, .values[]?') && [ -n "$schema" ] || return
    help=$(printf 'help info\nquit\n' | timeout 60 "$1" -machine none -nodefaults -display none -monitor stdio) || return
    grep -q 'query-irq-log' <<<"$schema" && grep -q 'info version' <<<"$help" || return
    grep -xiE 'kvm.throttle.*|query-kvm-throttle|max-debt-ns' <<<"$schema"
    grep -o 'info kvm-throttle' <<<"$help"
    return 0
}
shows_all_of_it() {
    [ "$(shows "$qemu" | sort -u)" = "$(printf '%s\n' KVM_THROTTLE_STARVED 'info kvm-throttle' kvm-throttle-set max-debt-ns \
        query-kvm-throttle | sort)" ]
}
shows_nothing() {
    local seen
    seen=$(shows "$1") && [ -z "$seen" ]
}
refused() {
    ! timeout 60 "$without" -accel kvm,throttle-quota-us=5000 -accel tcg -machine none -nodefaults -display none \
        >"$scratch/err" 2>&1 && grep -q "'throttle-quota-us' takes no effect, because tcg is used" "$scratch/err"
}

check 'the modded build shows the throttle' shows_all_of_it
check 'QEMU is built without KVM, and without warnings' build_without_kvm
check 'it has no KVM' sh -c "! '$without' -accel help | grep -qx kvm"
check 'and shows the other mods, but nothing of the throttle' shows_nothing "$without"
check 'with a limit asked for, it does not start' refused
rm -rf "$obj"
