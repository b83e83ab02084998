"""The contenders of linkage_quality.py: each takes frames by system and returns links, never seeing the truth."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

Links = dict[str, pl.DataFrame]


def folded(name: str) -> str:
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")


def run_workbench(frames: dict[str, pl.DataFrame]) -> tuple[Links, str]:
    """Ours: propose, train, link; no setting touched."""
    from linkage_quality import pairs_in_clusters

    from workbench.linkage.pipeline import clusters_of, compute
    from workbench.linkage.proposing import propose_model
    from workbench.linkage.records import read_records

    model = propose_model(frames)
    records = read_records(frames, model)
    done = compute(records, model)
    out: Links = {}
    across = len(frames) > 1

    def clustered(match: float) -> pl.DataFrame:
        label = clusters_of(records, done.model, done.scored, match=match)
        table = records.keys().rename({"source_id": "id"}).with_columns(cluster=pl.Series(label))
        return pairs_in_clusters(table, across=across)

    def paired(match: float) -> pl.DataFrame:
        keep = done.scored.probability >= match
        left, right = (records.keys()[rows[keep]] for rows in (done.scored.left, done.scored.right))
        return pl.DataFrame({"system_l": left["system"], "id_l": left["source_id"],
                             "system_r": right["system"], "id_r": right["source_id"]})  # fmt: skip

    out["default"] = clustered(model.thresholds.match)
    out["pairs"] = paired(model.thresholds.match)
    rules = "; ".join(r.name for r in model.blocking)
    return out, f"{model.scope}, {done.compared} pairs by: {rules}; prior {done.model.prior:.2g}"


def kinds(frames: dict[str, pl.DataFrame]) -> dict[str, str]:
    """Columns a careful user of a peer would compare, and as what."""
    from workbench.linkage.facts import column_facts

    names = [set(f.columns[1:]) for f in frames.values()]
    shared = [c for c in next(iter(frames.values())).columns[1:] if all(c in n for n in names)]
    out = {}
    for name in shared:
        values = pl.concat([f[name].cast(pl.String) for f in frames.values()])
        facts = column_facts(values, name=name)
        if facts.kind != "none" and facts.filled >= 0.3:
            out[name] = facts.role if facts.role in ("given", "family") else facts.kind
    return out


def prepared(frames: dict[str, pl.DataFrame], columns: dict[str, str]) -> dict[str, pl.DataFrame]:
    """Trimmed, lower-cased columns with plain names, as both peers' guides advise."""
    out = {}
    for system, frame in frames.items():
        texts = [
            pl.col(c).cast(pl.String).str.strip_chars().str.to_lowercase().replace("", None).alias(folded(c))
            for c in columns
        ]
        out[system] = frame.select(pl.col(frame.columns[0]).cast(pl.String).alias("unique_id"), *texts)
    return out


def iso(frames: dict[str, pl.DataFrame], column: str) -> dict[str, pl.DataFrame]:
    from workbench.linkage.facts import column_facts

    facts = column_facts(pl.concat([f[column] for f in frames.values()]), name=column)
    if not facts.formats:
        return frames
    parsed = pl.col(column).str.to_date(facts.formats[0], strict=False).dt.to_string("%Y-%m-%d")
    return {s: f.with_columns(parsed.alias(column)) for s, f in frames.items()}


def historical(names: set[str]) -> bool:
    return {"first_name", "surname", "dob", "postcode_fake", "occupation", "birth_place"} <= names


def run_splink(frames: dict[str, pl.DataFrame]) -> tuple[Links, str]:
    """Splink 5 as its tutorials have it: library comparisons by kind, u by sampling, prior from strict rules, EM."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    columns = kinds(frames)
    tables = prepared(frames, columns)
    by = {folded(c): k for c, k in columns.items()}
    for name in [c for c, k in by.items() if k == "date"]:
        tables = iso(tables, name)
    if historical(set(by)):
        by = {c: k for c, k in by.items() if c not in ("full_name", "first_and_surname")}
    comparisons = []
    given, family = (next((c for c, k in by.items() if k == role), None) for role in ("given", "family"))
    for name, kind in by.items():
        if kind == "given" and family:
            comparisons.append(cl.ForenameSurnameComparison(given, family))
        elif kind == "family" and given:
            continue
        elif kind in ("name", "given", "family"):
            comparisons.append(cl.NameComparison(name))
        elif kind == "email":
            comparisons.append(cl.EmailComparison(name))
        elif kind == "date":
            comparisons.append(cl.DateOfBirthComparison(name, input_is_string=True))
        elif kind == "category":
            comparisons.append(cl.ExactMatch(name).configure(term_frequency_adjustments=True))
        elif kind == "text":
            comparisons.append(cl.JaroWinklerAtThresholds(name, [0.9, 0.7]))
        else:
            comparisons.append(
                cl.DamerauLevenshteinAtThresholds(name, [1, 2]).configure(term_frequency_adjustments=True)
            )
    strong = sorted((c for c, k in by.items() if k != "category"), key=lambda c: chance(tables, c))[:6]
    rules = [block_on(c) for c in strong if chance(tables, c) < 0.001]
    rules += [
        block_on(a, b)
        for i, a in enumerate(strong)
        for b in strong[i + 1 :]
        if chance(tables, a) >= 0.001 or chance(tables, b) >= 0.001
    ]
    rules = rules[:12] or [block_on(*strong[:2])]
    settings = SettingsCreator(
        link_type="dedupe_only" if len(frames) == 1 else "link_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
    )
    api = DuckDBAPI()
    inputs = [api.register(t.to_arrow(), dataset_display_name=s) for s, t in tables.items()]
    linker = Linker(inputs if len(inputs) > 1 else inputs[0], settings)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on(*strong[:2]), block_on(*strong[1:3])][: len(strong) - 1], recall=0.7
    )
    training.estimate_u_using_random_sampling(max_pairs=1e6)
    for name in strong[:3]:
        training.estimate_parameters_using_expectation_maximisation(block_on(name))
    predicted = linker.inference.predict(threshold_match_probability=0.05)
    out: Links = {}
    frame = pl.from_arrow(
        predicted.as_pyarrow_table() if hasattr(predicted, "as_pyarrow_table") else predicted.as_record_dict()
    )
    assert isinstance(frame, pl.DataFrame)
    for match in (0.5, 0.9, 0.95, 0.99):
        kept = frame.filter(pl.col("match_probability") >= match)
        out[f"pairs {match}"] = splink_pairs(kept, frames)
    for match in (0.5, 0.95, 0.99):
        out[f"clusters {match}"] = splink_clusters(linker, predicted, match, frames)
    return out, f"{len(rules)} rules on {strong}"


def chance(tables: dict[str, pl.DataFrame], column: str) -> float:
    values = pl.concat([t[column] for t in tables.values()]).drop_nulls()
    counts = values.value_counts()["count"].cast(pl.Float64)
    missing = 1 - len(values) / max(sum(t.height for t in tables.values()), 1)
    return float((counts * (counts - 1)).sum()) / max(len(values) * (len(values) - 1.0), 1.0) + (
        1.0 if missing > 0.6 else 0.0
    )


def splink_pairs(frame: pl.DataFrame, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    only = next(iter(frames))
    if "source_dataset_l" not in frame.columns:
        frame = frame.with_columns(source_dataset_l=pl.lit(only), source_dataset_r=pl.lit(only))
    return frame.select(
        system_l="source_dataset_l", id_l="unique_id_l", system_r="source_dataset_r", id_r="unique_id_r"
    )


def splink_clusters(linker: Any, predicted: Any, match: float, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    from linkage_quality import pairs_in_clusters

    found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, match)
    table = pl.from_arrow(found.as_pyarrow_table())
    assert isinstance(table, pl.DataFrame)
    if "source_dataset" not in table.columns:
        table = table.with_columns(source_dataset=pl.lit(next(iter(frames))))
    named = table.select(system="source_dataset", id="unique_id", cluster="cluster_id")
    return pairs_in_clusters(named, across=len(frames) > 1)


def run_recordlinkage(frames: dict[str, pl.DataFrame]) -> tuple[Links, str]:
    """recordlinkage as its guides have it: block, Jaro–Winkler at 0.85, then ECM, or the guide's sum > 3."""
    import recordlinkage as rl

    columns = kinds(frames)
    tables = prepared(frames, columns)
    by = {folded(c): k for c, k in columns.items()}
    pandas = [t.to_pandas().set_index("unique_id") for t in tables.values()]
    sides = pandas if len(pandas) == 2 else [pandas[0]]
    strong = sorted((c for c, k in by.items() if k != "category"), key=lambda c: chance(tables, c))[:3]
    indexer = rl.Index()
    for name in strong:
        indexer.block(name)
    candidates = indexer.index(*sides)
    compare = rl.Compare()
    for name, kind in by.items():
        if kind in ("date", "code", "phone", "category", "number"):
            compare.exact(name, name, label=name)
        else:
            compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
    features = compare.compute(candidates, *sides)
    systems = list(frames) if len(frames) == 2 else [next(iter(frames))] * 2
    out: Links = {"sum > 3": rl_pairs(features[features.sum(axis=1) > 3].index, systems)}
    found = rl.ECMClassifier(binarize=0.8).fit_predict(features)
    out["ECM"] = rl_pairs(found, systems)
    return out, f"blocks on {strong}"


def rl_pairs(index: Any, systems: list[str]) -> pl.DataFrame:
    left, right = index.get_level_values(0).tolist(), index.get_level_values(1).tolist()
    frame = pl.DataFrame({"id_l": left, "id_r": right}, schema={"id_l": pl.String, "id_r": pl.String})
    return frame.with_columns(system_l=pl.lit(systems[0]), system_r=pl.lit(systems[1]))
