/*
 * QTest testcase for the CPU time limit of KVM vCPUs: QMP, HMP, properties
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

/* A quota and a period that are always the same, and one more argument */
static QDict *set_with(QTestState *qts, const char *name, int64_t value)
{
    QDict *args = qdict_new();

    qdict_put_int(args, "quota-ns", 3 * MS);
    qdict_put_int(args, "period-ns", 30 * MS);
    qdict_put_int(args, name, value);
    return qtest_qmp(qts, "{ 'execute': 'kvm-throttle-set',"
                     " 'arguments': %p }", args);
}

static void assert_ok(QDict *resp)
{
    g_assert_true(qdict_haskey(resp, "return"));
    qobject_unref(resp);
}

/* What query-kvm-throttle returns for a vCPU; checks that its books balance */
static QDict *query(QTestState *qts, int cpu)
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
        g_assert_cmpint(qdict_get_int(info, "granted-ns") -
                        qdict_get_int(info, "forfeited-ns") -
                        qdict_get_int(info, "used-ns") +
                        qdict_get_int(info, "forgiven-ns"), ==,
                        qdict_get_int(info, "credit-ns") -
                        qdict_get_int(info, "debt-ns"));
        g_assert_cmpint(qdict_get_int(info, "starved-ns"), <=,
                        qdict_get_int(info, "forfeited-ns"));
        qobject_ref(info);
        qobject_unref(resp);
        return info;
    }
    g_assert_not_reached();
}

static void assert_settings(QTestState *qts, int cpu, bool enabled,
                            int64_t quota_ns, int64_t period_ns)
{
    QDict *info = query(qts, cpu);

    g_assert_cmpint(qdict_get_bool(info, "enabled"), ==, enabled);
    g_assert_cmpint(qdict_get_int(info, "quota-ns"), ==, quota_ns);
    g_assert_cmpint(qdict_get_int(info, "period-ns"), ==, period_ns);
    qobject_unref(info);
}

static void assert_int(QTestState *qts, int cpu, const char *name,
                       int64_t value)
{
    QDict *info = query(qts, cpu);

    g_assert_cmpint(qdict_get_int(info, name), ==, value);
    qobject_unref(info);
}

static void test_refused_without_kvm(const void *accel)
{
    g_autofree char *args = g_strdup_printf("-accel %s", (const char *)accel);
    g_autofree char *text = NULL;
    QTestState *qts = start(args);

    assert_error("requires the KVM accelerator",
                 set(qts, 2 * MS, 20 * MS));
    assert_error("requires the KVM accelerator",
                 qtest_qmp(qts, "{ 'execute': 'query-kvm-throttle' }"));
    text = qtest_hmp(qts, "info kvm-throttle");
    g_assert_nonnull(strstr(text, "requires the KVM accelerator"));
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

static void test_burst(void)
{
    QTestState *qts = start("-accel kvm -smp 2");

    assert_ok(set(qts, 3 * MS, 30 * MS));
    assert_int(qts, 0, "burst-ns", 3 * MS);         /* default: the quota */
    assert_ok(set_with(qts, "burst-ns", 0));
    assert_int(qts, 0, "burst-ns", 0);
    assert_error("'burst-ns' must be between 0 and 3600000000000",
                 set_with(qts, "burst-ns", -1));
    assert_error("'burst-ns' must be between 0 and 3600000000000",
                 set_with(qts, "burst-ns", 3600 * 1000 * MS + 1));
    assert_int(qts, 0, "burst-ns", 0);
    assert_ok(set_with(qts, "burst-ns", 3600 * 1000 * MS));
    assert_int(qts, 1, "burst-ns", 3600 * 1000 * MS);
    assert_ok(set(qts, 4 * MS, 30 * MS));
    assert_int(qts, 1, "burst-ns", 4 * MS);         /* not the old value */
    qtest_quit(qts);
}

static void test_max_debt(void)
{
    QTestState *qts = start("-accel kvm -smp 2");

    assert_int(qts, 0, "max-debt-ns", 0);
    assert_ok(set_with(qts, "max-debt-ns", 5 * MS));
    assert_int(qts, 1, "max-debt-ns", 5 * MS);
    assert_error("'max-debt-ns' must be between 0 and 3600000000000",
                 set_with(qts, "max-debt-ns", -1));
    assert_error("'max-debt-ns' must be between 0 and 3600000000000",
                 set_with(qts, "max-debt-ns", 3600 * 1000 * MS + 1));
    assert_int(qts, 0, "max-debt-ns", 5 * MS);
    assert_ok(set(qts, 4 * MS, 30 * MS));
    assert_int(qts, 1, "max-debt-ns", 0);           /* not the old value */
    qtest_quit(qts);
}

static void test_starved_periods(void)
{
    QTestState *qts = start("-accel kvm -smp 2");

    assert_int(qts, 0, "starved-periods", 50);
    assert_ok(set_with(qts, "starved-periods", 0));
    assert_int(qts, 0, "starved-periods", 0);
    assert_ok(set_with(qts, "starved-periods", UINT32_MAX));
    assert_int(qts, 1, "starved-periods", UINT32_MAX);
    assert_error("'starved-periods'",
                 set_with(qts, "starved-periods", -1));
    assert_error("'starved-periods'",
                 set_with(qts, "starved-periods", UINT32_MAX + INT64_C(1)));
    assert_int(qts, 1, "starved-periods", UINT32_MAX);
    assert_ok(set(qts, 3 * MS, 30 * MS));
    assert_int(qts, 1, "starved-periods", 50);
    qtest_quit(qts);
}

/*
 * A quota that is replaced early counts only for the time it was in force: of
 * a whole CPU, no more than the time that has passed.  The vCPU may take the
 * settings one by one or only the last of them, and may need a moment.
 */
static void test_counters_after_changes(void)
{
    QTestState *qts = start("-accel kvm");
    int64_t begin_us = g_get_monotonic_time();

    assert_ok(set(qts, 1 * MS, 1000 * MS));
    assert_ok(set(qts, 1000 * MS, 1000 * MS));
    assert_ok(set(qts, 2 * MS, 1000 * MS));
    while (true) {
        QDict *info = query(qts, 0);
        int64_t granted = qdict_get_int(info, "granted-ns");
        int64_t periods = qdict_get_int(info, "periods");
        int64_t passed_ns = (g_get_monotonic_time() - begin_us) * 1000;
        int64_t earlier = granted - (periods + 1) * 2 * MS;

        qobject_unref(info);
        if (earlier >= 0 && earlier <= MIN(passed_ns, 500 * MS)) {
            break;
        }
        g_assert_cmpint(passed_ns, <, 30 * 1000 * MS);
        g_usleep(1000);
    }
    assert_int(qts, 0, "starved-total", 0);
    qtest_quit(qts);
}

static void test_accel_properties(void)
{
    QTestState *qts = start("-cpu qemu64 -smp 1,sockets=2,maxcpus=2 -accel "
                            "kvm,throttle-quota-us=2000,"
                            "throttle-period-us=10000,throttle-burst-us=7000,"
                            "throttle-max-debt-us=6000");

    assert_settings(qts, 0, true, 2 * MS, 10 * MS);
    assert_int(qts, 0, "burst-ns", 7 * MS);
    assert_int(qts, 0, "max-debt-ns", 6 * MS);
    assert_int(qts, 0, "starved-periods", 50);
    qtest_qmp_device_add(qts, "qemu64-x86_64-cpu", "plugged",
                         "{ 'socket-id': 1, 'core-id': 0, 'thread-id': 0 }");
    assert_settings(qts, 1, true, 2 * MS, 10 * MS);
    assert_int(qts, 1, "burst-ns", 7 * MS);
    assert_ok(set(qts, 10 * MS, 10 * MS));
    assert_settings(qts, 0, false, 10 * MS, 10 * MS);
    qtest_quit(qts);

    qts = start("-accel kvm,throttle-quota-us=5000");
    assert_settings(qts, 0, true, 5 * MS, 20 * MS);
    assert_int(qts, 0, "burst-ns", 5 * MS);
    qtest_quit(qts);
}

/* QEMU does not start with -accel @first [-accel @second], and says why. */
static void assert_no_start(const char *first, const char *second,
                            const char *want)
{
    g_autofree char *err = NULL;
    const char *argv[] = {
        getenv("QTEST_QEMU_BINARY"), "-machine", "none", "-nodefaults",
        "-display", "none", "-accel", first, second ? "-accel" : NULL,
        second, NULL
    };
    int status;

    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL,
                               G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                               NULL, &err, &status, NULL));
    g_assert_false(g_spawn_check_wait_status(status, NULL));
    if (!strstr(err, want)) {
        g_test_message("%s: %s", first, err);
        g_test_fail();
    }
}

static void test_accel_property_refused(const void *data)
{
    const char *const *want = data;         /* properties, message */
    g_autofree char *accel = g_strdup_printf("kvm,%s", want[0]);

    assert_no_start(accel, NULL, want[1]);
}

/* Whether KVM cannot be used or is not even tried: no limit, no start. */
static void test_no_fallback(void)
{
    const char *message = "'throttle-quota-us' takes no effect, because tcg "
                          "is used";

    assert_no_start("kvm,device=/nonexistent,throttle-quota-us=5000", "tcg",
                    message);
    assert_no_start("tcg", "kvm,throttle-quota-us=5000", message);
}

static const char *const refused[][2] = {
    { "throttle-quota-us=0",
      "'throttle-quota-us' must be between 1 and throttle-period-us (20000)" },
    { "throttle-quota-us=20001",
      "'throttle-quota-us' must be between 1 and throttle-period-us (20000)" },
    { "throttle-quota-us=1,throttle-period-us=999",
      "'throttle-period-us' must be between 1000 and 1000000, not 999" },
    { "throttle-quota-us=1,throttle-period-us=1000001",
      "'throttle-period-us' must be between 1000 and 1000000, not 1000001" },
    { "throttle-quota-us=1,throttle-burst-us=-1",
      "'throttle-burst-us' must be between 0 and 3600000000, not -1" },
    { "throttle-quota-us=1,throttle-burst-us=3600000001",
      "'throttle-burst-us' must be between 0 and 3600000000" },
    { "throttle-quota-us=1,throttle-max-debt-us=-1",
      "'throttle-max-debt-us' must be between 0 and 3600000000, not -1" },
    { "throttle-max-debt-us=1", "'throttle-quota-us' is missing" },
    { "throttle-period-us=20000", "'throttle-quota-us' is missing" },
    { "throttle-burst-us=1", "'throttle-quota-us' is missing" },
    { "throttle-quota-us=1ms", "'throttle-quota-us' expects" },
};

static void test_info(void)
{
    g_autofree char *text = NULL;
    QTestState *qts = start("-accel kvm -smp 2");

    assert_ok(set_one(qts, 1, 5 * MS, 20 * MS));
    text = qtest_hmp(qts, "info kvm-throttle");
    g_assert_true(g_regex_match_simple("^CPU +quota +period +% +burst ", text,
                                       G_REGEX_MULTILINE, 0));
    g_assert_true(g_regex_match_simple("^ +0 +no limit +20.000 .* thread-cpu",
                                       text, G_REGEX_MULTILINE, 0));
    g_assert_true(g_regex_match_simple("^ +1 +5.000 +20.000 +25.00 +5.000 ",
                                       text, G_REGEX_MULTILINE, 0));
    qtest_quit(qts);
}

static QDict *find(QList *list, const char *key, const char *value)
{
    const QListEntry *entry;

    QLIST_FOREACH_ENTRY(list, entry) {
        QDict *dict = qobject_to(QDict, qlist_entry_obj(entry));

        if (g_str_equal(qdict_get_try_str(dict, key) ?: "", value)) {
            return dict;
        }
    }
    return NULL;
}

/* The arguments of command or event @name are @want, those with ? optional. */
static void assert_arguments(QList *schema, const char *name,
                             const char *const *want)
{
    QDict *entity = find(schema, "name", name);
    QList *members;

    g_assert_nonnull(entity);
    members = qdict_get_qlist(find(schema, "name",
                                   qdict_get_str(entity, "arg-type")),
                              "members");
    for (; *want; want++) {
        bool optional = **want == '?';
        QDict *member = find(members, "name", *want + optional);

        g_assert_nonnull(member);
        g_assert_cmpint(qdict_haskey(member, "default"), ==, optional);
    }
}

static void test_schema(void)
{
    static const char *const command[] = {
        "quota-ns", "period-ns", "?cpu-index", "?burst-ns",
        "?max-debt-ns", "?starved-periods", NULL
    };
    static const char *const event[] = {
        "cpu-index", "periods", "quota-ns", "period-ns", "forfeited-ns",
        "withheld-ns", NULL
    };
    QTestState *qts = start("-accel qtest");
    QDict *resp = qtest_qmp(qts, "{ 'execute': 'query-qmp-schema' }");
    QList *schema = qdict_get_qlist(resp, "return");

    assert_arguments(schema, "kvm-throttle-set", command);
    assert_arguments(schema, "KVM_THROTTLE_STARVED", event);
    qobject_unref(resp);
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

/* In place of the tests that need KVM, so that their absence shows */
static void test_skipped(void)
{
    g_test_skip("no KVM");
}

int main(int argc, char **argv)
{
    size_t i;
    int ret;

    g_test_init(&argc, &argv, NULL);
    make_bios();

    qtest_add_data_func("kvm-throttle/refused-without-kvm/qtest", "qtest",
                        test_refused_without_kvm);
    qtest_add_func("kvm-throttle/schema", test_schema);
    if (qtest_has_accel("tcg")) {
        qtest_add_data_func("kvm-throttle/refused-without-kvm/tcg", "tcg",
                            test_refused_without_kvm);
        qtest_add_func("kvm-throttle/accel-properties/no-fallback",
                       test_no_fallback);
    }
    if (qtest_has_accel("kvm")) {
        qtest_add_func("kvm-throttle/round-trip", test_round_trip);
        qtest_add_func("kvm-throttle/errors-change-nothing",
                       test_errors_change_nothing);
        qtest_add_func("kvm-throttle/burst", test_burst);
        qtest_add_func("kvm-throttle/max-debt", test_max_debt);
        qtest_add_func("kvm-throttle/starved-periods", test_starved_periods);
        qtest_add_func("kvm-throttle/counters-after-changes",
                       test_counters_after_changes);
        qtest_add_func("kvm-throttle/plug-and-unplug", test_plug_and_unplug);
        qtest_add_func("kvm-throttle/accel-properties", test_accel_properties);
        for (i = 0; i < ARRAY_SIZE(refused); i++) {
            g_autofree char *path = g_strdup_printf(
                "kvm-throttle/accel-properties/refused/%s", refused[i][0]);

            qtest_add_data_func(path, refused[i], test_accel_property_refused);
        }
        qtest_add_func("kvm-throttle/info", test_info);
    } else {
        qtest_add_func("kvm-throttle/with-kvm", test_skipped);
    }

    ret = g_test_run();
    unlink(bios);
    g_free(bios);
    return ret;
}
