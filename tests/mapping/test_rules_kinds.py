"""Kinds of hidden rules that other feeds than the sample's follow, each by itself; and what stays without a rule."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workbench.mapping import Rules, find_rules
from workbench.mapping.rules_checked import run_spec

N = 600
DAY = date(2024, 1, 1)


def _stock() -> pl.DataFrame:
    draw = Random(5)
    return pl.DataFrame(
        {
            "no": [f"L{10_000 + i}" for i in range(N)],
            "member": [str(draw.randrange(1, 900)) for _ in range(N)],
            "medium": [draw.choice("BDCM") for _ in range(N)],
            "age": [str(draw.randrange(6, 85)) for _ in range(N)],
            "weight": [str(draw.randrange(1, 5000)) for _ in range(N)],
            "unit": [draw.choice(["KG", "G", "LB"]) for _ in range(N)],
            "stock": [str(draw.randrange(0, 300)) for _ in range(N)],
            "taken": [str(draw.randrange(0, 200)) for _ in range(N)],
            "fee": [f"{draw.randrange(1, 50_000) / 100:.2f}".replace(".", ",") for _ in range(N)],
            "rest": [f"{draw.randrange(1, 50_000) / 100:.2f}".replace(".", ",") for _ in range(N)],
            "out": [str(DAY + timedelta(days=draw.randrange(300))) for _ in range(N)],
        }
    )


def _read(source: pl.DataFrame, *target: pl.Expr) -> Rules:
    return find_rules(source, source.select(pl.col("no").alias("NO"), *target), seconds_per_column=0.5)


def _number(name: str) -> pl.Expr:
    return pl.col(name).str.replace(",", ".").cast(pl.Decimal(20, 2))


def _holds(rules: Rules, source: pl.DataFrame, target: pl.DataFrame) -> None:
    assert rules.spec is not None
    made = run_spec(rules.spec, source, {})
    assert_frame_equal(made, target.select(made.columns).cast(pl.String), check_row_order=False)


def test_two_conditions_together_leave_rows_out() -> None:
    source = _stock()
    young = (pl.col("medium") == "M") & (pl.col("age").cast(pl.Int64) < 18)
    target = source.filter(~young).select("no", "medium")
    rules = find_rules(source, target, seconds_per_column=0.5)
    assert [r.text for r in rules.rules if r.kind == "filter"] == ["rows with medium = M and age < 18 are left out"]
    _holds(rules, source, target)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_rows_lost_at_random_give_no_filter(share: float) -> None:
    source = _stock()
    draw = Random(9)
    target = source.filter(pl.Series([draw.random() >= share for _ in range(N)])).select("no", "medium")
    rules = find_rules(source, target, seconds_per_column=0.5)
    assert [r.kind for r in rules.rules] == ["move", "move"]
    assert rules.lost.height == N - target.height


def test_a_filter_on_a_number_keeps_the_rows_without_one() -> None:
    source = _stock().with_columns(age=pl.when(pl.int_range(pl.len()) % 10 > 0).then("age"))
    target = source.filter((pl.col("age").cast(pl.Int64) >= 18) | pl.col("age").is_null()).select("no", "age")
    _holds(find_rules(source, target, seconds_per_column=0.5), source, target)


def _lines() -> tuple[pl.DataFrame, pl.DataFrame]:
    draw = Random(3)
    rows = [
        {
            "case": f"C{case}",
            "day": f"{draw.randrange(1, 29):02}.{draw.randrange(1, 13):02}.2025",
            "void": draw.choice("NNNNJ"),
            "ward": draw.choice("ABC"),
            "cost": f"{draw.randrange(100, 90_000) / 100:.2f}",
        }
        for case in range(300)
        for _ in range(draw.randrange(1, 5))
    ]
    source = pl.DataFrame(rows)
    day, cost = pl.col("day").str.to_date("%d.%m.%Y"), pl.col("cost").cast(pl.Decimal(20, 2))
    groups = source.filter(void="N").group_by("case", maintain_order=True)
    target = groups.agg(
        n=pl.len(), total=cost.sum(), first=day.min(), last=day.max(), ward=pl.col("ward").first(),
        wards=pl.col("ward").str.join("|"),
    )  # fmt: skip
    mean = (target["total"].cast(pl.Float64) / target["n"] + 1e-9).round(2).cast(pl.Decimal(20, 2)).alias("mean")
    return source, target.with_columns(mean).cast(pl.String)


@pytest.fixture(scope="module")
def grouped() -> Rules:
    return find_rules(*_lines(), seconds_per_column=0.5)


def test_lines_are_left_out_of_groups_that_stay(grouped: Rules) -> None:
    assert grouped.rules[0].text == "rows with void = J are left out"


def test_groups_give_days_means_sums_and_counts(grouped: Rules) -> None:
    kinds = {r.target: r.text for r in grouped.rules if r.target}
    assert kinds == {
        "case": "case as it is", "n": "number of rows", "total": "sum of cost", "first": "least day",
        "last": "greatest day", "mean": "sum of cost divided by number of rows",
    }  # fmt: skip
    _holds(grouped, *_lines())


def test_what_no_steps_make_is_named_all_the_same(grouped: Rules) -> None:
    assert grouped.clues == {
        "ward": "ward of each group's first row",
        "wards": "the values of ward, joined by '|'",
    }


def test_numbers_of_rows_and_days_apart_are_named() -> None:
    source = _stock()
    due = (pl.col("out").str.to_date() + pl.duration(days=21)).cast(pl.String).alias("DUE")
    target = source.filter(pl.col("medium") != "B").select("no", due, pl.lit(None).alias("GONE"))
    rules = find_rules(source, target.with_row_index("SEQ", 1), seconds_per_column=0.5)
    assert rules.unexplained == ("SEQ", "DUE", "GONE")
    assert rules.clues == {
        "SEQ": "numbers the rows in their order, from 1", "DUE": "out plus 21 days", "GONE": "always empty",
    }  # fmt: skip


def test_a_factor_that_a_code_decides_is_cases() -> None:
    source = _stock()
    factor = pl.col("unit").replace_strict({"KG": "1000", "G": "1", "LB": "453.6"}).cast(pl.Decimal(20, 1))
    grams = (pl.col("weight").cast(pl.Decimal(20, 1)) * factor + pl.lit("0.05").cast(pl.Decimal(20, 2))).round(0)
    target = source.select("no", grams.cast(pl.Int64).cast(pl.String).alias("GRAMS"))
    rules = find_rules(source, target, seconds_per_column=0.5)
    assert [r.kind for r in rules.rules] == ["move", "conditional"]
    assert "where unit is LB: weight times 453.6" in rules.rules[1].text
    _holds(rules, source, target)


def test_a_code_never_seen_is_refused_by_cases() -> None:
    source = _stock()
    signed = pl.when(unit="G").then(-_number("fee")).otherwise(_number("fee"))
    rules = _read(source, signed.cast(pl.String).alias("S"))
    assert rules.spec is not None
    other = source.head(3).with_columns(unit=pl.lit("STONE"))
    assert run_spec(rules.spec, other, {}).is_empty()


def test_two_numbers_with_a_decimal_comma_are_added() -> None:
    source = _stock()
    target = source.select("no", (_number("fee") + _number("rest")).cast(pl.String).alias("SUM"))
    rules = find_rules(source, target, seconds_per_column=0.5)
    assert rules.rules[1].text == "fee plus rest"
    _holds(rules, source, target)


def test_a_difference_is_held_at_its_floor() -> None:
    source = _stock()
    left = (pl.col("stock").cast(pl.Int64) - pl.col("taken").cast(pl.Int64)).clip(0)
    rules = _read(source, left.cast(pl.String).alias("FREE"))
    assert rules.rules[1].text == "stock minus taken, at least 0"


def test_zeros_before_a_number_are_not_lost() -> None:
    source = _stock()
    rules = _read(source, pl.col("member").str.zfill(6).alias("MEMBER"))
    assert [r.coverage for r in rules.rules] == [1.0, 1.0]
    assert "pad" in rules.rules[1].text


def test_rows_from_nowhere_take_nothing_from_the_rules() -> None:
    source = _stock()
    more = pl.DataFrame({"no": [f"X{i}" for i in range(50)], "medium": ["B"] * 50})
    target = pl.concat([source.select("no", "medium"), more])
    rules = find_rules(source, target, seconds_per_column=0.5)
    assert [r.coverage for r in rules.rules] == [1.0, 1.0]
    assert rules.extra.height == 50


def test_one_row_shows_moves_only() -> None:
    source = _stock().head(1)
    target = source.select("no", pl.lit("Ada").alias("NAME"), (pl.col("stock").cast(pl.Int64) * 7).alias("SEVEN"))
    assert [r.target for r in find_rules(source, target).rules] == ["no"]


def test_a_code_that_becomes_nothing_is_part_of_a_translation() -> None:
    source = _stock()
    said = pl.col("medium").replace_strict({"B": "book", "D": "video", "C": "audio", "M": ""}).alias("MEDIUM")
    target = source.select("no", said)
    rules = find_rules(source, target, seconds_per_column=0.5)
    assert [(r.kind, r.coverage) for r in rules.rules] == [("move", 1.0), ("translation", 1.0)]
    assert "M becomes nothing" in rules.rules[1].text


def test_values_of_personal_columns_are_not_spelt_out() -> None:
    source = _stock().with_columns(surname=pl.Series(["Lovelace", "Hopper", "Turing"] * (N // 3)))
    team = pl.col("surname").replace_strict({"Lovelace": "red", "Hopper": "blue", "Turing": "green"}).alias("TEAM")
    rules = find_rules(source, source.select("no", team), seconds_per_column=0.5)
    assert rules.rules[1].text == "surname: a translation whose values are personal data"


def test_records_inside_a_source_are_read_by_their_paths() -> None:
    source = _stock().select("no", pl.struct(kind="medium", old="age").alias("who"), pl.lit([1]).alias("tags"))
    target = source.select("no", pl.col("who").struct.field("kind").alias("KIND"))
    rules = find_rules(source, target)
    assert rules.rules[1].sources == ("who.kind",)
    assert rules.spec is not None
    assert rules.spec.unmapped == ("tags",)


def test_a_rule_of_a_part_of_the_rows_is_a_clue_and_no_rule() -> None:
    source = _stock()
    odd = pl.when(pl.int_range(pl.len()) % 3 > 0).then("stock").otherwise(pl.col("no").str.slice(2))
    rules = _read(source, odd.alias("STOCK"))
    assert rules.unexplained == ("STOCK",)
    assert rules.clues["STOCK"].startswith("stock as it is, but in 6")


def test_a_column_that_is_only_counted_is_used() -> None:
    source, target = _lines()
    wards = source.filter(void="N").group_by("case").agg(pl.col("ward").n_unique().alias("WARDS"))
    rules = find_rules(source, target.select("case", "n").join(wards, on="case"), seconds_per_column=0.5)
    assert {r.target: r.text for r in rules.rules}["WARDS"] == "number of different ward"
    assert rules.spec is not None
    assert set(rules.spec.unmapped) == {"day", "cost"}


def _history() -> tuple[pl.DataFrame, pl.DataFrame]:
    draw = Random(8)
    days = [(p, d) for p in range(300) for d in draw.sample(range(900), draw.randrange(1, 4))]
    source = pl.DataFrame(
        {
            "pupil": [str(5000 + p) for p, _ in days],
            "school": [draw.choice(["S1", "S2", "S9"]) for _ in days],
            "lang": [draw.choice(["DE", "FR", ""]) for _ in days],
            "score": [str(draw.randrange(101)) for _ in days],
            "changed": [(DAY + timedelta(days=d)).strftime("%d.%m.%Y") for _, d in days],
        }
    )
    last = source.sort(pl.col("changed").str.to_date("%d.%m.%Y")).unique("pupil", keep="last", maintain_order=True)
    language = pl.col("lang").replace_strict({"DE": "German", "FR": "French", "": "none"}).alias("LANG")
    return source, last.filter(pl.col("school") != "S9").select("pupil", "score", language)


def test_of_several_rows_the_latest_is_kept() -> None:
    source, target = _history()
    rules = find_rules(source, target, seconds_per_column=0.5)
    assert [r.text for r in rules.rules] == [
        "of several rows with one pupil the latest by changed is kept",
        "rows with school = S9 are left out",
        "pupil as it is",
        "score as it is",
        "lang: DE becomes German, FR becomes French; where there is none, none",
    ]
    _holds(rules, source, target)


def test_a_few_rows_beyond_a_limit_tell_a_filter_where_chance_would_not() -> None:
    source = _stock().with_columns(age=pl.int_range(1, N + 1).cast(pl.String))
    rules = find_rules(source, source.filter(pl.col("age").cast(pl.Int64) >= 5).select("no"), seconds_per_column=0.5)
    assert rules.rules[0].text == "rows with age < 5 are left out"


def test_days_written_together_are_no_amounts_with_a_limit() -> None:
    source = _stock().with_columns(out=pl.col("out").str.replace_all("-", ""))
    month = pl.col("out").str.slice(4, 2)
    rules = _read(source, pl.when(month <= "06").then(pl.lit("H1")).otherwise(pl.lit("H2")).alias("HALF"))
    assert not any("or more" in r.text for r in rules.rules)


def test_a_part_of_a_value_is_translated() -> None:
    draw = Random(6)
    source = _stock().with_columns(
        phone=pl.Series([f"00{draw.choice([49, 33, 48])}{draw.randrange(10**8)}" for _ in range(N)])
    )
    land = pl.col("phone").str.slice(2, 2).replace_strict({"49": "DE", "33": "FR", "48": "PL"}).alias("LAND")
    target = source.select("no", land)
    rules = find_rules(source, target, seconds_per_column=0.5)
    assert [r.kind for r in rules.rules] == ["move", "translation"]
    _holds(rules, source, target)
