"""Splink loads an exported model and scores the same pairs alike, on DuckDB and on Spark."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import polars as pl
import pytest

from tests.linkage.people import doubled, model
from workbench.errors import NotPortableError, UsageError
from workbench.linkage import Linkage, LinkModel, link, parse_link_model, propose_model, save_for_splink, to_splink
from workbench.linkage.model import Comparison, Test

Scores = Callable[[Linkage, Path, str], pl.DataFrame]
EVERY_TEST = """
link_model: 1
entity: Thing
systems: {a: {id: id}}
fields:
  given: {}
  family: {}
  born: {type: date}
  size: {type: number}
  lat: {type: number}
  lon: {type: number}
  words: {}
  title: {}
blocking: [{same: block}]
comparisons:
- {id: given, fields: [given, family], term_frequency: true, levels: [{test: exact}, {test: swapped},
   {test: nickname, fields: given}, {test: initial, fields: given}, {test: jaro_winkler, at: 0.9, fields: given},
   {test: prefix, at: 2, fields: given}, {test: suffix, at: 2, fields: given}, {test: else}]}
- {id: family, fields: family, term_frequency: true, levels: [{test: exact}, {test: jaro_winkler, at: 0.92},
   {test: damerau_levenshtein, at: 2}, {test: suffix, at: 3}, {test: else}]}
- {id: born, fields: born, levels: [{test: exact}, {test: swapped_day_month}, {test: date_parts, at: 2},
   {test: within_days, at: 365}, {test: else}]}
- {id: size, fields: size, levels: [{test: within, at: 0.5}, {test: within_ratio, at: 0.1}, {test: else}]}
- {id: place, fields: [lat, lon], levels: [{test: within_km, at: 5}, {test: within_km, at: 80}, {test: else}]}
- {id: words, fields: words, levels: [{test: token_set, at: 0.6}, {test: token_overlap, at: 0.6}, {test: else}]}
- {id: title, fields: title, levels: [{test: token_cosine, at: 0.8}, {test: token_cosine, at: 0.3}, {test: else}]}
prior: 0.01
thresholds: {keep: 0}
"""


def every_test() -> tuple[LinkModel, pl.DataFrame]:
    """A model with every test that is no Python function, and things of few values, so that every level is met."""
    rng = np.random.default_rng(3)

    def some(values: list[Any], gap: float = 0.1) -> list[Any]:
        return [None if rng.random() < gap else values[int(rng.integers(len(values)))] for _ in range(110)]

    words = ["red", "blue", "steel", "box", "lamp", "of", "the"]
    lines = [" ".join(rng.choice(words, int(rng.integers(1, 6)))) for _ in range(25)]
    columns = {
        "given": some(["bob", "robert", "rob", "roberta", "rosa", "r", "smith", "anna", "joanna"]),
        "family": some(["smith", "smyth", "smithe", "smtih", "goldsmith", "bob", "anna", "lee"]),
        "born": some(["1980-02-03", "1980-03-02", "1980-02-04", "1981-02-03", "1980-12-31", "1979-05-05"]),
        "size": some(["10", "10.4", "10.9", "12", "-3", "0", "400"]),
        "lat": some(["52.37", "52.40", "52.09", "48.85"], 0.05),
        "lon": some(["4.90", "4.91", "5.12"], 0.05),
        "words": some(lines),
        "title": some(lines),
        "block": some(["x", "y"], 0),
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).with_row_index("id")
    plain = parse_link_model(EVERY_TEST.replace("words: {}", "words: {}\n  block: {}"))
    comparisons = []
    for comparison in plain.comparisons:  # weights of any size: a sum tells which levels made it
        m, u = (rng.dirichlet(np.ones(len(comparison.levels))) for _ in range(2))
        levels = [lv.model_copy(update={"m": a, "u": b}) for lv, a, b in zip(comparison.levels, m, u, strict=True)]
        comparisons.append(comparison.model_copy(update={"levels": tuple(levels)}))
    return plain.model_copy(update={"comparisons": tuple(comparisons)}), frame


def on_duckdb(done: Linkage, folder: Path, _: str) -> pl.DataFrame:
    splink = pytest.importorskip("splink")
    job = save_for_splink(done.records, done.model, folder / "job", dialect="duckdb")
    api = splink.DuckDBAPI()
    rows = api.register(pl.read_parquet(job / "records.parquet").to_arrow())
    linker = splink.Linker(rows, str(job / "settings.json"), log_level="ERROR")
    for path in (job / "terms").glob("*.parquet"):
        terms = api.register(pl.read_parquet(path).to_arrow())
        linker.table_management.register_term_frequency_lookup(terms, path.stem)
    found = pl.from_arrow(linker.inference.predict().as_pyarrow_table())
    assert isinstance(found, pl.DataFrame)
    return found


def on_spark(done: Linkage, folder: Path, manual: str) -> pl.DataFrame:
    """The manual's own code, in a process of its own: Splink's functions must be there when Spark starts."""
    pytest.importorskip("splink")
    pytest.importorskip("pyspark", reason="needs pyspark")
    if shutil.which("java") is None:
        pytest.skip("needs Java 17")
    save_for_splink(done.records, done.model, folder / "on-spark")
    code = next(block for block in re.findall(r"```python\n(.*?)```", manual, flags=re.S) if "SparkAPI" in block)
    here = "--conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1 --conf spark.ui.enabled=false"
    small = "--master local[2] --driver-memory 1g --conf spark.sql.shuffle.partitions=2"
    own = {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_SUBMIT_ARGS": f"{small} {here} pyspark-shell"}
    ran = subprocess.run([sys.executable, "-c", code], cwd=folder, env={**os.environ, **own}, capture_output=True,
                         text=True, check=False, timeout=600)  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    return pl.read_parquet(folder / "on-spark" / "pairs.parquet" / "*.parquet")


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.slow])])
def scores(request: pytest.FixtureRequest) -> Scores:
    """Scores of Splink, per engine."""
    return {"duckdb": on_duckdb, "spark": on_spark}[request.param]


def named(pairs: pl.DataFrame, *columns: str, weight: str) -> pl.DataFrame:
    a, b = (pl.concat_str(columns[i], columns[i + 1]) for i in (0, 2))
    return pairs.select(a=pl.min_horizontal(a, b), b=pl.max_horizontal(a, b), w=weight).unique()


def assert_alike(done: Linkage, found: pl.DataFrame) -> None:
    if "source_dataset_l" not in found.columns:
        system = pl.lit(done.records.systems[0])
        found = found.with_columns(source_dataset_l=system, source_dataset_r=system)
    theirs = named(found, "source_dataset_l", "unique_id_l", "source_dataset_r", "unique_id_r", weight="match_weight")
    ours = named(done.pairs, "system_l", "id_l", "system_r", "id_r", weight="weight")
    both = ours.join(theirs, on=["a", "b"], suffix="_splink")
    assert both.height == ours.height == theirs.height > 100
    # both compute in double precision; only the order of the sums differs
    assert (both["w"] - both["w_splink"]).abs().max() < 1e-6


@pytest.mark.filterwarnings("ignore")
def test_every_kind_of_level_scores_alike(scores: Scores, tmp_path: Path, root: Path):
    chosen, frame = every_test()
    used = {lv.test for c in chosen.comparisons for lv in c.levels}
    assert used == set(get_args(Test)) - {"custom"}
    done = link({"a": frame}, chosen)
    for comparison in chosen.comparisons:
        seen = done.pairs[f"level:{comparison.id}"].unique().to_list()
        assert set(seen) == {None, *range(len(comparison.levels))}, f"{comparison.id}: every level is met"
    assert_alike(done, scores(done, tmp_path, (root / "docs" / "linking.md").read_text("utf-8")))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("several", [False, True])
def test_a_proposed_model_scores_alike(several: bool, tmp_path: Path):
    frame = doubled(120, 8).drop("truth").rename({"first": "first_name", "last": "surname", "born": "birth_date"})
    frames = {"crm": frame.head(90), "erp": frame.tail(70)} if several else {"crm": frame}
    proposed = propose_model(frames, scope="across" if several else "all")
    kept = proposed.thresholds.model_copy(update={"keep": 0.0})
    done = link(frames, proposed.model_copy(update={"thresholds": kept}))
    assert_alike(done, on_duckdb(done, tmp_path, ""))


def test_a_model_without_weights_is_not_exported():
    with pytest.raises(UsageError, match="no weights"):
        to_splink(model(prior=None))


def test_a_python_function_is_named_and_refused():
    levels = [
        {"test": "custom", "using": "mine", "at": 0.5, "m": 0.9, "u": 0.1},
        {"test": "else", "m": 0.1, "u": 0.9},
    ]
    mine = Comparison.model_validate({"id": "city", "fields": "city", "levels": levels})
    with pytest.raises(NotPortableError, match=r"'custom' \(mine\) is a Python function"):
        to_splink(model(comparisons=(mine,)))
