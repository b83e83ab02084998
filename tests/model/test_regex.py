"""Patterns are rewritten into what all engines share, or refused with the reason."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model import UnportablePattern, pin_pattern


@pytest.mark.parametrize(
    ("pattern", "pinned"),
    [
        (r"\d+", "[0-9]+"),
        (r"[\d.]", "[0-9.]"),
        (r"\w\s", "[A-Za-z0-9_][ \\t\\n\\r\\f\\x0b]"),
        (r"\D", "[^0-9]"),
        (".", "[^\\n]"),
        (r"\.", r"\."),
        ("(?:a|b)", "(?:a|b)"),
        ("[]a]", r"[\]a]"),
        (r"a{2,3}", "a{2,3}"),
    ],
)
def test_what_engines_read_differently_is_written_out(pattern: str, pinned: str):
    assert pin_pattern(pattern) == pinned


@pytest.mark.parametrize(
    "pattern",
    [
        *("a*?", "a++", "(?=a)", "(?<!a)", "(?i)a", "(?P<n>a)", r"(a)\1", r"\bword", r"\p{L}", "[a&&b]"),
        *("[a", "a\\", "(a", "[[:alpha:]]"),
    ],
)
def test_what_cannot_be_portable_is_refused(pattern: str):
    with pytest.raises(UnportablePattern):
        pin_pattern(pattern)


@given(st.text(max_size=20))
def test_any_text_is_pinned_or_refused_and_never_breaks(pattern: str):
    try:
        pinned = pin_pattern(pattern)
    except UnportablePattern:
        return
    re.compile(pinned)


@given(st.from_regex(r"[a-z0-9. ]{0,8}", fullmatch=True))
def test_pinning_twice_is_pinning_once(pattern: str):
    assert pin_pattern(pin_pattern(pattern)) == pin_pattern(pattern)
