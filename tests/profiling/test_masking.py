"""Masks hide what tells people apart and keep the shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.profiling import mask


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Smith, John", "S••••, J•••"),
        ("1990-12-25", "••••-••-••"),
        ("DE89 3704", "•••• ••••"),
        ("Ærø", "Æ••"),
        ("", ""),
    ],
)
def test_the_shape_stays(value: str, shown: str) -> None:
    assert mask(value) == shown


@given(st.text())
def test_no_digit_survives_and_the_length_stays(value: str) -> None:
    shown = mask(value)
    assert len(shown) == len(value)
    assert not any(c.isdigit() for c in shown)
