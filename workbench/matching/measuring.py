"""Values measured for matching: kind, shapes, lengths, spread, words; all columns of a table in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["QUANTILES", "Measures", "measure", "measure_frame", "normal_value", "physical_kind"]

QUANTILES = np.linspace(0.0, 1.0, 21)
_CELLS = 2_000_000  # rows read are chosen so that about this many cells are looked at
_KEPT = 1_000  # distinct values kept per column, chosen by hash so that two tables keep the same ones
_LONG = 200  # characters of a value that are looked at
_SURE = 0.85  # share of values that must read as a kind

_INTEGER = r"^[+-]?(0|[1-9][0-9]*)$"
_NUMBER = r"^[+-]?([0-9]+|[0-9]{1,3}([ ,.'][0-9]{3})+)?([.,][0-9]+)?([eE][+-]?[0-9]+)?%?$"
_DATE = r"^([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4})$"
_STAMP = r"^([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4})[T ][0-9]{1,2}:[0-9]{2}"
_BOOLEANS = ("true", "false", "yes", "no", "y", "n", "t", "f")


@dataclass(frozen=True, eq=False)
class Measures:
    """What was measured on the values of a column.

    Attributes:
        kind: The family the values read as; 'unknown' without values.
        values: Distinct values, normalised, most frequent first.
        shares: How much of the filled rows each holds, 0 to 1.
        shapes: Share of the filled rows by shape ('a9' for letters then digits).
        letters: Shares of capitals, small letters, digits, blanks and signs among all characters.
        words: Share of the distinct values that hold a word.
        lengths: Quantiles (see `QUANTILES`) of the number of characters.
        quantiles: The same of the numbers; empty for what is no number.
        nulls: Share of rows without a value; None when not known.
        uniqueness: Distinct values over filled rows; None when not known.
        example_only: Whether the values are a few examples from a contract.
    """

    kind: str = "unknown"
    values: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    shapes: Mapping[str, float] = field(default_factory=dict)
    letters: tuple[float, ...] = ()
    words: Mapping[str, float] = field(default_factory=dict)
    lengths: tuple[float, ...] = ()
    quantiles: tuple[float, ...] = ()
    nulls: float | None = None
    uniqueness: float | None = None
    example_only: bool = False


def physical_kind(name: str) -> str:
    """The family of a logical or Polars type, by its name."""
    low = name.lower().split("(")[0].split("<")[0]
    for family, marks in {
        "integer": ("int",), "number": ("float", "decimal"), "boolean": ("bool",),
        "timestamp": ("datetime", "timestamp"), "date": ("date",), "time": ("time",),
        "list": ("list", "array"), "struct": ("struct",),
    }.items():  # fmt: skip
        if any(mark in low for mark in marks):
            return family
    return "text"


def normal_value(value: pl.Expr) -> pl.Expr:
    """Write values so that spelling differences vanish: case, separators, blanks, trailing zeros."""
    text = value.str.to_lowercase().str.replace_all(r"[\s_.\-]+", " ").str.strip_chars()
    number = value.str.strip_chars().str.replace(r"^([+-]?[0-9]+)\.0*$", "$1")
    number = number.str.replace(r"^([+-]?[0-9]+\.[0-9]*?)0+$", "$1")
    return pl.when(value.str.contains(r"^\s*[+-]?[0-9]+\.[0-9]+\s*$")).then(number).otherwise(text)


def measure_frame(frame: pl.DataFrame | pl.LazyFrame) -> dict[str, Measures]:
    """Measure every column of a frame on evenly spaced rows."""
    lazy = frame.lazy()
    schema = lazy.collect_schema()
    rows = int(lazy.select(pl.len()).collect().item())
    step = max(1, rows * max(len(schema), 1) // _CELLS)
    kinds = {name: physical_kind(str(kind)) for name, kind in schema.items()}
    flat = [name for name, kind in kinds.items() if kind not in ("list", "struct")]
    taken = lazy.gather_every(step).select(pl.col(name).cast(pl.String) for name in flat).collect()
    positions = {str(i): name for i, name in enumerate(flat)}
    taken.columns = list(positions)
    if taken.height and flat:
        long = (
            taken.unpivot(variable_name="column", value_name="value")
            .filter(pl.col("value").str.strip_chars() != "")
            .group_by("column", "value")
            .agg(pl.len().cast(pl.Float64).alias("count"))
        )
    else:
        long = pl.DataFrame(schema={"column": pl.String, "value": pl.String, "count": pl.Float64})
    found = _measure(long, taken.height)
    out = {}
    for name in schema:
        kind = kinds[name]
        seen = found.get(str(flat.index(name)), Measures()) if kind not in ("list", "struct") else Measures()
        if kind != "text":
            seen = Measures(**{**seen.__dict__, "kind": kind})
        out[name] = seen
    return out


def measure(values: Mapping[str, Mapping[str, float] | Sequence[str]]) -> dict[str, Measures]:
    """Measure columns given as values, or as values with counts."""
    columns: list[str] = []
    texts: list[str] = []
    counts: list[float] = []
    for name, found in values.items():
        pairs = found.items() if isinstance(found, Mapping) else ((v, 1.0) for v in found)
        for value, count in pairs:
            if value.strip():
                columns.append(name)
                texts.append(value)
                counts.append(count)
    long = pl.DataFrame(
        {"column": columns, "value": texts, "count": counts},
        schema={"column": pl.String, "value": pl.String, "count": pl.Float64},
    )
    seen = _measure(long, None)
    return {name: seen.get(name, Measures()) for name in values}


def _measure(long: pl.DataFrame, rows: int | None) -> dict[str, Measures]:
    """Measure (column, value, count) triples; `rows` tells how many rows there were in all."""
    if long.is_empty():
        return {}
    facts = _facts(long)
    words = _words(long)
    shapes = _nested(
        long.lazy()
        .group_by("column", _shape(pl.col("value")).alias("key"))
        .agg(pl.col("count").sum().alias("n"))
        .with_columns(n=pl.col("n") / pl.col("n").sum().over("column"))
        .sort("n", "key", descending=[True, False])
        .group_by("column", maintain_order=True)
        .head(20)
        .collect()
    )
    values = _values(facts)
    arrays = {name: facts[name].to_numpy() for name in facts.columns if name not in ("column", "normal")}
    lengths = facts.group_by("column", maintain_order=True).len()
    out, start = {}, 0
    for name, length in lengths.iter_rows():
        part = {key: array[start : start + length] for key, array in arrays.items()}
        out[name] = _one(part, rows, values[name], shapes.get(name, {}), words.get(name, {}))
        start += length
    return out


def _values(facts: pl.DataFrame) -> dict[str, tuple[list[str], list[float]]]:
    """The distinct values of every column with their counts, most frequent first; of many, those of least hash."""
    many = pl.len().over("column") > _KEPT
    counted = (
        facts.lazy()
        .group_by("column", "normal", maintain_order=True)
        .agg(pl.col("count").sum())
        .with_columns(hash=pl.when(many).then(pl.col("normal").hash(7)))
        .filter(pl.col("hash").is_null() | (pl.col("hash").rank("ordinal").over("column") <= _KEPT))
        .sort("column", "count", "hash", descending=[False, True, False], maintain_order=True)
        .group_by("column", maintain_order=True)
        .agg("normal", "count")
        .collect()
    )
    return {column: (normal, counts) for column, normal, counts in counted.iter_rows()}


def _shape(value: pl.Expr) -> pl.Expr:
    text = value.str.slice(0, _LONG).str.replace_all(r"\p{L}+", "a").str.replace_all(r"[0-9]+", "9")
    return text.str.replace_all(r"\s+", " ").str.replace_all(r"a([ ,.;'-]+a)+", "a+").str.slice(0, 30)


def _facts(long: pl.DataFrame) -> pl.DataFrame:
    value = pl.col("value").str.strip_chars()
    head = value.str.slice(0, _LONG)
    return (
        long.lazy()
        .select(
            "column",
            "count",
            normal_value(head).alias("normal"),
            value.str.len_chars().cast(pl.Float64).alias("length"),
            head.str.count_matches(r"\p{Lu}").alias("upper"),
            head.str.count_matches(r"\p{Ll}").alias("lower"),
            head.str.count_matches(r"[0-9]").alias("digit"),
            head.str.count_matches(r"\s").alias("blank"),
            head.str.len_chars().alias("all"),
            value.str.contains(_INTEGER).alias("integer"),
            (value.str.contains(_NUMBER) & value.str.contains("[0-9]")).alias("number"),
            value.str.contains(r"^0[0-9]").alias("zero"),
            value.str.contains(_DATE).alias("date"),
            value.str.contains(_STAMP).alias("stamp"),
            value.str.to_lowercase().is_in(_BOOLEANS).alias("boolean"),
            value.str.replace_all("[ ']", "").str.replace(",", ".", literal=True)
            .str.strip_chars("%").cast(pl.Float64, strict=False).alias("float"),
        )
        .sort("column", "count", "normal", descending=[False, True, False])
        .collect()
    )  # fmt: skip


def _one(
    part: Mapping[str, npt.NDArray[Any]],
    rows: int | None,
    values: tuple[list[str], list[float]],
    shapes: dict[str, float],
    words: dict[str, float],
) -> Measures:
    count = part["count"]
    total = float(count.sum())

    def share(name: str) -> float:
        return float((part[name] * count).sum()) / total

    kind = "text"
    if share("boolean") >= _SURE:
        kind = "boolean"
    elif share("stamp") >= _SURE:
        kind = "timestamp"
    elif share("date") >= _SURE:
        kind = "date"
    elif share("number") >= _SURE and share("zero") < 0.05:
        kind = "integer" if share("integer") >= _SURE else "number"
    finite = np.isfinite(part["float"]) if kind in ("integer", "number") else np.zeros(len(count), dtype=bool)
    letters = np.array([float(part[n].sum()) for n in ("upper", "lower", "digit", "blank", "all")])
    letters[-1] -= letters[:-1].sum()
    normal, counts = values
    return Measures(
        kind,
        tuple(normal),
        tuple(c / total for c in counts),
        shapes,
        tuple((letters / max(letters.sum(), 1.0)).tolist()),
        words,
        _quantiles(part["length"], count),
        _quantiles(part["float"][finite], count[finite]) if finite.any() else (),
        1 - total / rows if rows else None,
        (len(normal) if len(count) <= _KEPT else len(count)) / total if rows else None,
    )


def _quantiles(values: npt.NDArray[np.float64], counts: npt.NDArray[np.float64]) -> tuple[float, ...]:
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(counts[order])
    return tuple(np.interp(QUANTILES * ends[-1], ends - counts[order] / 2, values[order]).tolist())


def _in_value(value: pl.Expr) -> pl.Expr:
    return value.str.to_lowercase().str.slice(0, _LONG).str.extract_all(r"[\p{L}]{2,}|[0-9]+").list.unique()


def _words(long: pl.DataFrame) -> dict[str, dict[str, float]]:
    counted = (
        long.lazy()
        .sort("column", "count", "value", descending=[False, True, False])
        .group_by("column", maintain_order=True)
        .head(300)
        .select("column", pl.len().over("column").alias("of"), key=_in_value(pl.col("value")))
        .explode("key", empty_as_null=True, keep_nulls=True)
        .drop_nulls("key")
        .group_by("column", "key")
        .agg((pl.len() / pl.col("of").first()).alias("n"))
        .sort("n", "key", descending=[True, False])
        .group_by("column", maintain_order=True)
        .head(200)
        .collect()
    )
    return _nested(counted)


def _nested(counted: pl.DataFrame) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = {}
    for column, key, n in counted.select("column", "key", "n").iter_rows():
        out.setdefault(column, {})[key] = n
    return out
