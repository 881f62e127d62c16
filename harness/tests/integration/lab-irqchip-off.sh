#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# irq.truth with all interrupt controllers in QEMU, REPEAT (default 50) times in one boot of the lab. KVM then asks for an
# interrupt window before most interrupts, and faults of TCG's SVM in doing so show only by chance.
. "$(dirname "$0")/tap.sh"

cat >"$scratch/off.ini" <<END
[irq.truth]
irqchip = off
rounds = 300
repeat = ${REPEAT:-50}
gate.missing = 0
gate.spurious = 0
gate.guest_mismatches = 0
END

sy run "$scratch/off.ini" --host lab --out "$scratch/off"
expect 'no guest dies and no interrupt gets lost' 0 PASS
check 'every repetition was measured' jq -e --argjson n "${REPEAT:-50}" \
    '.cases[0].metrics[] | select(.name == "interrupts") | .samples | length == $n' "$scratch/off/latest/results.json"
