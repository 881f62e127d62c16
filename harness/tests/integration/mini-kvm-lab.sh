#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What mini-kvm does on ordinary KVM, and page-table based KVM cannot: 32-bit paging, and hypercalls by VMCALL and VMMCALL, of
# which each processor knows one and KVM mends the other. in-lab.sh runs this script where KVM is page-table based.
. "$(dirname "$0")/tap.sh"
guests=$build/guests/minikvm

if ! host_has kvm; then
    skip '32-bit paging and VMCALL' 'no KVM on this host; in-lab.sh runs this script where there is one'
    exit
fi
mk --mode paged "$guests/test/protected.bin"
if [ "$code" -eq 3 ]; then
    expect '32-bit paging is refused in words' 3 '32-bit paging: CR0.PG reads back as 0; try the virtual lab host'
    skip '32-bit paging and VMCALL' 'no KVM on this host but a page-table based one; in-lab.sh runs this script on another'
    exit
fi
expect '32-bit paging' 0 '^01 ?$'
mk --mode protected --vmcall --timeout 5 --json "$guests/test/vmcall.bin"
check 'VMCALL and VMMCALL are hypercalls' \
    jq -e '.vcpus[0] | .output == "vm" and .end == "exit" and .by_kind.vmcall == 3' "$scratch/out"
