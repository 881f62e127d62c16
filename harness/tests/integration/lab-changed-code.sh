#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A CPU of the lab runs code as it is after another CPU has changed it. Linux changes its own code all the time (static keys,
# tracepoints); where the emulator goes on with the old code, the lab crashes by chance.
. "$(dirname "$0")/tap.sh"

gcc -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -pthread -o "$scratch/changed-code" harness/tests/integration/changed-code.c ||
    exit 3
cd "$scratch" || exit 3
sy lab shell --copy=changed-code -- /work/changed-code "${WRITES:-10000}"
sed 's/^/# /' "$scratch/out"
expect 'no CPU runs code that is no longer there' 0
for place in 'in a page of its own' 'beside another function' 'across two pages'; do
    for mapping in lasting fresh; do
        check "$place, $mapping mapping: every write was seen, and there were many" \
            grep -Eq "^$place, $mapping mapping: 0 of [0-9]{3,} writes not seen" "$scratch/out"
    done
done
