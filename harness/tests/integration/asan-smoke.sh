#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU with the mods, built with AddressSanitizer and UndefinedBehaviorSanitizer (`make qemu FLAVOR=asan`), runs the smoke
# tier and the checks of throttle-qmp.sh without a report. With sanitizers it is slow, so gates may fail.
. "$(dirname "$0")/tap.sh"
build_path=$("$root/qemu-mods/build-qemu" --path "${REL:-10.0}" asan) || exit 3

# A report ends QEMU with an exit status of its own, which no caller can miss, and leaves a file. Leaks are looked for when
# QEMU ends by itself, not when it is killed.
reports=$scratch/reports
status=99
export ASAN_OPTIONS="log_path=$reports/asan:exitcode=$status:halt_on_error=1:detect_leaks=1"
export UBSAN_OPTIONS="exitcode=$status:halt_on_error=1:print_stacktrace=1"
mkdir "$reports"

# Together with ASan, gcc's UBSan ignores log_path (faulty.c shows it), so this keeps a copy of stderr.
qemu=$scratch/qemu
cat >"$qemu" <<SH
#!/bin/bash
if [ -n "\${STEELYARD_TEST_FAULT:-}" ]; then
    export LD_PRELOAD='$scratch/faulty.so' ASAN_OPTIONS="\$ASAN_OPTIONS:verify_asan_link_order=0"
fi
exec '$build_path' "\$@" 2> >(LD_PRELOAD='' exec tee -a '$reports/stderr.'\$\$ >&2)
SH
chmod +x "$qemu"

# no_report: searches the complete files and prints the reports that it finds. A file alone is not a report: ASan warns of
# swapcontext() in every QEMU, although QEMU tells it of each switch.
report_pattern='ERROR: (Address|Leak)Sanitizer|runtime error:'
no_report() {
    local files
    wait_for 10 sh -c "! pgrep -f 'tee -[a] $reports/stderr'"
    files=$(grep -rlE "$report_pattern" "$reports")
    [ -z "$files" ] && return
    # shellcheck disable=SC2086  # names without blanks
    grep -hE -A 12 "$report_pattern" $files | head -n 60
    return 1
}

check 'the build has both sanitizers' \
    sh -c "'$build_path' --version | grep -q 'steelyard asan;.*--enable-asan --enable-ubsan'"

# Without KVM this runs in the lab: there ASan's report ends QEMU and makes its case an ERROR; UBSan's is in QEMU's log.
if ! host_has kvm; then
    skip 'faults injected into QEMU are reported' 'no KVM on this host, and the lab does not load the library of faults'
    sy run workloads/smoke.ini --host lab-exact --qemu "$build_path" --out "$scratch/smoke"
    run=$scratch/smoke/latest
    jq -r '.cases[] | "# \(.status) \(.id): \(.metrics[0].median) \(.reason // "")"' "$run/results.json"
    check 'the smoke tier runs to its end in the lab' test "$code" -ne 2 -a "$code" -ne 3 -a "$code" -le 4
    check 'every case has results of the build with sanitizers, at least 8 of them throttled' jq -e '.build.flavor == "asan"
        and (.cases | all(.status != "ERROR" and .status != "SKIP")
        and ([.[] | select(.workload == "throttle.share")] | length >= 8))' "$run/results.json"
    check 'each has the log of its QEMU' sh -c "[ \$(ls '$run'/logs/throttle.share*/qemu.log | wc -l) -ge 8 ]"
    check 'and no sanitizer reports anything in them' sh -c "! grep -rE -A 12 '$report_pattern' '$run/logs'"
    exit
fi

# --- the test itself: a fault of each kind, injected where the throttle attaches to a vCPU thread, is reported ---------

cat >"$scratch/one.ini" <<'INI'
[throttle.share]
ratio_pct = 50
repeat = 1
INI
# sees FAULT REPORT: QEMU with this fault ends with a report, its case is an error, and no_report finds the report.
sees() {
    local output
    STEELYARD_TEST_FAULT=$1 sy run "$scratch/one.ini" --host native --qemu "$qemu" --out "$scratch/$1"
    expect "a run of a QEMU with the fault '$1' fails" 3 'ERROR'
    output=$(no_report)
    if [ $? -eq 1 ] && grep -qE "$2" <<<"$output"; then
        ok "and is reported: $2"
    else
        not_ok "and is reported: $2" "$output"
    fi
    rm -f "$reports"/*
}
if gcc -shared -fPIC -O0 -g -fsanitize=undefined -o "$scratch/faulty.so" harness/tests/integration/faulty.c 2>"$scratch/err"; then
    sees overflow 'AddressSanitizer: heap-buffer-overflow'
    sees freed 'AddressSanitizer: heap-use-after-free'
    sees undefined 'runtime error: signed integer overflow'
else
    not_ok 'the library with the faults is built' "$(cat "$scratch/err")"
fi

# --- without a fault there is no report --------------------------------------------------------------------------------

start=$SECONDS
sy run workloads/smoke.ini --host native --qemu "$qemu" --out "$scratch/smoke"
results=$scratch/smoke/latest/results.json
jq -r '.cases[] | "# \(.status) \(.id): \(.metrics[0].median) \(.reason // "")"' "$results"
echo "# exit $code after $((SECONDS - start)) s"
check 'the smoke tier runs to its end' test "$code" -ne 2 -a "$code" -ne 3 -a "$code" -le 4
check 'with the sanitizers in the build' jq -e '.build.flavor == "asan"' "$results"
check 'no case is an error or skipped' jq -e '.cases | all(.status != "ERROR" and .status != "SKIP")' "$results"
check 'at least 8 of them throttled' jq -e '[.cases[] | select(.workload == "throttle.share")] | length >= 8' "$results"
check 'no sanitizer reports anything' no_report

start=$SECONDS
STEELYARD_TEST_QEMU=$qemu harness/tests/integration/throttle-qmp.sh >"$scratch/qmp.log" 2>&1
code=$?
echo "# throttle-qmp.sh: $(tail -n 1 "$scratch/qmp.log") after $((SECONDS - start)) s"
check 'the checks of throttle-qmp.sh pass' sh -c "grep -A 8 '^not ok' '$scratch/qmp.log'; exit $code"
check 'and no sanitizer reports anything there' no_report
