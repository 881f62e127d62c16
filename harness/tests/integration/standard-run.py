# SPDX-License-Identifier: GPL-2.0-or-later
"""standard-run.py LIST DRY_RUN JOB BASE OUT NIGHTS TEXT: makes run folders as if a job had run: every case, metric, gate and
comparison of the job with made-up values, a case of every status, kernel events, discarded repetitions, native cases and
cases in the lab.

LIST       what `steelyard list --json` prints
DRY_RUN    what `steelyard run JOB --dry-run` prints
BASE       a results.json, for host, findings and schema
OUT        where the folders go, one for each night, each with a journal.jsonl only
TEXT       what guests and logs say
After two thirds of the nights the first case's share is 2 % off. The last night has TEXT wherever a text from outside may be."""
import configparser, datetime, json, os, random, re, sys

listed, dry, job, base, out, nights, text = sys.argv[1:]
nights = int(nights)
workloads = {w["name"]: w for w in json.load(open(listed))}
base = json.load(open(base))
ini = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",), inline_comment_prefixes=("#",))
ini.read(job)
ids = [m.group(1) for m in re.finditer(r"^ *\d+  (\S+) +\d+ x ", open(dry).read(), re.M)]

# {(workload, metric): gate} of the workloads, and of the job's sections.
gates = {(w["name"], m["name"]): {"limit": float(m["gate"]), "median_limit": None}
         for w in workloads.values() for m in w["metrics"] if m["gate"] is not None}
for section in ini.sections():
    for key, value in ini[section].items():
        if key.startswith("gate."):
            name, median = re.match(r"gate\.(\w+)(\.median)?", key).groups()
            gate = gates.setdefault((section.split()[0], name), {"limit": None, "median_limit": None})
            gate["median_limit" if median else "limit"] = float(value)


def comparison(label, section):
    param, subject = section["subject"].split("=")
    workload = workloads[section["workload"]]
    metric = next(m for m in workload["metrics"] if m["name"] == section["metric"])
    return {"label": label, "workload": workload["name"], "param": param, "subject": subject,
            "against": [a.split("=")[1].strip() for a in section["against"].split(",")], "metric": metric["name"],
            "against_metric": metric["name"], "tolerance": float(section["tolerance"]), "unit": metric["unit"], "better": metric["better"],
            "status": "INCONCLUSIVE", "reason": "not judged yet", "rows": []}


comparisons = [comparison(s.split()[1], ini[s]) for s in ini.sections() if s.startswith("compare ")]


def params_of(id, workload):
    given = dict(p.split("=", 1) for p in id.partition("/")[2].split(",") if p)
    kinds = {"int": int, "number": float, "text": str}
    return {p["name"]: kinds[p["type"]](given.get(p["name"], p["default"])) for p in workload["params"]}


def metric_of(workload, metric, samples, shift):
    gate = gates.get((workload["name"], metric["name"]))
    limit = gate and (gate["median_limit"] or gate["limit"])
    scale = limit / 10 if limit else (0.05 if metric["better"] == "target" else 100)
    middle = 0 if metric["better"] == "target" else (20 if metric["better"] == "higher" and limit else 3)
    values = [round((middle + random.gauss(0, 0.3)) * scale + shift, 6) for _ in range(samples)]
    return {"name": metric["name"], "unit": metric["unit"], "better": metric["better"], "samples": values,
            "median": sorted(values)[len(values) // 2], "ci95": [min(values), max(values)], "gate": gate,
            "verdict": "pass" if gate else "none", "note": None}


def case_of(index, id, night):
    workload = workloads[id.partition("/")[0]]
    last = night == nights - 1
    shift = 2.0 if index == first_share and night >= nights * 2 // 3 else 0.0
    lab = index % 9 == 8
    result = {"id": id, "workload": workload["name"], "params": params_of(id, workload),
              "host_mode": "lab" if lab else "native", "host_why": "no ftrace here: " + text if lab else None, "status": "PASS",
              "reason": None, "duration_s": 4.5, "log_dir": "logs/%d" % index,
              "metrics": [metric_of(workload, m, 5, shift) for m in workload["metrics"]], "discarded": [], "trace": None}
    head = result["metrics"][0]
    if index % 10 == 5:
        result["discarded"] = [{"reason": "starved: " + text, "samples": {head["name"]: 17.5}}]
    if index % 20 == 7:
        result["trace"] = {"file": "traces/%d.dat" % index, "events": {"kvm:kvm_exit": 123456, "sched:sched_switch": 789}, "lost": 3}
    if index % 6 == 3:  # as without a PMU
        result["metrics"][-1].update(samples=[], median=None, ci95=None, note="n/a: " + text, verdict="none", gate=None)
    if last and index in sick:
        result["status"], result["reason"] = sick[index], "QEMU died; the end of its log: " + text
        if sick[index] == "FAIL":
            head.update(samples=[7.0, 7.5, 8.0, 7.0, 8.0], median=7.5, ci95=[7.0, 8.0], verdict="fail")
        elif sick[index] != "INCONCLUSIVE":
            result["metrics"], result["duration_s"] = [dict(m, samples=[], median=None, ci95=None, verdict="none")
                                                       for m in result["metrics"]], 0.0
    return result


shares = [i for i, id in enumerate(ids) if id.startswith("throttle.share/")]
first_share = shares[0]
sick = dict(zip(shares[1:9:2], ["FAIL", "INCONCLUSIVE", "SKIP", "ERROR"]))
random.seed(7)
for night in range(nights):
    start = datetime.datetime(2026, 9, 1, 2) + datetime.timedelta(days=night)
    run = dict(base, cases=[], comparisons=comparisons)
    run["run"] = dict(base["run"], id=start.strftime("%Y%m%dT%H%M%SZ-standard"), started=start.strftime("%Y-%m-%dT%H:%M:%SZ"),
                      job="standard", exit=None, planned=len(ids), argv=["steelyard", "run", text])
    run["build"] = {"release": "10.0", "flavor": "modded", "upstream": "1:10.0", "mods_sha256": "%064x" % (night // 7),
                    "configure": "--enable-kvm " * 30, "qemu_version": "10.0.13", "path": text}
    run["lab"] = {"mode": "lab", "kernel": "6.12", "qemu": "10.0.13", "image_sha256": "0" * 64, "command": "qemu " + text, "cpus": 2,
                  "memory_mib": 2048, "boot_s": [1.5], "host": base["host"], "baseline_key": None, "key_parts": []}
    for finding in run["host_findings"][:2]:
        finding["evidence"] = text
    records = [{"event": "start", "request": {}, "results": run}]
    records += [{"event": "case", "index": i, "case": case_of(i, id, night)} for i, id in enumerate(ids)]
    records += [{"event": "end", "exit": 1 if night == nights - 1 else 0, "duration_s": 840.0}]
    folder = os.path.join(out, run["run"]["id"])
    os.makedirs(folder)
    with open(os.path.join(folder, "journal.jsonl"), "w") as journal:
        journal.writelines(json.dumps(r) + "\n" for r in records)
