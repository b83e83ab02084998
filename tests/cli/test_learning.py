"""`workbench learn`: examples that are none, and what about them leaves a doubt."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.errors import UsageError
from workbench.mapping import linked_pairs

from .conftest import Cli


def test_an_input_with_two_outputs_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("a,b\n1,x\n1,y\n2,z\n", encoding="utf-8")
    done = cli("learn", "e.csv")
    assert done.returncode == 1
    assert "! a '1' stands with 2 outputs: 'x', 'y'" in done.stdout


def test_outputs_that_are_all_the_same_are_pointed_out(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("a,b\n1,x\n2,x\n", encoding="utf-8")
    assert "! every output is 'x'" in cli("learn", "e.csv").stdout


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"a": [[1, 2]], "b": ["x"]}), "the column 'a' holds lists or records"),
        (pl.DataFrame({"a": ["x"]}), "there is one column only"),
        (pl.DataFrame({"a": ["x"], "b": [" "]}), "the last column, 'b', is empty"),
    ],
)
def test_a_table_that_holds_no_examples_is_refused(cli: Cli, tmp_path: Path, frame: pl.DataFrame, message: str) -> None:
    frame.write_parquet(tmp_path / "e.parquet")
    done = cli("learn", "e.parquet")
    assert done.returncode == 1
    assert message in done.stderr


def test_a_crosswalk_without_a_second_table_is_refused_and_no_value_shown(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,tel\nLovelace,0113 496\n", encoding="utf-8")
    done = cli("learn", "a.csv", "--crosswalk", "x.csv")
    assert done.returncode == 2
    assert "Lovelace" not in done.stdout + done.stderr


def test_linked_pairs_without_a_record_are_counted(cli: Cli, tmp_path: Path) -> None:
    ids = [str(i) for i in range(5)]
    pl.DataFrame({"id": ids, "kind": list("MFMFM")}).write_csv(tmp_path / "a.csv")
    pl.DataFrame({"no": ids[:4], "sex": list("mfmf")}).write_csv(tmp_path / "b.csv")
    links = {"canonical_id": [*ids, *ids], "system": ["A"] * 5 + ["B"] * 5, "source_id": [*ids, *ids]}
    pl.DataFrame(links).write_csv(tmp_path / "x.csv")
    done = cli("learn", "a.csv", "--linked", "b.csv", "--crosswalk", "x.csv", "--systems", "A,B", "--keys", "id,no")
    assert "! 1 of 5 linked pairs have no record in b.csv" in done.stderr


def test_probabilities_written_as_texts_are_read_or_refused() -> None:
    crosswalk = pl.DataFrame(
        {"canonical_id": ["1", "1"], "system": ["A", "B"], "source_id": ["a", "b"], "probability": ["0.95", ""]}
    )
    assert linked_pairs(crosswalk, "A", "B").height == 1
    with pytest.raises(UsageError, match="the probability 'high'"):
        linked_pairs(crosswalk.with_columns(probability=pl.lit("high")), "A", "B")
