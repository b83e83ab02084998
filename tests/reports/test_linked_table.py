"""What linked records say of a spec is shown with the pairs that disagree, personal values masked."""

from __future__ import annotations

import polars as pl

from workbench.mapping import learn_from_links
from workbench.model import Contract, DataType, Field
from workbench.reports import linked_table

TEXT = DataType("text")
PERSON = Contract(
    "person",
    "Person",
    "1.0.0",
    fields=(
        Field("id", TEXT, key=1),
        Field("email", TEXT, personal=True),
        Field("town", TEXT),
        Field("note", TEXT),
    ),
)


def _shown(theirs: list[str]) -> str:
    ids = [str(i) for i in range(10)]
    here = pl.DataFrame({"id": ids, "email": [f"user{i}@example.org" for i in ids], "town": ["Bonn", "Köln"] * 5})
    there = here.with_columns(town=pl.Series(theirs), email=pl.col("email").replace("user3@example.org", "x@y.example"))
    found = learn_from_links(here, there, pl.DataFrame({"l": ids, "r": ids}), keys=("id", "id"))
    return linked_table({"shop": found}, PERSON)


def test_pairs_that_disagree_are_counted_and_listed():
    page = _shown(["Bonn", "Köln"] * 4 + ["Bonn", "<Mainz>"])
    assert "held against shop" in page
    assert page.count("<summary>1</summary>") == 2
    assert "&lt;Mainz&gt;" in page


def test_personal_values_are_masked():
    page = _shown(["Bonn", "Köln"] * 5)
    assert "user3@example.org" not in page
    assert "x@y.example" not in page
    assert "all agree" in page


def test_fields_that_nothing_was_found_for_are_named():
    assert "none is filled on both sides: note" in _shown(["Bonn", "Köln"] * 5)


def test_without_a_crosswalk_it_says_so():
    assert "no crosswalk" in linked_table({}, PERSON)
