/*
 * QTest testcase for kvm-throttle-set and query-kvm-throttle
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "libqtest.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"

#define MS INT64_C(1000000)

/* docs/specs/acpi_cpu_hotplug.rst; the base is that of the machine "pc". */
#define ACPI_CPU_BASE 0xaf00
#define ACPI_CPU_FLAGS 4
#define ACPI_CPU_EJECT 8

/* Firmware that does nothing, so that the vCPUs have something to run. */
#define BIOS_SIZE (64 * 1024)
static char *bios;

static void make_bios(void)
{
    g_autofree uint8_t *image = g_malloc0(BIOS_SIZE);
    int fd = g_file_open_tmp("kvm-throttle-test-XXXXXX", &bios, NULL);

    g_assert_cmpint(fd, >=, 0);
    image[BIOS_SIZE - 16] = 0xeb;   /* at the reset vector: jmp to itself */
    image[BIOS_SIZE - 15] = 0xfe;
    g_assert_cmpint(qemu_write_full(fd, image, BIOS_SIZE), ==, BIOS_SIZE);
    close(fd);
}

static QTestState *start(const char *args)
{
    return qtest_initf("-machine pc -nodefaults -bios %s %s", bios, args);
}

static void assert_error(const char *want, QDict *resp)
{
    QDict *error = qdict_get_qdict(resp, "error");

    g_assert_nonnull(error);
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), want));
    qobject_unref(resp);
}

static QDict *set(QTestState *qts, int64_t quota_ns, int64_t period_ns)
{
    return qtest_qmp(qts, "{ 'execute': 'kvm-throttle-set', 'arguments': {"
                     " 'quota-ns': %" PRId64 ", 'period-ns': %" PRId64 " } }",
                     quota_ns, period_ns);
}

static QDict *set_one(QTestState *qts, int64_t cpu_index, int64_t quota_ns,
                      int64_t period_ns)
{
    return qtest_qmp(qts, "{ 'execute': 'kvm-throttle-set', 'arguments': {"
                     " 'cpu-index': %" PRId64 ", 'quota-ns': %" PRId64 ","
                     " 'period-ns': %" PRId64 " } }",
                     cpu_index, quota_ns, period_ns);
}

static void assert_ok(QDict *resp)
{
    g_assert_true(qdict_haskey(resp, "return"));
    qobject_unref(resp);
}

static void assert_settings(QTestState *qts, int cpu, bool enabled,
                            int64_t quota_ns, int64_t period_ns)
{
    QDict *resp = qtest_qmp(qts, "{ 'execute': 'query-kvm-throttle' }");
    QList *list = qdict_get_qlist(resp, "return");
    const QListEntry *entry;
    QDict *info;

    g_assert_nonnull(list);
    QLIST_FOREACH_ENTRY(list, entry) {
        info = qobject_to(QDict, qlist_entry_obj(entry));
        if (qdict_get_int(info, "cpu-index") != cpu) {
            continue;
        }
        g_assert_cmpint(qdict_get_bool(info, "enabled"), ==, enabled);
        g_assert_cmpint(qdict_get_int(info, "quota-ns"), ==, quota_ns);
        g_assert_cmpint(qdict_get_int(info, "period-ns"), ==, period_ns);
        g_assert_cmpint(qdict_get_int(info, "granted-ns") -
                        qdict_get_int(info, "forfeited-ns") -
                        qdict_get_int(info, "used-ns"), ==,
                        qdict_get_int(info, "credit-ns") -
                        qdict_get_int(info, "debt-ns"));
        qobject_unref(resp);
        return;
    }
    g_assert_not_reached();
}

static void test_refused_without_kvm(const void *accel)
{
    g_autofree char *args = g_strdup_printf("-accel %s", (const char *)accel);
    QTestState *qts = start(args);

    assert_error("requires the KVM accelerator",
                 set(qts, 2 * MS, 20 * MS));
    assert_error("requires the KVM accelerator",
                 qtest_qmp(qts, "{ 'execute': 'query-kvm-throttle' }"));
    qtest_quit(qts);
}

static void test_round_trip(void)
{
    QTestState *qts = start("-accel kvm -smp 2");

    assert_settings(qts, 0, false, 20 * MS, 20 * MS);
    assert_ok(set(qts, 2 * MS, 20 * MS));
    assert_settings(qts, 0, true, 2 * MS, 20 * MS);
    assert_settings(qts, 1, true, 2 * MS, 20 * MS);
    assert_ok(set_one(qts, 1, 50 * MS, 100 * MS));
    assert_settings(qts, 0, true, 2 * MS, 20 * MS);
    assert_settings(qts, 1, true, 50 * MS, 100 * MS);
    assert_ok(set(qts, 100 * MS, 100 * MS));
    assert_settings(qts, 0, false, 100 * MS, 100 * MS);
    assert_settings(qts, 1, false, 100 * MS, 100 * MS);
    qtest_quit(qts);
}

static void test_errors_change_nothing(void)
{
    QTestState *qts = start("-accel kvm -smp 2");

    assert_ok(set(qts, 3 * MS, 30 * MS));
    assert_error("'quota-ns'", set(qts, 0, 20 * MS));
    assert_error("'quota-ns'", set(qts, -1, 20 * MS));
    assert_error("'quota-ns'", set(qts, 20 * MS + 1, 20 * MS));
    assert_error("'period-ns'", set(qts, 1, MS - 1));
    assert_error("'period-ns'", set(qts, 1, 1000 * MS + 1));
    assert_error("'period-ns'", set(qts, 1, INT64_MIN));
    assert_error("no vCPU", set_one(qts, 2, 2 * MS, 20 * MS));
    assert_error("no vCPU", set_one(qts, -1, 2 * MS, 20 * MS));
    assert_settings(qts, 0, true, 3 * MS, 30 * MS);
    assert_settings(qts, 1, true, 3 * MS, 30 * MS);
    qtest_quit(qts);
}

static void test_plug_and_unplug(void)
{
    QTestState *qts = start("-accel kvm -cpu qemu64"
                            " -smp 1,sockets=2,maxcpus=2");

    assert_ok(set(qts, 4 * MS, 40 * MS));
    qtest_outl(qts, ACPI_CPU_BASE, 0);          /* leave legacy mode */
    qtest_qmp_device_add(qts, "qemu64-x86_64-cpu", "plugged",
                         "{ 'socket-id': 1, 'core-id': 0, 'thread-id': 0 }");
    assert_settings(qts, 1, true, 4 * MS, 40 * MS);

    /* What the guest's ACPI code does when it lets go of a CPU */
    qtest_qmp_device_del_send(qts, "plugged");
    qtest_outl(qts, ACPI_CPU_BASE, 1);
    qtest_outb(qts, ACPI_CPU_BASE + ACPI_CPU_FLAGS, ACPI_CPU_EJECT);
    qtest_qmp_eventwait(qts, "DEVICE_DELETED");
    assert_error("no vCPU", set_one(qts, 1, 2 * MS, 20 * MS));
    assert_settings(qts, 0, true, 4 * MS, 40 * MS);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    int ret;

    g_test_init(&argc, &argv, NULL);
    make_bios();

    qtest_add_data_func("kvm-throttle/refused-without-kvm/qtest", "qtest",
                        test_refused_without_kvm);
    if (qtest_has_accel("tcg")) {
        qtest_add_data_func("kvm-throttle/refused-without-kvm/tcg", "tcg",
                            test_refused_without_kvm);
    }
    if (qtest_has_accel("kvm")) {
        qtest_add_func("kvm-throttle/round-trip", test_round_trip);
        qtest_add_func("kvm-throttle/errors-change-nothing",
                       test_errors_change_nothing);
        qtest_add_func("kvm-throttle/plug-and-unplug", test_plug_and_unplug);
    }

    ret = g_test_run();
    unlink(bios);
    g_free(bios);
    return ret;
}
