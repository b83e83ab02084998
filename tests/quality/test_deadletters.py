"""Dead letters: kept whole, found again, tried again, never lost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from workbench.errors import UsageError
from workbench.model import TEXT, Contract, Field
from workbench.quality import DeadLetters, check


@dataclass
class Outcome:
    passed: pl.DataFrame
    rejected: pl.DataFrame


def rejected(*values: str, pattern: str = "^[0-9]+$", name: str = "people") -> pl.DataFrame:
    promised = Contract(name, name, "1.0.0", fields=(Field("x", TEXT, required=True, pattern=pattern),))
    return check(pl.DataFrame({"x": list(values)}), promised).rejected


def test_rows_are_kept_with_their_values_reason_and_run(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path)
    letters.keep(rejected("a", "1"), run="r1", fingerprint="sha256:1")
    row = letters.query().row(0, named=True)
    assert (row["x"], row["_code"], row["_run"], row["_fingerprint"]) == ("a", "x.pattern", "r1", "sha256:1")


def test_nothing_rejected_writes_nothing(tmp_path: Path) -> None:
    assert DeadLetters(tmp_path / "none").keep(rejected("1"), run="r1") is None
    assert not (tmp_path / "none").exists()
    assert DeadLetters(tmp_path / "none").query().height == 0


def test_the_same_run_kept_twice_is_kept_once(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path)
    for _ in range(2):
        letters.keep(rejected("a", "b"), run="r1")
    assert letters.query().height == 2


def test_letters_are_found_by_spec_run_field_step_and_reason(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path)
    letters.keep(rejected("a", ""), run="r1")
    letters.keep(rejected("b", name="orders"), run="r2")
    assert letters.query(spec="people").height == 2
    assert letters.query(spec="people 1.0.0", reason="REQUIRED")["x"].to_list() == [""]
    assert letters.query(run="r2", field="x", step="contract", code="x.pattern").height == 1
    assert letters.summary()["rows"].to_list() == [1, 1, 1]


def test_replay_settles_what_passes_and_keeps_the_original(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path)
    letters.keep(rejected("a", "b", ""), run="r1")

    def mended(rows: pl.DataFrame) -> Outcome:
        assert rows.columns == ["x", "_letter"]
        return Outcome(rows.filter(pl.col("x") != "").select("x"), rows.filter(pl.col("x") == ""))

    replay = letters.replay(mended, letters.query(), run="r2")
    assert str(replay) == "3 dead letters replayed: 2 rows passed, 1 rejected again"
    assert letters.query().height == 3, "nothing is settled before the rows are written"
    for _ in range(2):
        letters.settle(replay)
    assert letters.query()["x"].to_list() == [""]
    assert letters.query(settled=True).height == 3


def test_a_replay_that_loses_the_names_is_refused(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path)
    letters.keep(rejected("a"), run="r1")
    with pytest.raises(UsageError, match="lost the names"):
        letters.replay(lambda rows: Outcome(rows, rows.drop("_letter")), letters.query(), run="r2")


def test_rows_without_a_reason_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lack the columns _code"):
        DeadLetters(tmp_path).keep(pl.DataFrame({"x": ["a"]}), run="r1")


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "letters")
    path = letters.keep(rejected("a").with_columns(_spec=pl.lit("../../evil")), run="../up")
    assert path is not None
    assert path.resolve().is_relative_to((tmp_path / "letters").resolve())


def test_nothing_half_written_is_ever_read(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path)
    letters.keep(rejected("a"), run="r1")
    (tmp_path / "people_1.0.0" / ".r2-00000.parquet.abc.tmp").write_bytes(b"half")
    assert letters.query().height == 1
