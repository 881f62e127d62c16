/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of the throttle in one thread: the accelerator's properties, the copies for readers. */
#ifndef THROTTLE_THREADS_ACCELERATOR_H
#define THROTTLE_THREADS_ACCELERATOR_H

/* Initialises kvm_state, without a limit. Once, before any vCPU. */
void accelerator_start(void);

/* Later: sets properties of the running accelerator, which must be refused. Under the BQL. */
void accelerator_check_refusals(void);

/* A reader beside a vCPU that is preempted while it publishes, and beside one that never stops. */
void accelerator_check_views(void);

#endif
