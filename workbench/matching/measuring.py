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
from .letters import Letters
from .readings import decimal, kinds, number, numeric, readings
from .sampling import sample

__all__ = ["Measures", "measure", "measure_frames", "physical_kind"]

Codes = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]
_KEPT = 1_000  # distinct values kept per column, chosen by hash so that two tables keep the same ones
_READ = 300  # distinct values of a column whose words are read
_WORDS, _SHAPES = 200, 20  # words and shapes kept per column
_LONG = 200  # characters of a value that are looked at

_WORD = re.compile(r"[^\W\d_]{2,}|[0-9]+")


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
    shares: Matrix = field(default_factory=lambda: np.zeros(0))
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


def measure_frames(frames: Sequence[pl.DataFrame | pl.LazyFrame]) -> list[dict[str, Measures]]:
    """Measure every column of some frames; all in one pass, which is what small tables save most by."""
    types = [{name: physical_kind(str(kind)) for name, kind in f.collect_schema().items()} for f in frames]
    flat = [[name for name, kind in of.items() if kind not in ("list", "struct")] for of in types]
    parts = [part for frame, names in zip(frames, flat, strict=True) for part in sample(frame, names)]
    found = iter(
        _measure([Counter(filter(None, part.values.to_list())) for part in parts], [part.rows for part in parts])
    )
    out = []
    for of in types:
        seen = {name: Measures(kind) if kind in ("list", "struct") else next(found) for name, kind in of.items()}
        out.append({name: one if of[name] == "text" else replace(one, kind=of[name]) for name, one in seen.items()})
    return out


def measure(values: Mapping[str, Mapping[str, float] | Sequence[str]]) -> dict[str, Measures]:
    """Measure columns given as values, or as values with counts."""
    counts = [found if isinstance(found, Mapping) else Counter(found) for found in values.values()]
    return dict(zip(values, _measure(counts), strict=True))


def _measure(columns: Sequence[Mapping[str, float]], rows: Sequence[float] | None = None) -> list[Measures]:
    """Measure columns given as values with counts; `rows` tells how many rows each column had."""
    owner = np.repeat(np.arange(len(columns)), [len(counts) for counts in columns])
    count = np.fromiter(chain.from_iterable(counts.values() for counts in columns), np.float64, len(owner))
    texts = list(map(str.strip, chain.from_iterable(columns)))
    if not all(texts):
        filled = np.array([bool(text) for text in texts])
        owner, count, texts = owner[filled], count[filled], [text for text in texts if text]
    if not texts:
        return [Measures() for _ in columns]
    sizes = np.fromiter(map(len, texts), np.float64, len(texts))
    heads = [text[:_LONG] for text in texts] if sizes.max() > _LONG else texts
    letters = Letters(heads)
    normals = letters.plain()
    read = readings(letters, normals)
    for k in np.flatnonzero(decimal(read)).tolist():
        normals[k] = heads[k].rstrip("0").removesuffix(".")
    values = _grouped(owner, normals, count, _KEPT, by_key=True)
    shapes = _grouped(owner, letters.shapes(), count, _SHAPES)
    kind = kinds(owner, read, count, len(columns))
    lengths = quantiles(owner, sizes, count)
    counting = np.array([one in ("integer", "number") for one in kind])
    spread = _spread(texts, np.flatnonzero(numeric(read) & counting[owner]), owner, count)
    # the values of a column stand together
    filled, starts, distinct = np.unique(owner, return_index=True, return_counts=True)
    made_of = np.add.reduceat(letters.counts(), starts, axis=0).astype(np.float64)
    made_of /= made_of.sum(axis=1, keepdims=True)
    out = [Measures()] * len(columns)
    for k, total, many, mix in zip(
        filled.tolist(), np.add.reduceat(count, starts).tolist(), distinct.tolist(), made_of.tolist(), strict=True
    ):
        (normal, held), (shape, taken) = values[k], shapes[k]
        out[k] = Measures(
            kind[k],
            normal,
            held / total,
            dict(zip(shape, (taken / total).tolist(), strict=True)),
            tuple(mix),
            lengths[k],
            spread.get(k, ()),
            1 - total / rows[k] if rows is not None else None,
            (len(normal) if many <= _KEPT else many) / total if rows is not None else None,
        )
    return out


def _grouped(
    owner: Codes, texts: Sequence[str], count: Matrix, most: int, *, by_key: bool = False
) -> dict[int, tuple[tuple[str, ...], Matrix]]:
    hashes = pl.Series(texts, dtype=pl.String).hash(7).to_numpy()
    return grouped(owner, hashes, count, most, by_key=by_key).by_owner(texts)


def _spread(texts: Sequence[str], chosen: Codes, owner: Codes, count: Matrix) -> dict[int, tuple[float, ...]]:
    """The quantiles of the numbers among the chosen texts."""
    numbers = np.fromiter(map(number, map(texts.__getitem__, chosen.tolist())), np.float64, len(chosen))
    chosen, numbers = chosen[np.isfinite(numbers)], numbers[np.isfinite(numbers)]
    return quantiles(owner[chosen], numbers, count[chosen])
