/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the kernel's event tracing is. */
#ifndef SY_BASE_TRACEFS_H
#define SY_BASE_TRACEFS_H

#include <stdbool.h>

/* Where tracefs usually is. */
#define SY_TRACEFS "/sys/kernel/tracing"

/* Is tracefs at SY_TRACEFS? Also if this user may not look into it. System calls only. */
bool sy_tracefs_mounted(void);

/*
 * Mounts tracefs without a path (fsmount(2)): nothing on the host changes, and the mount goes away
 * with the descriptor, which is the result and the caller's. It needs neither a mount namespace nor
 * a root directory that is a mount point, which a chroot has not. -1 with errno. System calls only.
 */
int sy_tracefs_mount(void);

#endif
