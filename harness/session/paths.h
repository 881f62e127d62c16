/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where builds, guests and firmware are on this machine. The caller frees the strings. */
#ifndef SY_SESSION_PATHS_H
#define SY_SESSION_PATHS_H

/* The release under test unless --release names another. */
#define SY_DEFAULT_RELEASE "10.0"

/* The build folder BUILD, which has guests/ and qemu/: $STEELYARD_BUILD, or the folder of this
 * program. */
char *sy_paths_build_dir(void);

/* BUILD/guests and BUILD/mini-kvm. */
char *sy_paths_guests_dir(void);
char *sy_paths_mini_kvm(void);

/* The QEMU binary of the modded build of `release`, whether it exists or not. */
char *sy_paths_modded_qemu(const char *release);

/* That of the stock build; inside a lab, the lab's copy. */
char *sy_paths_stock_qemu(const char *release);

/* Tells the probes of host/requirement.h where the guests and the stock QEMU of `release` are. */
void sy_paths_prepare_probes(const char *release);

/* The folders in which Debian's packages install firmware: SeaBIOS, and the option ROMs of
 * qemu-system-data. NULL-terminated. */
extern const char *const sy_paths_firmware_dirs[];

#endif
