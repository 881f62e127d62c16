#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Loading the state of the FPU on one CPU of the lab leaves the others alone. Where the emulator lets it change the flags of
# CPU 0, a guest on that CPU ends by a triple fault, or the CPU takes no interrupt any more, in the first second.
. "$(dirname "$0")/tap.sh"

gcc -std=c17 -O2 -Wall -Wextra -Werror -static -o "$scratch/restore-fpu" harness/tests/integration/restore-fpu.c || exit 3
cp harness/tests/integration/nested-guest.sh "$scratch" || exit 3
cd "$scratch" || exit 3
seconds=${SECONDS_OF_LOAD:-5}
# A CPU without interrupts stops everything in the lab, so this host watches the time.
timeout 120 "$steelyard" lab shell --copy=restore-fpu --copy=nested-guest.sh \
    -- /work/nested-guest.sh "$seconds" /work/restore-fpu >out 2>err
code=$?
sed 's/^/# /' out
check 'a guest runs on CPU 0' grep -q '^the guest is ready' out
check 'and goes on while CPU 1 loads the state of the FPU' grep -q "^the guest lives after $seconds s" out
expect 'the lab ends by itself' 0
