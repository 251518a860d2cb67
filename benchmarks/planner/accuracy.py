"""Calibrates, predicts with `tandem plan`, then measures the same placements with `tandem compare`."""

import datetime
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

STRATEGIES = ["single", "stage", "free", "guidance", "data", "steps", "auto"]


def tandem(root, *arguments):
    return subprocess.run([f"{root}/tandem", *arguments], check=True, text=True, stdout=subprocess.PIPE).stdout


def cpu_name():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def predictions(root, profile, devices, count, steps, folder):
    """Pictures/s by strategy, and for each the file of its placement."""
    result = {}
    for name in STRATEGIES:
        file = folder / f"{name}-{steps}.json"
        plan = json.loads(
            tandem(root, "plan", "--profile", profile, "--devices", devices, "--count", count, "--steps", steps,
                   "--strategies", name, "--emit", str(file), "--json"))
        result[name] = (plan["strategies"][0]["picturesPerSecond"], file)
    return result


def measured(root, devices, count, repeat, steps, files, folder):
    """Median pictures/s by placement file, of interleaved rounds."""
    out = folder / f"measured-{steps}.json"
    placements = [part for file in files for part in ("--placement", str(file))]
    tandem(root, "compare", "red apple, flat style", "--strategies", "single", *placements, "--devices", devices,
           "--count", count, "--steps", steps, "--repeat", repeat, "--json", str(out))
    return {s["strategy"]: s["picturesPerSecond"]["median"] for s in json.loads(out.read_text())["strategies"]}


def main():
    root, devices, count, repeat, *all_steps = sys.argv[1:]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        profile = str(folder / "profile.json")
        tandem(root, "calibrate", "--devices", devices, "--output", profile, "--quiet")
        rows = []
        for steps in all_steps:
            predicted = predictions(root, profile, devices, count, steps, folder)
            real = measured(root, devices, count, repeat, steps, [f for _, f in predicted.values()], folder)
            for name, (rate, file) in predicted.items():
                rows.append((name, steps, rate, real[file.name], rate / real[file.name] - 1))
    lines = [
        "# Planner: predicted against measured",
        f"{datetime.date.today()}, {cpu_name()}, devices {devices}, {count} pictures of the default model, "
        f"median of {repeat} interleaved rounds; `benchmarks/planner/run`.",
        "",
        "| strategy | steps | predicted pictures/s | measured pictures/s | error |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [f"| {n} | {s} | {p:.3f} | {m:.3f} | {100 * e:+.1f}% |" for n, s, p, m, e in rows]
    errors = [abs(row[4]) for row in rows]
    summary = f"Median error {100 * statistics.median(errors):.1f}%, worst {100 * max(errors):.1f}%."
    lines += ["", summary, ""]
    target = pathlib.Path(root) / "docs" / "benchmarks" / "planner.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines))
    print("\n".join(lines))


main()
