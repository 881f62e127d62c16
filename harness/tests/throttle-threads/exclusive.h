/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of vCPUs, and exclusive sections: no vCPU runs between start_exclusive() and
 * end_exclusive(). */
#ifndef THROTTLE_THREADS_EXCLUSIVE_H
#define THROTTLE_THREADS_EXCLUSIVE_H

#include "hw/core/cpu.h"

typedef QTAILQ_HEAD(, CPUState) CPUList;

/* Read under the BQL; changed by these two, under the BQL. */
extern CPUList machine_cpus;
void machine_cpus_add(CPUState *cpu);
void machine_cpus_remove(CPUState *cpu);

/* For any thread except a vCPU's, without the BQL. */
void start_exclusive(void);
void end_exclusive(void);

#endif
