#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The 1K OS, both builds, under every VMM that this host has: what its programs write, byte for byte; the exits that they
# cost under mini-kvm, to the exit; that its timer ticks; and that user mode is real: what a program must not do ends the
# program and nothing else. in-lab.sh runs this script on ordinary KVM, which has 32-bit paging.
. "$(dirname "$0")/tap.sh"
qemu=${STEELYARD_TEST_QEMU:-$("$root/qemu-mods/build-qemu" --path "${REL:-10.0}" modded)}
[ -n "$qemu" ] || exit 3
[ -e /etc/steelyard/lab ] || make --no-print-directory -s "B=$build" mini-kvm guests >/dev/null
guests=$build/guests/minikvm
lab=$([ ! -e /etc/steelyard/lab ] || echo yes)

# --- the VMMs ------------------------------------------------------------------------------------------------------------
# boot VMM BITS [OPTION...]: runs that build; input and output are the guest's.
boot() {
    local vmm=$1 bits=$2
    shift 2
    [ "$vmm" = mini-kvm ] || [ $# -gt 0 ] || set -- -serial stdio
    case $vmm in
    mini-kvm)
        timeout -s KILL 60 "$build/mini-kvm" --mode "$([ "$bits" = 32 ] && echo paged || echo long)" --irqchip --end exit \
            --timeout 50 "$@" "$guests/os$bits.bin"
        ;;
    tcg | kvm)
        timeout -s KILL 60 "$qemu" -accel "$vmm" -machine pc -m 16 -L /usr/share/qemu -L /usr/share/seabios -bios qboot.rom \
            -nodefaults -no-user-config -display none -vga none -net none -no-reboot -device isa-debug-exit,iobase=0xf4 \
            -kernel "$guests/os$bits.bin" "$@" 2>"$scratch/err"
        ;;
    esac
}
vmms=()
[ -n "$lab" ] || vmms+=('tcg 32' 'tcg 64') # nested, TCG would take minutes
if host_has kvm; then
    vmms+=('kvm 64' 'mini-kvm 64')
    if echo 0 | boot mini-kvm 32 >"$scratch/out" 2>"$scratch/err"; then
        vmms+=('kvm 32' 'mini-kvm 32')
    else
        check 'where KVM has no 32-bit paging, mini-kvm says so' grep -q '32-bit paging' "$scratch/err"
    fi
else
    skip 'the 1K OS under KVM' 'no KVM on this host; in-lab.sh runs this script where there is one'
fi
# The lab is slow, and there for one of them; the others take part in what matters most.
most=("${vmms[@]}")
[ -z "$lab" ] || most=('mini-kvm 32')

# --- what the programs write, made here by other means ---------------------------------------------------------------------
menu() {
    printf '\n%s\n' '1 multiplication' '2 counter' '3 echo' '4 fibonacci' '5 primes' '6 calculator' '7 factorial' '8 gcd' \
        '9 about' '0 exit' | awk 'NR == 1 || !/^$/'
    printf '> '
}
# around TEXT...: what a session writes whose programs write TEXT, one after the other.
around() {
    local text
    echo '1K OS'
    for text in "$@"; do
        menu
        printf '%s' "$text"
    done
    menu
    echo 'Bye.'
}
ends=$'\n' # which $() would cut off
table=$(awk 'BEGIN { for (i = 2; i <= 9; i++) for (j = 1; j <= 9; j++) printf "%dx%d=%d%s", i, j, i * j, j < 9 ? " " : "\n" }')$ends
numbers=$(seq -s' ' 0 9)$ends
fibonacci="Fibonacci: $(awk 'BEGIN { b = 1; for (; n < 15; n++) { printf "%s%d", n ? ", " : "", a; c = a + b; a = b; b = c } }')$ends"
primes="Primes: $(seq 100 | awk '{ for (i = 2; i < $1; i++) if ($1 % i == 0) next } $1 > 1 { printf "%s%d", n++ ? " " : "", $1 }
    END { printf "\n%d primes", n }')$ends"
factorial=$(awk 'BEGIN { f = 1; for (n = 0; n <= 12; n++) { f *= n ? n : 1; printf "%d! = %d\n", n, f } }')$ends
gcd=$(printf '%s\n' '48 18' '100 35' '17 13' '1071 462' '270 192' | awk '{ a = $1; b = $2; while (b) { c = a % b; a = b; b = c }
    printf "gcd(%d, %d) = %d\n", $1, $2, a }')$ends
about="A kernel of about 1000 lines: paging, user mode, system calls, a timer.$ends"
echo_says="Type lines; \"quit\" ends.${ends}Hello$ends"
calculator_says="Type \"10 + 5\", with + - * / or %; \"q\" ends.${ends}= 15$ends"

# session NAME INPUT TEXT...: this input makes the programs write TEXT, under each VMM. Under mini-kvm it makes an exit for
# each byte out, each byte in, and the end; that is what `exits` must be, if it is set, and then no other VMM is tried. wide=1: under all VMMs.
session() {
    local name=$1 input=$2 vmm status made
    shift 2
    printf '%s' "$input" >"$scratch/input"
    around "$@" >"$scratch/wanted"
    made=$(($(wc -c <"$scratch/wanted") + $(wc -c <"$scratch/input") + 1))
    local among=("${most[@]}")
    [ -z "${wide:-}" ] || among=("${vmms[@]}")
    for vmm in "${among[@]}"; do
        [ -z "${exits:-}" ] || [[ $vmm == mini-kvm* ]] || continue
        # shellcheck disable=SC2086  # two words
        if [[ $vmm == mini-kvm* ]]; then
            boot $vmm --json <"$scratch/input" >"$scratch/json" 2>"$scratch/err"
            status=$?
            jq -j '.vcpus[0].output' "$scratch/json" >"$scratch/out"
            check "$vmm: $name: ${exits:-$made} exits" jq -e ".exits == ${exits:-$made} and .exits == $made" "$scratch/json"
        else
            boot $vmm <"$scratch/input" >"$scratch/out"
            status=$?
        fi
        if [ $status -eq 0 ] && cmp -s "$scratch/wanted" "$scratch/out"; then
            ok "$vmm: $name"
        else
            not_ok "$vmm: $name" "status $status" "$(diff "$scratch/wanted" "$scratch/out")" "$(cat "$scratch/err")"
        fi
    done
}

exits=118 session 'exit' $'0\n'
exits=714 session 'multiplication' $'1\n0\n' "$table"
exits=244 session 'counter' $'2\n0\n' "$numbers"
exits=266 session 'echo' $'3\nHello\nquit\n0\n' "$echo_says"
exits=290 session 'fibonacci' $'4\n0\n' "$fibonacci"
exits=313 session 'primes' $'5\n0\n' "$primes"
exits=282 session 'calculator' $'6\n10 + 5\nq\n0\n' "$calculator_says"
exits=356 session 'factorial' $'7\n0\n' "$factorial"
exits=311 session 'gcd' $'8\n0\n' "$gcd"
exits=296 session 'about' $'9\n0\n' "$about"
wide=1 session 'all of them' $'1\n2\n3\nHello\nquit\n4\n5\n6\n10 + 5\nq\n7\n8\n9\n0\n' "$table" "$numbers" "$echo_says" "$fibonacci" \
    "$primes" "$calculator_says" "$factorial" "$gcd" "$about"
session 'no such program' $'10\n\n0\n' $'No such program.\n' $'No such program.\n'
long=$(printf '%0100d' 7)
session 'a line that is too long' "3$ends$long${ends}quit${ends}0$ends" "Type lines; \"quit\" ends.${ends}${long:0:79}$ends"
session 'what the calculator cannot do' $'6\n1/0\n2147483647 + 1\n-2147483648 / -1\n-7 % 4\n9 ^ 2\n12345678901 + 1\nq\n0\n' \
    "${calculator_says%%=*}$(printf '%s\n' 'Division by zero.' 'Too large.' 'Too large.' '= -3' 'What?' 'What?')$ends"

# --- user mode -----------------------------------------------------------------------------------------------------------
fault=$'[ended: general protection fault]\n'
wide=1 session 'privileged instructions and ports end a program' $'cli\nhlt\noutb\ninb\ncr3\n0\n' "$fault" "$fault" "$fault" "$fault" "$fault"
wide=1 session 'the memory of others ends a program' $'peek\npoke\nnull\ncode\nstack\n0\n' \
    $'[ended: page fault, read from 0x00100000]\n' $'[ended: page fault, write to 0x00100000]\n' \
    $'[ended: page fault, read from 0x00000000]\n' $'[ended: page fault, write to 0x40000000]\n' \
    $'[ended: page fault, write to 0x400fefff]\n'
session 'other faults end a program' $'divide\nud2\n0\n' $'[ended: divide error]\n' $'[ended: invalid instruction]\n'
session 'the timer ends a program that never calls the kernel' $'spin\n2\n0\n' $'[ended: no system call for too long]\n' "$numbers"
session 'the kernel does for nobody what he may not' $'calls\n0\n' "$(printf '%s: refused\n' 'write from the kernel' \
    'write across the end' 'write of nearly all memory' 'write from a hole' 'read into the kernel' 'read into the code' 'call 99')$ends"
session 'programs within programs, as deep as there is room' $'nest\nnest\n0\n' $'0\n1\n2\n' $'0\n1\n2\n'
session 'every run has fresh data' $'fresh\nfresh\n0\n' $'1 0\n' $'1 0\n'

# Page-table based KVM cannot switch off SYSCALL, nor floating point: the one then goes to address 0, but in ring 3.
for vmm in "${most[@]}"; do
    # shellcheck disable=SC2086  # two words
    printf '%s\n' syscall fpu 2 0 | boot $vmm >"$scratch/out" 2>"$scratch/err"
    check "$vmm: SYSCALL ends a program" \
        grep -qE '^> \[ended: (invalid instruction|page fault, read from 0x00000000)\]$' "$scratch/out"
    if [ -n "$lab" ] || [[ $vmm == tcg* ]]; then
        check "$vmm: and so does floating point, whose registers no kernel saves here" \
            grep -qx '> \[ended: no floating point\]' "$scratch/out"
    fi
    check "$vmm: and the next one runs" grep -qx '> 0 1 2 3 4 5 6 7 8 9' "$scratch/out"
done

# --- time ----------------------------------------------------------------------------------------------------------------
session 'a program waits for ten ticks' $'wait\n0\n' $'10 ticks\n'

# ticks VMM BITS: prints how many there were at first, after a "spin", which takes 50 at least, and after twice ten; and the
# time in ms.
ticks() {
    local start end
    start=$(date +%s%N)
    printf '%s\n' ticks spin ticks wait wait ticks 0 | boot "$@" >"$scratch/out"
    end=$(date +%s%N)
    awk '/^> [0-9]+ ticks$/ && ++line != 3 && line != 4 { printf "%d ", $2 }' "$scratch/out"
    echo $(((end - start) / 1000000))
}
# The last figure is an upper limit: KVM delivers each tick, late rather than never, and TCG drops some.
as_time_goes() {
    local a b c ms
    read -r a b c ms <<<"$1"
    [ $((b - a)) -ge 50 ] && [ $((c - b)) -ge 20 ] && [ "$c" -le $((ms / 10 + 5)) ]
}
# late INPUT...: types each input half a second after the one before.
late() {
    local input
    for input in "$@"; do
        sleep 0.5
        printf '%s' "$input"
    done
}
for vmm in "${most[@]}"; do
    # shellcheck disable=SC2086  # two words
    counts=$(ticks $vmm)
    check "$vmm: the timer ticks as time goes by: $counts ms" as_time_goes "$counts"
    if [[ $vmm == mini-kvm* ]]; then
        # shellcheck disable=SC2086
        late $'2\n' $'0\n' | boot $vmm --json >"$scratch/json"
        around "$numbers" >"$scratch/wanted"
        check "$vmm: ticks change neither output nor exits" \
            jq -e --rawfile wanted "$scratch/wanted" '.exits == 244 and .vcpus[0].output == $wanted' "$scratch/json"
    fi
done

# --- a kernel that fails -------------------------------------------------------------------------------------------------
# Images whose menu begins with an invalid instruction, in place of the jump at the start of the user image's header.
mkdir "$scratch/broken"
for bits in 32 64; do
    cp "$guests/os$bits.bin" "$scratch/broken/"
    at=$(LC_ALL=C grep -obUaP '\xeb[^\xff]{7}\x00[\x10-\xf0]\x00\x40' "$guests/os$bits.bin" | cut -d: -f1 | head -n 1)
    printf '\x0f\x0b' | dd of="$scratch/broken/os$bits.bin" bs=1 seek="$at" conv=notrunc status=none
done
printf '%s\n' '1K OS' '[ended: invalid instruction]' '1K OS: error: the menu has ended badly' >"$scratch/wanted"
for vmm in "${most[@]}"; do
    # shellcheck disable=SC2086  # two words
    guests=$scratch/broken boot $vmm <<<0 >"$scratch/out" 2>"$scratch/err"
    code=$?
    check "$vmm: a kernel that fails says so" cmp "$scratch/wanted" "$scratch/out"
    # QEMU: isa-debug-exit. mini-kvm: a triple fault.
    check "$vmm: and ends the machine as one that has failed" test $code -eq "$([[ $vmm == mini-kvm* ]] && echo 5 || echo 3)"
done

# --- other devices -------------------------------------------------------------------------------------------------------
if [[ " ${vmms[*]} " == *' mini-kvm 64 '* ]]; then
    timeout -s KILL 60 "$build/mini-kvm" --mode long --end exit --json "$guests/os64.bin" <<<$'2\n0' >"$scratch/json"
    check 'without interrupt controllers, two exits more, which look for them' \
        jq -e '.exits == 246 and .vcpus[0].by_kind.in == 1' "$scratch/json"
fi
for vmm in "${most[@]}"; do
    if [[ $vmm == mini-kvm* ]]; then
        # shellcheck disable=SC2086  # two words
        boot $vmm --json --vcpus 3 <<<0 >"$scratch/json"
        check "$vmm: with three vCPUs the first runs it, and the others end" \
            jq -e '.status == 0 and [.vcpus[].exits] == [118, 1, 1]' "$scratch/json"
    fi
done
if [ -z "$lab" ]; then
    around >"$scratch/wanted"
    for bits in 32 64; do
        boot tcg "$bits" -chardev "file,id=out,path=$scratch/out" -device isa-debugcon,iobase=0xe9,chardev=out
        check "tcg $bits: without a UART, output by isa-debugcon, and no input" cmp "$scratch/wanted" "$scratch/out"
    done
fi
