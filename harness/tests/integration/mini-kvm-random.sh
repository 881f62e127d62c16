#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# mini-kvm, built with sanitizers, on its guests and on $IMAGES random images (default 200, the same ones every time unless
# $SEED differs): no crash, no hang, always a documented end. Needs KVM.
. "$(dirname "$0")/tap.sh"
# By the name that `make` uses itself, because that is how it knows what depends on a header.
b=${build#"$root/"}
make --no-print-directory -s "B=$b" guests "$b/minikvm-random"
make --no-print-directory -s "B=$b" SAN=address,undefined mini-kvm
mini_kvm=$build/mini-kvm-address-undefined
bench=$build/mini-kvm-bench-address-undefined
guests=$build/guests/minikvm

if ! host_has kvm; then
    skip 'random images' 'this host has no KVM, and the lab no sanitizers'
    exit
fi
for guest in minimal hello counter multiplication fibonacci matrix; do
    check "with sanitizers: $guest" "$mini_kvm" --json --exits --trace "$scratch/trace" --vcpus 2 "$guests/$guest.bin"
    check "with sanitizers: $guest, again and again" "$bench" --runs 5 --reuse --ioeventfd 0x1234 -- "$guests/$guest.bin"
    check "with sanitizers: $guest, in a VM for each run" "$bench" --runs 3 --coalesce 0x1234 -- --vcpus 2 "$guests/$guest.bin"
done
printf 'some input\n' >"$scratch/in"
for test in "$guests"/test/*.bin; do
    name=${test##*/}
    for mode in real protected long; do
        timeout 60 "$mini_kvm" --mode $mode --explain --timeout 0.1 "$test" <"$scratch/in" >"$scratch/out" 2>&1
        code=$?
        # 1 is a sanitizer's, because nothing is expected of these.
        case $code in
        0 | 4 | 5) ok "with sanitizers: ${name%.bin} in $mode mode" ;;
        *) not_ok "with sanitizers: ${name%.bin} in $mode mode" "exit $code" "$(tail -n 20 "$scratch/out")" ;;
        esac
    done
done
for bits in 32 64; do
    mode=long
    [ $bits = 64 ] || mode=paged
    printf '%s\n' 1 2 3 Hello quit 4 5 6 '10 + 5' q 7 8 9 poke spin 0 >"$scratch/in"
    timeout 60 "$mini_kvm" --mode $mode --irqchip --json --timeout 50 "$guests/os$bits.bin" <"$scratch/in" \
        >"$scratch/out" 2>&1
    code=$?
    if [ $code -eq 3 ] && grep -q '32-bit paging' "$scratch/out"; then
        skip "with sanitizers: the 1K OS of $bits bits" 'page-table based KVM has no 32-bit paging, and the lab no sanitizers'
    else
        check "with sanitizers: the 1K OS of $bits bits" test $code -eq 0
    fi
done
check "${IMAGES:-200} random images" "$build/minikvm-random" "$mini_kvm" "${IMAGES:-200}" "${SEED:-1}"
