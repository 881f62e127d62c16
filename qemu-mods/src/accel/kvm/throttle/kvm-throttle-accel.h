/*
 * Limit the CPU time of KVM vCPUs: hook for the choice of an accelerator
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef KVM_THROTTLE_ACCEL_H
#define KVM_THROTTLE_ACCEL_H

/*
 * Once an accelerator has been chosen: sets an error if the options of another
 * one ask for a limit, which would then not hold.  Also for builds without KVM.
 */
void kvm_throttle_check_accel(Error **errp);

#endif /* KVM_THROTTLE_ACCEL_H */
