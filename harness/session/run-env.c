/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/run-env.h"

#include "session/paths.h"

bool sy_run_env_prepare(SyRunEnv *env, const SyRunRequest *request, GError **error)
{
    env->release = g_strdup(request->release);
    env->qemu = g_strdup(request->qemu);
    env->stock_qemu = sy_paths_stock_qemu(request->release);
    env->firmware = g_strdupv((char **)sy_paths_firmware_dirs);
    env->guests_dir = sy_paths_guests_dir();
    env->mini_kvm = sy_paths_mini_kvm();
    sy_paths_prepare_probes(request->release);
    env->faults = sy_faults_parse((const char *const *)request->faults, error);
    return env->faults != NULL;
}

void sy_run_env_clear(SyRunEnv *env)
{
    sy_faults_free(env->faults);
    g_free(env->run_dir);
    g_free(env->release);
    g_free(env->qemu);
    g_free(env->stock_qemu);
    g_free(env->guests_dir);
    g_free(env->mini_kvm);
    g_strfreev(env->firmware);
    *env = (SyRunEnv){0};
}
