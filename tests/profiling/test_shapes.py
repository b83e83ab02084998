"""Shapes found by table lookup are those one would write down by hand."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.profiling.shapes import Shapes, level_of, shapes_of

CHARACTERS = st.characters(max_codepoint=0x2FFF, exclude_characters="\0", exclude_categories=["Cs"])
CLASSES = {"Nd": "9", "Ll": "a", "Lu": "A", "Lt": "A", "Lo": "x", "Lm": "x"}


def by_hand(text: str) -> str:
    out = []
    for char in text[:512]:
        kind = unicodedata.category(char)
        if kind in ("Mn", "Mc", "Me"):
            continue
        out.append(CLASSES.get(kind) or (" " if char.isspace() and char not in "\x1c\x1d\x1e\x1f" else f"\0{char}"))
    joined = re.sub(r"(?<!\0)([9aAx])\1+", r"\1", "".join(out))
    return joined.replace("\0", "")


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(CHARACTERS, max_size=12)))
def test_shapes_equal_those_found_by_hand(texts: list[str]) -> None:
    expected = [by_hand(t) for t in texts]
    assert shapes_of(pl.Series(texts, dtype=pl.String)).to_list() == expected


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Smith, John", "Aa, Aa"),
        ("McDonald", "AaAa"),
        ("03/04/2024", "9/9/9"),
        ("a--b", "a--a"),
        ("日本 5", "x 9"),
        ("Müller-Łódź", "Aa-Aa"),
        ("e\u0301te\u0301", "a"),
        ("x\u00a0y", "a a"),
        ("tab\there", "a a"),
        ("𠀀", "x"),
        ("", ""),
        ("zero\0byte", "a\x01a"),
    ],
)
def test_shape(text: str, shape: str) -> None:
    assert shapes_of(pl.Series([text, "filler é"])).to_list() == [shape, "a a"]


def test_letters_and_digits_are_one_at_the_level_of_classes() -> None:
    assert shapes_of(pl.Series(["8f14e45f-ceea-é1"]), "classes").to_list() == ["X-X-X"]


def test_a_long_text_is_judged_by_its_beginning() -> None:
    assert shapes_of(pl.Series(["a" * 10_000 + "9"])).to_list() == ["a"]


@settings(deadline=None, max_examples=80)
@given(st.lists(st.lists(st.sampled_from(["Ann", "Bob", "x1", "", "Ü", "a b"]), min_size=1, max_size=9), min_size=1))
def test_counting_in_batches_is_counting_at_once(batches: list[list[str]]) -> None:
    shapes = Shapes()
    for batch in batches:
        shapes.add(pl.Series(batch))
    counts = dict(shapes.counts().iter_rows())
    flat = [by_hand(t) for batch in batches for t in batch]
    assert counts == {shape: flat.count(shape) for shape in set(flat)}


def test_weights_count_rows() -> None:
    shapes = Shapes()
    shapes.add(pl.Series(["Ann", "7"]), pl.Series([3, 2]))
    assert shapes.counts().rows() == [("Aa", 3), ("9", 2)]


def test_uniform_shapes_are_counted_without_splitting() -> None:
    shapes = Shapes()
    shapes.add(pl.Series(["Ann", "Bob", "Cy"]))
    assert shapes.counts().rows() == [("Aa", 3)]


def test_rare_shapes_beyond_thousands_are_lumped_and_counted_as_lost() -> None:
    shapes = Shapes()
    for at in range(0, 60_000, 20_000):
        numbers = range(at, at + 20_000)
        shapes.add(
            pl.Series(["a" + "-" * (n % 90) + "b" + "." * (n // 90 % 90) + "c" + ":" * (n // 8100) for n in numbers])
        )
    assert shapes.counts().height <= 4096
    assert shapes.lost + shapes.counts()["count"].sum() == 60_000


def test_identifiers_get_the_coarse_level() -> None:
    hexes = pl.Series([sha256(str(n).encode()).hexdigest() for n in range(1_000)])
    assert level_of(shapes_of(hexes)) == "classes"
    assert level_of(shapes_of(pl.Series(["Ann", "Bob"] * 500))) == "runs"
