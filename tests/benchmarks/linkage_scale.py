"""Linkage at scale: ours against Splink on DuckDB, same generated persons, blocking rules and levels, same run.

    python tests/benchmarks/linkage_scale.py --rows 1000000 --rules tight

A fifth of the rows are duplicates with typos, swapped names, swapped day and month, and gaps; names are
skewed as real ones are. Timed from reading the file to clusters; each contender in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

RULES = {
    "tight": [["surname", "dob"], ["first_name", "postcode"], ["email"], ["surname", "city"]],
    "loose": [["dob"], ["first_name", "surname"], ["email"], ["surname", "postcode"]],
}
TRAIN = [["surname", "dob"], ["first_name", "postcode"]]
"""Splink's training sessions: it does best on blocks rich in matches."""
Text = NDArray[np.object_]


def words(count: int, syllables: int, rng: np.random.Generator) -> Text:
    """Distinct pronounceable words."""
    consonants, vowels = [*"bcdfghjklmnprstvw", "th", "sh", "br", "st"], [*"aeiou", "ee", "oo"]
    found: dict[str, None] = {}
    while len(found) < count:
        parts = [rng.choice(consonants) + rng.choice(vowels) for _ in range(int(rng.integers(2, syllables + 1)))]
        found["".join(parts) + rng.choice(["", "n", "r", "s", "l", "son"])] = None
    return np.array(list(found), dtype=object)


def skewed(count: int, size: int, power: float, rng: np.random.Generator) -> NDArray[np.int64]:
    weights = 1 / (np.arange(count) + 10) ** power
    return rng.choice(count, size, p=weights / weights.sum())


def typo(values: Text, rng: np.random.Generator) -> Text:
    """One edit in each value."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    out = values.copy()
    kinds, places = rng.integers(0, 4, len(values)), rng.random(len(values))
    drawn = rng.integers(0, 26, len(values))
    for i, value in enumerate(values):
        at = int(places[i] * max(len(value) - 1, 1))
        if kinds[i] == 0:
            out[i] = value[:at] + letters[drawn[i]] + value[at + 1 :]
        elif kinds[i] == 1:
            out[i] = value[:at] + value[at + 1 :]
        elif kinds[i] == 2:
            out[i] = value[:at] + letters[drawn[i]] + value[at:]
        else:
            out[i] = value[:at] + value[at + 1 : at + 2] + value[at : at + 1] + value[at + 2 :]
    return out


def persons(rows: int, seed: int = 3) -> pl.DataFrame:
    """Generated persons; column ``cluster`` is the truth."""
    rng = np.random.default_rng(seed)
    base = int(rows * 0.8)
    first, last, city = words(4000, 3, rng), words(40_000, 4, rng), words(800, 4, rng)
    days = rng.integers(0, 365 * 50, base).astype("timedelta64[D]") + np.datetime64("1950-01-01")
    homes = skewed(len(city), base, 0.8, rng)
    data: dict[str, Text] = {
        "first_name": first[skewed(len(first), base, 0.9, rng)],
        "surname": last[skewed(len(last), base, 1.0, rng)],
        "dob": days.astype(str).astype(object),
        "city": city[homes],
        "postcode": np.char.mod("%05d", homes * 100 + rng.integers(0, 100, base)).astype(object),
    }
    data["email"] = (
        data["first_name"] + "." + data["surname"] + rng.integers(0, 1000, base).astype(str) + "@mail.example"
    )
    copies = rng.integers(0, base, rows - base)
    spoiled = {name: values[copies] for name, values in data.items()}
    for values in spoiled.values():
        hit = np.flatnonzero(rng.random(len(values)) < 0.15)
        values[hit] = typo(values[hit], rng)
    hit = np.flatnonzero(rng.random(len(copies)) < 0.03)
    spoiled["first_name"][hit], spoiled["surname"][hit] = spoiled["surname"][hit], spoiled["first_name"][hit]
    hit = np.flatnonzero(rng.random(len(copies)) < 0.03)
    spoiled["dob"][hit] = [d[:5] + d[8:10] + "-" + d[5:7] for d in spoiled["dob"][hit]]
    columns: dict[str, Any] = {}
    for name, values in data.items():
        both = np.concatenate([values, spoiled[name]])
        both[rng.random(rows) < {"email": 0.3, "city": 0.1, "postcode": 0.1}.get(name, 0.02)] = None
        columns[name] = pl.Series(both.tolist(), dtype=pl.String)
    frame = pl.DataFrame(
        {"unique_id": np.arange(rows), **columns, "cluster": np.concatenate([np.arange(base), copies])}
    )
    return frame.sample(fraction=1, shuffle=True, seed=seed)


def our_model(rules: str) -> str:
    def levels(*tests: str) -> str:
        return "[" + ", ".join([*tests, "{test: else}"]) + "]"

    exact, edit = "{test: exact}", "{test: damerau_levenshtein, at: %s}"
    winkler = "{test: jaro_winkler, at: %s}"
    name = levels(exact, winkler % 0.92, winkler % 0.8)
    keep = "{standardise: trim}"
    return f"""
link_model: 1
entity: Person
systems: {{a: {{id: unique_id}}}}
clustering: components
thresholds: {{match: 0.9, keep: 0.5}}
fields: {{first_name: {keep}, surname: {keep}, dob: {keep}, city: {keep}, postcode: {keep}, email: {keep}}}
blocking: [{", ".join("{same: [" + ", ".join(r) + "]}" for r in RULES[rules])}]
comparisons:
- {{id: first_name, fields: first_name, term_frequency: true, levels: {name}}}
- {{id: surname, fields: surname, term_frequency: true, levels: {name}}}
- {{id: dob, fields: dob, levels: {levels(exact, edit % 1, edit % 2)}}}
- {{id: city, fields: city, term_frequency: true, levels: {levels(exact, edit % 1)}}}
- {{id: postcode, fields: postcode, levels: {levels(exact, edit % 1)}}}
- {{id: email, fields: email, levels: {levels(exact, edit % 1, winkler % 0.88)}}}
"""


def run_workbench(path: Path, rules: str) -> tuple[pl.DataFrame, dict[str, Any]]:
    from workbench.linkage import parse_link_model
    from workbench.linkage.pipeline import clusters_of, compute
    from workbench.linkage.records import read_records

    steps, now = {}, time.perf_counter()
    model = parse_link_model(our_model(rules))
    records = read_records({"a": pl.scan_parquet(path).drop("cluster")}, model)
    steps["read"], now = time.perf_counter() - now, time.perf_counter()
    done = compute(records, model)
    steps["block, compare, train, score"], now = time.perf_counter() - now, time.perf_counter()
    label = clusters_of(records, done.model, done.scored)
    steps["cluster"] = time.perf_counter() - now
    ids = records.source_id.cast(pl.Int64)
    return pl.DataFrame({"unique_id": ids, "found": label}), {"pairs": done.compared, "steps": steps}


def run_splink(path: Path, rules: str) -> tuple[pl.DataFrame, dict[str, Any]]:
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    frame = pl.read_parquet(path).drop("cluster")
    tf = {"term_frequency_adjustments": True}
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("first_name", [0.92, 0.8]).configure(**tf),
            cl.JaroWinklerAtThresholds("surname", [0.92, 0.8]).configure(**tf),
            cl.DamerauLevenshteinAtThresholds("dob", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("city", [1]).configure(**tf),
            cl.DamerauLevenshteinAtThresholds("postcode", [1]),
            email_comparison(),
        ],
        blocking_rules_to_generate_predictions=[block_on(*r) for r in RULES[rules]],
    )
    api = DuckDBAPI()
    linker = Linker(api.register(frame.to_arrow()), settings)
    strict = [block_on("first_name", "surname", "dob"), block_on("email")]
    linker.training.estimate_probability_two_random_records_match(strict, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in TRAIN:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.9)
    table = pl.from_arrow(found.as_pyarrow_table())
    assert isinstance(table, pl.DataFrame)
    return table.select("unique_id", found=pl.col("cluster_id")), {}


def email_comparison() -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    levels = [
        cll.NullLevel("email"),
        cll.ExactMatchLevel("email"),
        cll.DamerauLevenshteinLevel("email", 1),
        cll.JaroWinklerLevel("email", 0.88),
        cll.ElseLevel(),
    ]
    return cl.CustomComparison(output_column_name="email", comparison_levels=levels)


def judge(found: pl.DataFrame, truth: pl.DataFrame) -> float:
    """F1 of the pairs in clusters."""
    both = found.join(truth, on="unique_id")
    pairs = pl.len() * (pl.len() - 1) // 2

    def count(*by: str) -> int:
        return int(both.group_by(by).agg(n=pairs)["n"].sum())

    return round(2 * count("found", "cluster") / max(count("found") + count("cluster"), 1), 4)


def peak_mib() -> float:
    """Peak memory of this process; getrusage would count the parent's, from whose memory it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        kib = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(kib) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rules", choices=list(RULES), default="tight")
    parser.add_argument("--only", choices=("workbench", "splink"))
    parser.add_argument("--data", type=Path, help="keep or reuse the generated persons here (Parquet)")
    parser.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        contender, out = args.inside
        started, used = time.perf_counter(), time.process_time()
        found, note = {"workbench": run_workbench, "splink": run_splink}[contender](args.data, args.rules)
        seconds, used = time.perf_counter() - started, time.process_time() - used
        peak = peak_mib()
        f1 = judge(found, pl.read_parquet(args.data, columns=["unique_id", "cluster"]))
        result = {"contender": contender, "seconds": round(seconds, 1), "cpu_seconds": round(used, 1),
                  "peak_mib": round(peak), "f1": f1, **note}  # fmt: skip
        Path(out).write_text(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as folder:
        data = args.data or Path(folder) / "persons.parquet"
        if not data.exists():
            persons(args.rows).write_parquet(data)
        results = {}
        for contender in [args.only] if args.only else ["workbench", "splink"]:
            out = Path(folder) / f"{contender}.json"
            command = [
                sys.executable,
                __file__,
                "--rules",
                args.rules,
                "--data",
                str(data),
                "--inside",
                contender,
                str(out),
            ]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if not out.exists():
                raise SystemExit(done.stderr[-2000:])
            results[contender] = json.loads(out.read_text())
            print(json.dumps(results[contender]))
        if len(results) == 2:
            ours, theirs = results["workbench"], results["splink"]
            ratios = {"times_faster": round(theirs["seconds"] / ours["seconds"], 2),
                      "cpu_times_less": round(theirs["cpu_seconds"] / ours["cpu_seconds"], 2),
                      "memory_share": round(ours["peak_mib"] / theirs["peak_mib"], 2),
                      "f1_difference": round(ours["f1"] - theirs["f1"], 4)}  # fmt: skip
            print(json.dumps({"rows": args.rows, "rules": args.rules, **ratios}))


if __name__ == "__main__":
    main()
