"""Small generated people for the linkage tests: a model and frames with known duplicates."""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.linkage import LinkModel, parse_link_model

MODEL = """
link_model: 1
entity: Person
systems:
  crm: {id: id}
  erp: {id: id}
fields:
  first: {from: first}
  last: {}
  born: {type: date}
  city: {}
blocking:
- {same: [last]}
- {same: [born]}
- {same: ["soundex(first)", city]}
comparisons:
- {id: first, fields: first, term_frequency: true,
   levels: [{test: exact, m: 0.8, u: 0.05}, {test: jaro_winkler, at: 0.85, m: 0.15, u: 0.02},
   {test: else, m: 0.05, u: 0.93}]}
- {id: last, fields: last,
   levels: [{test: exact, m: 0.8, u: 0.02}, {test: damerau_levenshtein, at: 1, m: 0.1, u: 0.01},
   {test: else, m: 0.1, u: 0.97}]}
- {id: born, fields: born,
   levels: [{test: exact, m: 0.8, u: 0.01}, {test: date_parts, at: 2, m: 0.15, u: 0.05},
   {test: else, m: 0.05, u: 0.94}]}
- {id: city, fields: city, levels: [{test: exact, m: 0.8, u: 0.2}, {test: else, m: 0.2, u: 0.8}]}
prior: 0.01
thresholds: {match: 0.5, keep: 0}
"""

FIRST = ["anna", "bert", "carla", "dirk", "elsa", "frank"]
LAST = ["smith", "smyth", "jones", "miller", "brown", "green", "white"]
CITY = ["rome", "oslo", "bern"]


def model(**changes: object) -> LinkModel:
    return parse_link_model(MODEL).model_copy(update=changes)


def people(size: int, seed: int, prefix: str = "r") -> pl.DataFrame:
    """Records of few distinct values, with gaps, so that many pairs agree on something."""
    rng = np.random.default_rng(seed)

    def pick(values: list[str], gap: float) -> list[str | None]:
        drawn = rng.integers(0, len(values), size)
        return [None if rng.random() < gap else values[i] for i in drawn]

    born = [f"19{y}-0{m}-1{d}" for y in (70, 80) for m in (1, 2) for d in (1, 2)]
    text = pl.String
    return pl.DataFrame(
        {"id": [f"{prefix}{i}" for i in range(size)], "first": pick(FIRST, 0.1), "last": pick(LAST, 0.1),
         "born": pick(born, 0.2), "city": pick(CITY, 0.1)},
        schema={"id": text, "first": text, "last": text, "born": text, "city": text},
    )  # fmt: skip


def doubled(size: int, seed: int) -> pl.DataFrame:
    """People of many distinct values, a third of them twice with one typo; column ``truth`` tells."""
    rng = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnoprstuvw"))

    def words(n: int) -> list[str]:
        return ["".join(rng.choice(letters, int(rng.integers(4, 9)))) for _ in range(n)]

    names, families, towns = words(40), words(150), words(20)
    rows = [
        (rng.choice(names), rng.choice(families),
         f"19{rng.integers(40, 99)}-{rng.integers(1, 13):02}-{rng.integers(1, 28):02}", rng.choice(towns), i)
        for i in range(size)
    ]  # fmt: skip
    for i in range(0, size, 3):
        first, last, born, town, truth = rows[i]
        spoiled = (first, last[:-1] + "x", born, town) if rng.random() < 0.5 else (first[1:], last, born, None)
        rows.append((*spoiled, truth))
    frame = pl.DataFrame(rows, schema=["first", "last", "born", "city", "truth"], orient="row")
    return frame.with_row_index("id").with_columns(pl.col("id").cast(pl.String))


def partition(linkage: object) -> set[frozenset[tuple[str, str]]]:
    """Clusters as sets of (system, id), whatever they are called."""
    entries = linkage.crosswalk.entries  # type: ignore[attr-defined]
    grouped = entries.group_by("canonical_id").agg(pl.struct("system", "source_id"))
    return {frozenset((r["system"], r["source_id"]) for r in rows) for rows in grouped["system"]}
