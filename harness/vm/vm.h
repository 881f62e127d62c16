/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One QEMU from start to end. Its private run folder (0700) holds qmp.sock, serial.sock, serial.log
 * (all that the guest printed), qemu.log (QEMU's own output) and cmdline (to run it again by hand);
 * the logs outlive the VM. vm/inspect.h asks a running VM about itself.
 */
#ifndef SY_VM_VM_H
#define SY_VM_VM_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "vm/channel.h"
#include "vm/cmdline.h"
#include "vm/qmp.h"

/* Limits where SyVmConfig has 0. The first is generous, because in the lab QEMU itself is
 * emulated. */
#define SY_VM_CONNECT_TIMEOUT_NS (60 * SY_NS_PER_S)
#define SY_VM_QUIT_TIMEOUT_NS (10 * SY_NS_PER_S)
#define SY_VM_TERM_TIMEOUT_NS (3 * SY_NS_PER_S)

/* The limit for a QMP command that QEMU answers at once, for sy_qmp_execute() where nothing calls
 * for another. */
#define SY_VM_QMP_TIMEOUT_NS (20 * SY_NS_PER_S)

typedef struct SyVm SyVm;

/*
 * Makes `run_dir`, starts QEMU in it, connects QMP and the guest's console, and only then lets the
 * vCPUs run (unless config->paused), so that no output of the guest is missed. Blocks up to
 * config->connect_timeout_ns. Main thread only (see sy_child_spawn). `config` is not kept. The
 * caller owns the result: sy_vm_stop(), then g_autoptr or sy_vm_free(). On failure nothing is left
 * running. SY_ERROR_UNAVAILABLE: QEMU cannot be executed; SY_ERROR_DIED: QEMU ended, with its exit
 * status and the last lines of qemu.log; SY_ERROR_TIMEOUT; SY_ERROR_IO: the run folder;
 * SY_ERROR_CANCELLED.
 */
SyVm *sy_vm_start(const SyVmConfig *config, const char *run_dir, GError **error);

/* Pauses the vCPUs (QMP stop): when it returns true, none of them runs. */
bool sy_vm_pause(SyVm *vm, GError **error);

/* Lets the vCPUs of a paused VM run (QMP cont). */
bool sy_vm_resume(SyVm *vm, GError **error);

/*
 * Waits for the guest's line that begins with `prefix` ("spin: ready"); it goes to `line` (may be
 * NULL; the caller frees). Blocks up to `timeout_ns`. SY_ERROR_TIMEOUT names the guest image, the
 * limit and the guest's last lines; SY_ERROR_DIED if QEMU ends meanwhile; SY_ERROR_CANCELLED.
 */
bool sy_vm_wait_ready(SyVm *vm, const char *prefix, int64_t timeout_ns, char **line,
                      GError **error);

/*
 * Writes `text` to the guest's serial port. Blocks up to `timeout_ns`. SY_ERROR_TIMEOUT;
 * SY_ERROR_DIED, with how QEMU ended, if it is gone; SY_ERROR_CANCELLED.
 */
bool sy_vm_write(SyVm *vm, const char *text, int64_t timeout_ns, GError **error);

/*
 * Can this VM be measured? False with SY_ERROR_DIED if QEMU ended, the guest panicked or shut down,
 * or KVM gave up on it (runstate internal-error). One QMP round trip (query-status): call it
 * between measurements.
 */
bool sy_vm_check(SyVm *vm, GError **error);

/*
 * Ends QEMU: QMP quit, then after quit_timeout_ns SIGTERM, then after term_timeout_ns SIGKILL to
 * the whole process group. Afterwards there is no process and no socket, whatever it returns, also
 * in a cancelled run. False if the end was not orderly: SY_ERROR_DIED (QEMU had ended before, or
 * not with status 0), SY_ERROR_TIMEOUT (a signal was needed). A second call does nothing and
 * returns true. NULL is fine. Later use of `vm` fails with SY_ERROR_DIED.
 */
bool sy_vm_stop(SyVm *vm, GError **error);

/* Stops the VM if it still runs, ignoring errors, and frees it. NULL is fine. */
void sy_vm_free(SyVm *vm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyVm, sy_vm_free)

/*
 * QMP, owned by `vm` and valid until sy_vm_stop(); NULL after it. Its errors do not say how QEMU
 * ended, so after an SY_ERROR_DIED sy_vm_check() gives the better message.
 */
SyQmp *sy_vm_qmp(SyVm *vm);

/* QEMU's process id; 0 after sy_vm_stop(). */
pid_t sy_vm_pid(const SyVm *vm);

/* The run folder as given, its descriptor (O_PATH), and the QEMU binary; owned by `vm`. */
const char *sy_vm_run_dir(const SyVm *vm);
int sy_vm_dir_fd(const SyVm *vm);
const char *sy_vm_qemu(const SyVm *vm);

/*
 * QMP on this VM with the limit SY_VM_QMP_TIMEOUT_NS. Like sy_qmp_execute(), but if QEMU has died
 * the error also says how it ended, with the last lines of qemu.log.
 */
JsonNode *sy_vm_execute(SyVm *vm, const char *command, JsonObject *arguments, GError **error);

/* The same as sy_qmp_execute_raw(). */
char *sy_vm_execute_raw(SyVm *vm, const char *command, JsonObject *arguments, GError **error);

#endif
