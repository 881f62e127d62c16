/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest images: flat files. */
#ifndef MINIKVM_VMM_IMAGE_H
#define MINIKVM_VMM_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "workloads/minikvm/vmm/status.h"

/* Reads the file `path` into `memory`, of `room` bytes. MK_STATUS_USAGE if it cannot be read, is
 * empty or does not fit. Blocks as long as the file does. */
bool mk_image_load(const char *path, uint8_t *memory, size_t room, MkError *error);

#endif
