/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is printed when all vCPUs have ended. */
#ifndef MINIKVM_VMM_REPORT_H
#define MINIKVM_VMM_REPORT_H

#include "workloads/minikvm/vmm/vcpu.h"

/* The exit status of the whole: the worst of the vCPUs' ends, and whether the output was as asked.
 * Pure. */
MkStatus mk_report_status(const MkOptions *options, const MkVcpu *vcpus);

/* Prints one line for each vCPU that did not end well, each text that is missing or forbidden, and
 * with --explain more. */
void mk_report_faults(const MkOptions *options, const MkVcpu *vcpus, FILE *out);

/* --exits: the exits of each vCPU, by kind. */
void mk_report_exits(const MkOptions *options, const MkVcpu *vcpus, FILE *out);

/* --json: docs/MINIKVM.md describes it. `start_ns` is when the process began. */
void mk_report_json(const MkOptions *options, const MkVcpu *vcpus, int64_t start_ns, FILE *out);

#endif
