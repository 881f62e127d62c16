/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All vCPUs at once: a thread for each, the time limit, and how they are made to stop. */
#ifndef MINIKVM_VMM_CREW_H
#define MINIKVM_VMM_CREW_H

#include "workloads/minikvm/vmm/vcpu.h"

/*
 * Runs the options' vCPUs until all have ended; fills what mk_vcpu_run() needs but for .trace and
 * .trace_start_ns, and what it fills. The first runs in the calling thread, the only one that there
 * may be. Uses SIGALRM and SIGUSR1. MK_STATUS_HOST if there are no more threads.
 */
bool mk_crew_run(const MkMachine *machine, const MkOptions *options, MkVcpu *vcpus, MkError *error);

#endif
