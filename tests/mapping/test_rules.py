"""Rules read off a feed: each kind by itself, all seventeen of the sample, and what no rule explains."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workbench.errors import SourceError
from workbench.mapping import Rules, find_rules
from workbench.mapping.rules_checked import run_spec
from workbench.mapping.rules_documented import compare_rules, read_documented
from workbench.model import parse_spec, read_document
from workbench.sample import generate

FIRST = ["Ada", "Grace", "Alan", "Donald", "Barbara", "Anita", "Edsger", "Dennis", "Tim"]
LAST = ["Lovelace", "Hopper", "Turing", "Knuth", "Liskov", "Borg", "Dijkstra"]
N = 400


def _source() -> pl.DataFrame:
    day = date(2024, 1, 1)
    return pl.DataFrame(
        {
            "no": [str(5000 + i) for i in range(N)],
            "first": [FIRST[i % 9] for i in range(N)],
            "last": [LAST[i % 7] for i in range(N)],
            "kind": ["ABC"[i % 3] for i in range(N)],
            "qty": [str(1 + i * 7 % 11) for i in range(N)],
            "price": [f"{10 + i * 13 % 97}.{i % 10}0" for i in range(N)],
            "day": [(day + timedelta(days=i)).strftime("%d/%m/%Y") for i in range(N)],
            "age": [str(10 + i * 17 % 80) for i in range(N)],
            "note": ["" if i % 4 else f"n{i}" for i in range(N)],
        }
    )


def _target(source: pl.DataFrame) -> pl.DataFrame:
    money = (pl.col("qty").cast(pl.Int64) * (pl.col("price").cast(pl.Float64) * 100).round().cast(pl.Int64)).alias("m")
    cents = pl.concat_str((money // 100).cast(pl.String), pl.lit("."), (money % 100).cast(pl.String).str.zfill(2))
    return source.filter(pl.col("age").cast(pl.Int64) >= 18).select(
        pl.col("no").alias("ID"),
        pl.concat_str("last", pl.lit(", "), "first").alias("NAME"),
        pl.col("kind").replace_strict({"A": "alpha", "B": "beta", "C": "gamma"}).alias("KIND"),
        cents.alias("AMOUNT"),
        pl.col("day").str.to_date("%d/%m/%Y").dt.to_string("%Y%m%d").alias("DAY"),
        pl.when(pl.col("age").cast(pl.Int64) >= 65).then(pl.lit("senior")).otherwise(pl.lit("adult")).alias("GROUP"),
        pl.lit("EUR").alias("CURRENCY"),
        pl.when(pl.col("note") == "").then(pl.lit("none")).otherwise("note").alias("NOTE"),
    )


@pytest.fixture(scope="module")
def plain() -> Rules:
    source = _source()
    return find_rules(source, _target(source))


def _kinds(rules: Rules) -> dict[str | None, str]:
    return {r.target: r.kind for r in rules.rules}


def test_every_kind_of_rule_is_named(plain: Rules) -> None:
    assert _kinds(plain) == {
        None: "filter", "ID": "move", "NAME": "format", "KIND": "translation", "AMOUNT": "arithmetic",
        "DAY": "format", "GROUP": "conditional", "CURRENCY": "constant", "NOTE": "default",
    }  # fmt: skip


def test_every_row_is_explained(plain: Rules) -> None:
    assert all(r.coverage == 1 for r in plain.rules)
    assert (plain.lost.height, plain.extra.height, plain.wrong.height, plain.unexplained) == (0, 0, 0, ())


def test_a_filter_finds_its_round_limit(plain: Rules) -> None:
    assert plain.rules[0].text == "rows with age < 18 are left out"


def test_a_threshold_is_the_roundest_that_fits(plain: Rules) -> None:
    said = next(r.text for r in plain.rules if r.target == "GROUP")
    assert "65" in said or "70" in said or "60" in said


def test_the_spec_reads_back(plain: Rules) -> None:
    assert plain.spec is not None
    assert parse_spec(plain.to_yaml()).fields.keys() == plain.spec.fields.keys()


def test_rows_that_break_a_rule_are_shown() -> None:
    source = _source()
    target = _target(source).with_columns(
        pl.when(pl.col("ID") == "5003").then(pl.lit("OOPS")).otherwise("NAME").alias("NAME")
    )
    rules = find_rules(source, target)
    name = next(r for r in rules.rules if r.target == "NAME")
    assert name.rows - name.agree == 1
    assert name.examples[0][:2] == ("5003", "OOPS")
    assert rules.wrong["ID"].to_list() == ["5003"]


def test_what_nothing_explains_is_said() -> None:
    source = _source()
    noise = [f"{(i * 7919) % 100_003:x}" for i in range(N)]
    target = source.select(pl.col("no").alias("ID")).with_columns(pl.Series("SECRET", noise))
    rules = find_rules(source, target, seconds_per_column=0.5)
    assert rules.unexplained == ("SECRET",)
    assert _kinds(rules) == {"ID": "move"}


def test_rows_lost_by_chance_give_no_filter() -> None:
    source = _source()
    target = _target(source).filter(~pl.col("ID").is_in(["5001", "5007"]))
    rules = find_rules(source, target, seconds_per_column=0.5)
    assert [r.text for r in rules.rules if r.kind == "filter"] == ["rows with age < 18 are left out"]
    assert sorted(rules.lost["no"]) == ["5001", "5007"]


def test_rows_without_a_key_are_refused() -> None:
    with pytest.raises(SourceError, match="no column of target identifies"):
        find_rules(pl.DataFrame({"a": ["1", "2"]}), pl.DataFrame({"b": ["x", "y", "z"]}))


def test_an_empty_side_is_refused() -> None:
    with pytest.raises(SourceError, match="target: rules are read off rows, and here are none"):
        find_rules(pl.DataFrame({"a": ["1"]}), pl.DataFrame({"a": pl.Series([], dtype=pl.String)}))


ZONES = pl.DataFrame({"iso": ["DE", "AT", "CH", "PL"], "zone": ["north", "east", "south", "far"]})


def _staff(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A payroll feed: other names, other rules, another order than any feed of the sample."""
    draw = Random(seed)
    source = pl.DataFrame(
        {
            "PERS": [str(100_000 + 7 * i) for i in range(N)],
            "GIVEN": draw.choices(FIRST, k=N),
            "SURNAME": draw.choices(LAST, k=N),
            "STATE": draw.choices("AAAPT", k=N),
            "HIRED": [str(date(1998, 1, 1) + timedelta(days=draw.randrange(9000))) for _ in range(N)],
            "ANNUAL": [str(draw.randrange(24_000, 120_000)) for _ in range(N)],
            "HOURS": [str(draw.randrange(20, 61)) for _ in range(N)],
            "COST": draw.choices(["", "K100", "K200"], k=N),
            "LAND": draw.choices(ZONES["iso"].to_list(), k=N),
        }
    )
    annual, hours = pl.col("ANNUAL").cast(pl.Int64), pl.col("HOURS").cast(pl.Int64)
    target = source.filter(pl.col("STATE") != "T").select(
        pl.concat_str(pl.lit("E-"), "PERS").alias("employee_id"),
        pl.concat_str(pl.col("SURNAME").str.to_uppercase(), pl.lit(", "), "GIVEN").alias("display"),
        pl.col("STATE").replace_strict({"A": "active", "P": "paused"}).alias("state"),
        pl.col("HIRED").str.to_date().dt.to_string("%d.%m.%Y").alias("since"),
        (annual * 100).cast(pl.String).alias("cents"),
        pl.min_horizontal(hours, 48).cast(pl.String).alias("hours"),
        pl.when(pl.col("COST") == "").then(pl.lit("K999")).otherwise("COST").alias("cost_centre"),
        pl.col("LAND").replace_strict(ZONES["iso"], ZONES["zone"]).alias("zone"),
        pl.when(annual >= 80_000).then(pl.lit("high")).otherwise(pl.lit("base")).alias("band"),
        pl.lit("001").alias("client"),
    )
    return source, target.sample(fraction=1.0, shuffle=True, seed=seed)


def test_another_feed_is_read_as_well_and_its_spec_holds_for_rows_never_seen() -> None:
    rules = find_rules(*_staff(1), tables={"zones.csv": ZONES})
    assert _kinds(rules) == {
        None: "filter", "employee_id": "format", "display": "format", "state": "translation", "since": "format",
        "cents": "unit", "hours": "cap", "cost_centre": "default", "zone": "lookup", "band": "conditional",
        "client": "constant",
    }  # fmt: skip
    assert "SURNAME (upper) + ', ' + GIVEN" in str(rules)
    assert rules.spec is not None
    source, target = _staff(2)
    made = run_spec(rules.spec, source, {"zones.csv": ZONES})
    assert_frame_equal(made.select(target.columns), target, check_row_order=False)


@pytest.fixture(scope="module")
def legacy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rules]:
    folder = tmp_path_factory.mktemp("retail")
    generate(folder, rows=400, seed=11)
    source = pl.read_csv(folder / "legacy/feed_in.csv", separator=";", encoding="cp1252", infer_schema=False)
    target = pl.read_csv(folder / "legacy/feed_out.csv", infer_schema=False)
    refs = {"refs/countries.csv": pl.read_csv(folder / "refs/countries.csv", infer_schema=False)}
    return folder, find_rules(source, target, tables=refs)


def test_the_legacy_feeds_rules_are_recovered_and_none_invented(legacy: tuple[Path, Rules]) -> None:
    folder, rules = legacy
    truth = read_document(folder / "truth/legacy_rules.yaml").data
    wanted = sorted((r["kind"], "" if r["target"] in (None, "null") else r["target"]) for r in truth)
    assert sorted((r.kind, r.target or "") for r in rules.rules) == wanted
    assert all(r.coverage == 1 for r in rules.rules)


def test_what_is_documented_is_confirmed(legacy: tuple[Path, Rules]) -> None:
    folder, rules = legacy
    targets = [r.target for r in rules.rules if r.target]
    compared = compare_rules(rules, read_documented(folder / "docs/legacy_feed.md", targets))
    assert len(compared.confirmed) == 5
    assert len(compared.undocumented) == 12
    assert (compared.not_found, compared.contradicted) == ((), ())


def test_what_is_documented_otherwise_is_said(legacy: tuple[Path, Rules]) -> None:
    _, rules = legacy
    said = [{"target": "STATUS", "values": {"N": "NEW"}, "rule": "N is NEW"}, {"target": "FAX", "rule": "the fax"}]
    compared = compare_rules(rules, said)
    assert [r.target for r, _ in compared.contradicted] == ["STATUS"]
    assert compared.not_found == (("FAX", "the fax"),)
    assert "documented otherwise: STATUS" in str(compared)


def test_a_text_that_spells_values_otherwise_is_contradicted(legacy: tuple[Path, Rules], tmp_path: Path) -> None:
    folder, rules = legacy
    said = tmp_path / "feed.md"
    said.write_text("- `STATUS`: N is OPEN and S is SENT.\n- `PAYMENT`: 1 means CARD.\n")
    targets = pl.read_csv(folder / "legacy/feed_out.csv", infer_schema=False).columns
    compared = compare_rules(rules, read_documented(said, targets))
    assert [r.target for r, _ in compared.contradicted] == ["STATUS"]
    assert [r.target for r, _ in compared.confirmed] == ["PAYMENT"]


def test_a_text_tells_a_filter_by_its_column(legacy: tuple[Path, Rules], tmp_path: Path) -> None:
    _, rules = legacy
    said = tmp_path / "feed.md"
    said.write_text("Rows with `test` set to Y are left out.\n\nRows whose `country` is US are dropped.\n")
    compared = compare_rules(rules, read_documented(said, ["STATUS"], ["test", "country", "status"]))
    assert [r.sources for r, _ in compared.confirmed] == [("test",)]
    assert compared.not_found == (("country", "Rows whose `country` is US are dropped."),)
