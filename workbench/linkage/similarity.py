"""Tests on pairs of values: facts once per distinct value, the costly ones once per distinct pair of values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.registry import Registry

from .bounds import may_be_edits, may_be_jaro_winkler
from .nicknames import nickname_groups
from .records import Column

__all__ = ["Comparer", "comparers", "kilometres", "similarity_of"]

Codes = NDArray[np.int32]
Comparer = Callable[[Sequence[str], Sequence[str]], "NDArray[np.floating[Any]]"]
comparers: Registry[Comparer] = Registry("comparer")
"""Functions from two equally long lists of values to similarities, for levels with test 'custom'."""

EARTH_KM = 6371.0088
ROUNDING = 1e-6
"""A similarity that equals its bound in exact arithmetic must reach it in floating point too."""


def distinct_pairs(
    left: Codes, right: Codes, compute: Callable[[Codes, Codes], NDArray[Any]], *, symmetric: bool = True
) -> NDArray[Any]:
    """Compute once per distinct pair of values and give every pair its result."""
    low, high = (np.minimum(left, right), np.maximum(left, right)) if symmetric else (left, right)
    packed = low.astype(np.uint64) << np.uint64(32) | high.astype(np.uint64)
    unique, inverse = np.unique(packed, return_inverse=True)
    first = (unique >> np.uint64(32)).astype(np.int32)
    second = (unique & np.uint64(0xFFFFFFFF)).astype(np.int32)
    out: NDArray[Any] = compute(first, second)[inverse]
    return out


def texts(column: Column, codes: Codes) -> list[str]:
    """The values of codes, as Python text."""
    found: list[str] = column.values.gather(codes).to_list()
    return found


def jaro_winkler(column: Column, left: Codes, right: Codes, at: float) -> NDArray[np.float32]:
    """Jaro–Winkler similarity (0 to 1, prefix weight 0.1); 0 where it is proven to be below the bound."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    def compute(a: Codes, b: Codes) -> NDArray[np.float32]:
        return process.cpdist(
            texts(column, a),
            texts(column, b),
            scorer=JaroWinkler.similarity,
            score_cutoff=at - ROUNDING,
            dtype=np.float32,
            workers=1,
        )

    out = np.zeros(len(left), np.float32)
    may = np.flatnonzero(may_be_jaro_winkler(column, left, right, at))
    out[may] = distinct_pairs(left[may], right[may], compute)
    return out


def damerau_levenshtein(column: Column, left: Codes, right: Codes, at: float) -> NDArray[np.int32]:
    """Damerau–Levenshtein distance in edits; bound + 1 where it is proven to be above the bound."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    most = int(at)

    def compute(a: Codes, b: Codes) -> NDArray[np.int32]:
        return process.cpdist(
            texts(column, a),
            texts(column, b),
            scorer=DamerauLevenshtein.distance,
            score_cutoff=most,
            dtype=np.int32,
            workers=1,
        )

    out = np.full(len(left), most + 1, np.int32)
    may = np.flatnonzero(may_be_edits(column, left, right, most))
    out[may] = distinct_pairs(left[may], right[may], compute)
    return out


class Tokens:
    """Distinct values as rows of a sparse matrix over tokens, plain and weighted by rarity (tf–idf, unit length)."""

    def __init__(self, column: Column) -> None:
        from scipy.sparse import csr_matrix, diags

        listed = pl.DataFrame({"i": pl.int_range(len(column.values), eager=True), "t": column.values.str.split(" ")})
        long = listed.explode("t").filter(pl.col("t") != "").unique(["i", "t"]).sort("i", "t")
        rank = long["t"].rank("dense").cast(pl.Int64).to_numpy() - 1 if long.height else np.zeros(0, np.int64)
        shape = (len(column.values), int(rank.max()) + 1 if len(rank) else 1)
        ones = np.ones(long.height, np.float32)
        self.plain = csr_matrix((ones, (long["i"].to_numpy(), rank)), shape=shape)
        self.sizes = np.asarray(self.plain.sum(1)).ravel()
        self.rarity = idf = np.log((1 + shape[0]) / (1 + np.asarray(self.plain.sum(0)).ravel())) + 1
        weighted = self.plain @ diags(idf.astype(np.float32))
        norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(1)).ravel())
        self.weighted = diags(1 / np.maximum(norms, 1e-9).astype(np.float32)) @ weighted

    def _dot(self, matrix: Any, left: Codes, right: Codes) -> NDArray[np.float64]:
        return np.asarray(matrix[left].multiply(matrix[right]).sum(1)).ravel()

    def similarity(self, test: str, left: Codes, right: Codes) -> NDArray[np.float64]:
        """Jaccard of the token sets, share of the smaller set that is in the other, or tf–idf cosine."""
        if test == "token_cosine":
            return self._dot(self.weighted, left, right)
        shared = self._dot(self.plain, left, right)
        sizes = self.sizes
        if test == "token_set":
            return np.asarray(shared / np.maximum(sizes[left] + sizes[right] - shared, 1))
        return np.asarray(shared / np.maximum(np.minimum(sizes[left], sizes[right]), 1))


def token_similarity(test: str, column: Column, left: Codes, right: Codes) -> NDArray[Any]:
    """Similarity of token sets, 0 to 1; see `Tokens.similarity`."""
    tokens: Tokens = column.fact("tokens", Tokens)
    return distinct_pairs(left, right, lambda a, b: tokens.similarity(test, a, b))


def _date_facts(column: Column) -> NDArray[np.int32]:
    """Year, month, day and days since 1970 of each distinct value; 0 where it is no ISO date."""
    date = column.values.str.to_date("%Y-%m-%d", strict=False)
    parts = [date.dt.year(), date.dt.month(), date.dt.day(), date.to_physical()]
    return np.stack([p.cast(pl.Int32).fill_null(0).to_numpy() for p in parts])


def date_test(test: str, column: Column, left: Codes, right: Codes, at: float) -> NDArray[np.bool_]:
    """Tests on ISO dates: at least ``at`` equal parts of three, at most ``at`` days apart, day and month swapped."""
    y, m, d, days = column.fact("date", _date_facts)
    known = (y[left] != 0) & (y[right] != 0)
    if test == "within_days":
        return np.asarray(known & (np.abs(days[left] - days[right]) <= at))
    same_year = y[left] == y[right]
    if test == "swapped_day_month":
        return np.asarray(known & same_year & (m[left] == d[right]) & (d[left] == m[right]))
    equal = same_year.astype(np.int8) + (m[left] == m[right]) + (d[left] == d[right])
    return np.asarray(known & (equal >= at))


def numbers(column: Column) -> NDArray[np.float64]:
    """Each distinct value as a number; NaN where it is none."""

    def compute(c: Column) -> NDArray[np.float64]:
        return c.values.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()

    found: NDArray[np.float64] = column.fact("numbers", compute)
    return found


def number_test(test: str, column: Column, left: Codes, right: Codes, at: float) -> NDArray[np.bool_]:
    """Whether two numbers differ by at most ``at``, absolutely or as a share of the larger."""
    value = numbers(column)
    a, b = value[left], value[right]
    apart = np.abs(a - b)
    found: NDArray[np.bool_] = apart <= (at if test == "within" else at * np.maximum(np.abs(a), np.abs(b)))
    return found


def kilometres(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> NDArray[np.float64]:
    """Great-circle distance in km of points in degrees (haversine).

    >>> round(float(kilometres(52.37, 4.90, 51.51, -0.13)))
    358
    """
    p1, p2 = np.radians(lat1), np.radians(lat2)
    h = np.sin((p2 - p1) / 2) ** 2 + np.cos(p1) * np.cos(p2) * np.sin(np.radians(np.subtract(lon2, lon1)) / 2) ** 2
    out: NDArray[np.float64] = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(h, 1)))
    return out


def affix_codes(column: Column, test: str, size: int) -> Codes:
    """A code per distinct value's first or last characters; −1 where it is shorter."""

    def compute(c: Column) -> Codes:
        part = c.values.str.head(size) if test == "prefix" else c.values.str.tail(size)
        codes = part.rank("dense").cast(pl.Int32).to_numpy() if len(part) else np.zeros(0, np.int32)
        return np.where(c.values.str.len_chars().to_numpy() >= size, codes, -1).astype(np.int32)

    found: Codes = column.fact(f"{test}:{size}", compute)
    return found


def initial_test(column: Column, left: Codes, right: Codes) -> NDArray[np.bool_]:
    """Whether one value is the other's first letter."""

    def compute(c: Column) -> Any:
        return affix_codes(c, "prefix", 1), c.values.str.len_chars().to_numpy()

    first, length = column.fact("initial", compute)
    found: NDArray[np.bool_] = (first[left] == first[right]) & ((length[left] == 1) | (length[right] == 1))
    return found


def nickname_test(column: Column, left: Codes, right: Codes) -> NDArray[np.bool_]:
    """Whether two given names are forms of one ('bob', 'robert')."""
    groups: NDArray[np.int32] = column.fact("nicknames", lambda c: nickname_groups(c.values.to_list()))
    found = np.zeros(len(left), bool)
    for i in range(groups.shape[0]):
        for j in range(groups.shape[0]):
            found |= (groups[i][left] >= 0) & (groups[i][left] == groups[j][right])
    return found


def custom_similarity(using: str, column: Column, left: Codes, right: Codes) -> NDArray[Any]:
    """A registered comparer's similarity, once per distinct pair of values."""
    compare = comparers[using]
    return distinct_pairs(left, right, lambda a, b: np.asarray(compare(texts(column, a), texts(column, b)), np.float64))


def similarity_of(test: str, using: str | None, column: Column, left: Codes, right: Codes, at: float) -> NDArray[Any]:
    """Scores of the tests that are computed once and held against several bounds."""
    if test == "jaro_winkler":
        return jaro_winkler(column, left, right, at)
    if test == "damerau_levenshtein":
        return damerau_levenshtein(column, left, right, at)
    if test == "custom":
        return custom_similarity(using or "", column, left, right)
    return token_similarity(test, column, left, right)
