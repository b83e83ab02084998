"""Values measured for matching: kind, shapes, lengths, spread, words; all columns of a table in one pass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt
import polars as pl

from .grouping import grouped, quantiles
from .sampling import sample

__all__ = ["Measures", "measure", "measure_frames", "normal_value", "physical_kind"]

Matrix = npt.NDArray[np.float64]
_KEPT = 1_000  # distinct values kept per column, chosen by hash so that two tables keep the same ones
_READ = 300  # distinct values of a column whose words are read
_WORDS, _SHAPES = 200, 20  # words and shapes kept per column
_LONG = 200  # characters of a value that are looked at
_SURE = 0.85  # share of values that must read as a kind

_WORD = re.compile(r"[^\W\d_]{2,}|[0-9]+")
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
        letters: Shares of capitals, digits, blanks, signs and small letters among all characters.
        lengths: Quantiles (see `grouping.QUANTILES`) of the number of characters.
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
    lengths: tuple[float, ...] = ()
    quantiles: tuple[float, ...] = ()
    nulls: float | None = None
    uniqueness: float | None = None
    example_only: bool = False

    @cached_property
    def words(self) -> Mapping[str, float]:
        """The most frequent words, and the share of the distinct values that hold each."""
        read = self.values[:_READ]
        held = Counter(chain.from_iterable(dict.fromkeys(_WORD.findall(value)) for value in read))
        return {word: count / len(read) for word, count in held.most_common(_WORDS)}


@cache
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
    number = value.str.strip_chars().str.strip_chars_end("0").str.strip_suffix(".")
    return pl.when(value.str.contains(r"^\s*[+-]?[0-9]+\.[0-9]+\s*$")).then(number).otherwise(text)


def measure_frames(frames: Sequence[pl.DataFrame | pl.LazyFrame]) -> list[dict[str, Measures]]:
    """Measure every column of some frames; all in one pass, which is what small tables save most by."""
    kinds = [{name: physical_kind(str(kind)) for name, kind in f.collect_schema().items()} for f in frames]
    flat = [[name for name, kind in of.items() if kind not in ("list", "struct")] for of in kinds]
    parts = [part for frame, names in zip(frames, flat, strict=True) for part in sample(frame, names)]
    sizes = np.array([len(part.values) for part in parts], dtype=np.int64)
    values = pl.concat([part.values for part in parts]) if parts else pl.Series("value", [], pl.String)
    long = pl.DataFrame({"column": np.repeat(np.arange(len(parts), dtype=np.int32), sizes), "value": values})
    counted = (
        long.lazy()
        .filter(pl.col("value").str.strip_chars() != "")
        .group_by("column", "value")
        .agg(pl.len().cast(pl.Float64).alias("count"))
    )
    found = _measure(counted, [part.rows for part in parts])
    codes = iter(range(len(parts)))
    out = []
    for of in kinds:
        seen = {name: Measures(kind) for name, kind in of.items() if kind in ("list", "struct")}
        for name in (name for name in of if name not in seen):
            one = found.get(next(codes), Measures())
            seen[name] = one if of[name] == "text" else replace(one, kind=of[name])
        out.append({name: seen[name] for name in of})
    return out


def measure(values: Mapping[str, Mapping[str, float] | Sequence[str]]) -> dict[str, Measures]:
    """Measure columns given as values, or as values with counts."""
    columns: list[int] = []
    texts: list[str] = []
    counts: list[float] = []
    for column, found in enumerate(values.values()):
        pairs = found.items() if isinstance(found, Mapping) else ((v, 1.0) for v in found)
        for value, count in pairs:
            if value.strip():
                columns.append(column)
                texts.append(value)
                counts.append(count)
    long = pl.DataFrame(
        {"column": columns, "value": texts, "count": counts},
        schema={"column": pl.Int32, "value": pl.String, "count": pl.Float64},
    )
    seen = _measure(long.lazy(), None)
    return {name: seen.get(column, Measures()) for column, name in enumerate(values)}


def _measure(long: pl.LazyFrame, rows: Sequence[float] | None) -> dict[int, Measures]:
    """Measure (column, value, count) triples; `rows` tells how many rows each column had."""
    facts = long.collect()
    if facts.is_empty():
        return {}
    for layer in _layers():
        facts = facts.with_columns(layer)
    of = {name: facts[name].to_numpy() for name in facts.columns if name not in ("value", "head", "normal", "shape")}
    column, count = of["column"], of["count"]
    values = grouped(column, of["normal_hash"], count, _KEPT, by_key=True).by_owner(facts["normal"])
    shapes = grouped(column, of["shape_hash"], count, _SHAPES).by_owner(facts["shape"])
    columns, owner = np.unique(column, return_inverse=True)

    def summed(what: Matrix) -> Matrix:
        return np.bincount(owner, what, len(columns)).astype(np.float64, copy=False)

    totals, sizes = summed(count), np.bincount(owner).tolist()
    kinds = _kinds({name: summed(of[name] * count) / totals for name in _READINGS})
    letters = np.stack([summed(of[name]) for name in ("upper", "digit", "blank", "sign", "all")], axis=1)
    letters[:, 4] -= letters[:, :4].sum(axis=1)
    letters /= np.maximum(letters.sum(axis=1, keepdims=True), 1.0)
    lengths = quantiles(owner, of["length"], count)
    numbers = np.isfinite(of["float"]) & np.isin(kinds, ("integer", "number"))[owner]
    spread = quantiles(owner[numbers], of["float"][numbers], count[numbers])
    out = {}
    for k, (name, size, total) in enumerate(zip(columns.tolist(), sizes, totals.tolist(), strict=True)):
        (normal, counts), (shape, held) = values[name], shapes[name]
        out[name] = Measures(
            str(kinds[k]),
            tuple(normal),
            tuple((counts / total).tolist()),
            dict(zip(shape, (held / total).tolist(), strict=True)),
            tuple(letters[k].tolist()),
            lengths[k],
            spread.get(k, ()),
            1 - total / rows[name] if rows is not None else None,
            (len(normal) if size <= _KEPT else size) / total if rows is not None else None,
        )
    return out


@cache
def _layers() -> tuple[tuple[pl.Expr, ...], ...]:
    """What is worked out of every value, made once: on a small table making it takes as long as running it."""
    value, head = pl.col("value"), pl.col("head")
    shape = head.str.replace_all(r"\p{L}+", "a").str.replace_all(r"[0-9]+", "9").str.replace_all(r"\s+", " ")
    shape = shape.str.replace_all(r"a([ ,.;'-]+a)+", "a+").str.slice(0, 30)
    number = value.str.replace_all(" ", "", literal=True).str.replace_all("'", "", literal=True)
    number = number.str.replace(",", ".", literal=True).str.strip_chars("%")
    facts = (
        normal_value(head).alias("normal"),
        shape.alias("shape"),
        value.str.len_chars().cast(pl.Float64).alias("length"),
        head.str.count_matches(r"\p{Lu}").alias("upper"),
        head.str.count_matches(r"[0-9]").alias("digit"),
        head.str.count_matches(r"\s").alias("blank"),
        head.str.count_matches(r"[^\p{L}0-9\s]").alias("sign"),
        head.str.len_chars().alias("all"),
        value.str.contains(_INTEGER).alias("integer"),
        (value.str.contains(_NUMBER) & value.str.contains("[0-9]")).alias("number"),
        value.str.contains(r"^0[0-9]").alias("zero"),
        value.str.contains(_DATE).alias("date"),
        value.str.contains(_STAMP).alias("stamp"),
        value.str.to_lowercase().is_in(_BOOLEANS).alias("boolean"),
        number.cast(pl.Float64, strict=False).alias("float"),
    )
    hashes = tuple(pl.col(name).hash(7).alias(f"{name}_hash") for name in ("normal", "shape"))
    return (
        (value.str.strip_chars(),),
        (value.str.slice(0, _LONG).alias("head"),),
        facts,
        hashes,
    )


_READINGS = ("boolean", "stamp", "date", "number", "zero", "integer")


def _kinds(share: Mapping[str, Matrix]) -> npt.NDArray[np.str_]:
    """The families that the values of columns read as, from the shares of rows that read as each."""
    numeric = np.where(share["integer"] >= _SURE, "integer", "number")
    return np.select(
        [
            share["boolean"] >= _SURE,
            share["stamp"] >= _SURE,
            share["date"] >= _SURE,
            (share["number"] >= _SURE) & (share["zero"] < 0.05),
        ],
        ["boolean", "timestamp", "date", numeric],
        "text",
    )
