"""Two versions of a spec compared by what they do to data."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from workbench.mapping import SpecDiff, diff, resolve
from workbench.model import TEXT, Contract, Spec, parse_spec

CHANGES: list[tuple[str, str, str, str]] = [
    # old text, new text, grade, words of the gravest change
    ("M: Male", "M: Man", "major", "gender (f3): arguments of translate: another result for 1 value, in 2 rows"),
    ("F: Female", "X: Other", "major", "gender (f3): arguments of translate: rejected now: 1 value, in 2 rows"),
    ("{M: Male, F: Female}", "{M: Male, F: Female, X: Other}", "minor", "rejected before, accepted now: 1 value"),
    ("{M: Male, F: Female}", "{M: Male, F: Female, Q: Other}", "patch", "the same on all 3 values replayed"),
    ("steps: [trim, {prefix", "steps: [collapse_space, trim, {prefix", "patch", "the same on all"),
    ("full_name: {id: f2", "name: {id: f2", "major", "name (f2): was called full_name"),
    ("steps: [{parse_date: [\"%d/%m/%Y\"]}]", "steps: []", "major", "born_on (f4): was date, is text"),
    ("[{parse_date: [\"%d/%m/%Y\"]}]", "[{parse_date: [\"%m/%d/%Y\"]}]", "major", "born_on (f4)"),
    ("not_in: [Y]", "not_in: [Y, N]", "major", "row step r1: the filter treats 3 rows otherwise"),
    ("not_in: [Y]", "not_in: [Y, Z]", "patch", "no row replayed is treated otherwise"),
    ("book_as: out_of_scope", "book_as: tests", "minor", "books rows as tests, was out_of_scope"),
    ("row_key: [no]", "row_key: [name]", "major", "row_key: was no, is name"),
    ("{entity: Customer}", "{entity: Customer, contract: ^1.4}", "minor", "asks for version ^1.4 of the contract"),
    ("id: f1, from: no", "id: f1, inverse: none, from: no", "major", "the source field does not come back any more"),
    ("id: f1, inverse: none, from: no", "id: f1, from: no", "minor", "the source field comes back now"),
    ("id: f3, from: sex", "id: f3, on_error: \"null\", from: sex", "minor", "rejected before, accepted now: 1 value"),
    ("id: f3, on_error: \"null\", from: sex", "id: f3, from: sex", "major", "rejected now: 1 value"),
    ("id: f3, on_error: fail, from: sex", "id: f3, from: sex", "minor", "a fault rejects the row now"),
    ("id: f1, from: no", "id: f1, on_error: fail, from: no", "patch", "worded otherwise, and the same by definition"),
    ("id: f3, from: sex", "id: f3, on_error: fail, from: sex", "major", "a fault stops the run now"),
    ("id: f1, from: no", "id: f1, description: The number, from: no", "patch", "text, evidence or owners only"),
]  # fmt: skip


def compare(old: str, new: str, source: pl.DataFrame | None, entity: Contract | None = None, **more: Any) -> SpecDiff:
    specs: list[Spec] = [parse_spec(text) for text in (old, new)]
    columns = dict.fromkeys(("no", "name", "sex", "born", "saldo", "test", "remark"), TEXT)
    return diff(*specs, *(resolve(s, columns, entity) for s in specs), source, **more)


@pytest.mark.parametrize(("old", "new", "grade", "words"), CHANGES)
def test_a_change_is_graded_by_what_it_does(
    old: str, new: str, grade: str, words: str, spec_text: str, source: pl.DataFrame
) -> None:
    if old not in spec_text:  # a change the other way round, from a spec that has it to the one there is
        spec_text = spec_text.replace(new, old)
    assert old in spec_text
    found = compare(spec_text, spec_text.replace(old, new), source)
    assert found.grade == grade, found
    assert words in str(found)


def test_the_same_spec_has_no_difference(spec_text: str, source: pl.DataFrame) -> None:
    found = compare(spec_text, spec_text, source)
    assert (found.grade, found.version, found.same_fingerprint) == (None, "1.0.0", True)
    assert str(found) == "crm-customers 1.0.0 → 1.0.0: no difference"


def test_a_field_dropped_from_a_spec_is_told_as_always_empty(
    spec_text: str, source: pl.DataFrame, entity: Contract
) -> None:
    lines = [line for line in spec_text.splitlines() if "gender:" not in line]
    new = "\n".join(lines).replace("unmapped: [", "unmapped: [sex, ")
    found = compare(spec_text, new, source, entity)
    assert "major  gender (f3): is not mapped any more, so it is always empty" in str(found)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("{id: c1, max_rejected: 0.1}", "{id: c1, max_rejected: 0.2}", "check c1: max_rejected 0.2, was 0.1"),
        ("{id: c1, max_rejected: 0.1}", "", "check c1: max_rejected is gone, was 0.1"),
        ("", "{id: c2, unique: [full_name]}", "check c2: new: unique full_name"),
    ],
)
def test_what_verify_measures_otherwise_is_told_check_by_check(
    before: str, after: str, words: str, spec_text: str, source: pl.DataFrame
) -> None:
    old, new = (f"{spec_text}checks: [{check}]\n" for check in (before, after))
    found = compare(old, new, source)
    assert (found.grade, [str(c) for c in found.changes]) == ("minor", [f"minor: {words}"])


def test_another_owner_is_a_patch(spec_text: str, source: pl.DataFrame) -> None:
    found = compare(spec_text, spec_text + "maintainer: erp-team\n", source)
    assert [str(c) for c in found.changes] == ["patch: maintainer: was none, is erp-team"]


def test_it_reads_like_a_review(spec_text: str, source: pl.DataFrame) -> None:
    found = compare(spec_text, spec_text.replace("M: Male", "M: Man"), source)
    assert str(found).splitlines() == [
        "crm-customers 1.0.0 → 1.0.0: major change; replayed on 5 rows; call it 2.0.0; "
        "an approval of the old one does not cover it",
        "  major  gender (f3): arguments of translate: another result for 1 value, in 2 rows",
        "           'M': was 'Male', is 'Man' (2 rows)",
    ]
    assert "<del>&#x27;Male&#x27;</del>" in found._repr_html_()


def test_a_new_field_is_minor_and_a_field_gone_is_major(spec_text: str, source: pl.DataFrame) -> None:
    more = spec_text.replace("unmapped: [remark]", "  remark: {id: f9, from: remark}")
    added, gone = compare(spec_text, more, source), compare(more, spec_text, source)
    assert (added.grade, gone.grade) == ("minor", "major")
    assert "remark (f9): a new target field" in str(added)


def test_without_data_the_worst_is_assumed(spec_text: str) -> None:
    found = compare(spec_text, spec_text.replace("F: Female}", "F: Female, Q: Other}"), None)
    assert found.grade == "major"
    assert "could not be replayed, so the worst is assumed" in str(found)


def test_what_a_row_step_makes_is_replayed_after_it(source: pl.DataFrame) -> None:
    text = """
        name: s
        source: {dataset: d}
        target: {entity: E}
        rows: [{id: r1, lookup: {table: t, match: {sex: code}, take: {word: word}, on_miss: "null"}}]
        fields: {x: {id: f1, from: word}}
        unmapped: [no, name, born, saldo, test, remark]
    """
    old = parse_spec(text)
    new = parse_spec(text.replace("from: word}", "from: word, steps: [upper]}"))
    table = pl.LazyFrame({"code": ["M", "F"], "word": ["man", "WOMAN"]})
    columns = dict.fromkeys(source.columns, TEXT)
    both = [resolve(s, columns, tables=lambda _: {"code": TEXT, "word": TEXT}) for s in (old, new)]
    found = diff(old, new, *both, source, tables=lambda _: table)
    assert "'man': was 'man', is 'MAN' (2 rows)" in str(found)


ROWS = """
name: s
source: {dataset: d}
target: {entity: E}
rows:
  - {id: r1, lookup: {table: t, match: {sex: code}, take: {word: word}, on_miss: drop}}
  - {id: r2, keep_latest: {by: [no], order_by: born}}
  - {id: r3, group: {by: [sex, word], take: {total: {count: saldo}}}}
fields: {x: {id: f1, from: word}, n: {id: f2, from: total}}
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("by: [sex, word]", "by: [word]", "row step r3: the group changed: by was sex, word, is word"),
        (
            "{count: saldo}",
            "{count_distinct: saldo}",
            "the group changed: take was total: count: saldo, is total: count_distinct: saldo",
        ),
        ("on_miss: drop", "on_miss: drop, cardinality: 'n:n'", "row step r1: the lookup changed: cardinality was"),
        ("on_miss: drop", "on_miss: 'null'", "row step r1: the lookup changed: on_miss was drop, is null"),
        ("order_by: born", "order_by: saldo", "row step r2: the keep_latest changed: order_by was born, is saldo"),
        ("  - {id: r2, keep_latest: {by: [no], order_by: born}}\n", "", "row step r2: the keep_latest is gone"),
    ],
)
def test_row_steps_that_lose_join_or_merge_rows_otherwise_are_major(old: str, new: str, words: str) -> None:
    assert old in ROWS
    texts = (ROWS, ROWS.replace(old, new))
    specs = [parse_spec(text) for text in texts]
    read = [{c: TEXT for c in ("no", "sex", "born", "saldo") if re.search(rf"\b{c}\b", text)} for text in texts]
    tables = {"code": TEXT, "word": TEXT}
    both = [resolve(s, columns, tables=lambda _: tables) for s, columns in zip(specs, read, strict=True)]
    found = diff(*specs, *both)
    assert found.grade == "major"
    assert words in str(found)


def test_row_steps_in_another_order_are_major(spec_text: str, source: pl.DataFrame) -> None:
    second = "{id: r2, filter: {field: sex, is_null: false}}"
    one, other = (
        spec_text.replace("rows:", f"rows:\n  - {second}")
        if first
        else spec_text.replace("fields:", f"  - {second}\nfields:")
        for first in (True, False)
    )
    assert "row steps: the order was r2, r1, is r1, r2" in str(compare(one, other, source))


def test_another_key_of_the_target_is_major(spec_text: str, source: pl.DataFrame, entity: Contract) -> None:
    keyed = replace(entity, fields=tuple(replace(f, key=1 if f.name == "full_name" else None) for f in entity.fields))
    spec = parse_spec(spec_text)
    found = diff(spec, spec, *(resolve(spec, dict.fromkeys(source.columns, TEXT), e) for e in (entity, keyed)), source)
    assert found.grade == "major"
    assert "is full_name" in str(found)


def test_another_meaning_of_the_primitives_is_major(spec_text: str) -> None:
    spec = parse_spec(spec_text)
    was = resolve(spec, dict.fromkeys(("no", "name", "sex", "born", "saldo", "test", "remark"), TEXT))
    found = diff(spec, spec.model_copy(update={"semantics": "core-2"}), was, was)
    assert "major: semantics: was core-1, is core-2" in [str(c) for c in found.changes]


def test_examples_of_personal_fields_are_masked(spec_text: str, source: pl.DataFrame) -> None:
    new = spec_text.replace('to: "First Last"', 'to: "Last First"')
    found = compare(spec_text, new, source, personal=frozenset({"name"}))
    assert "ovelace" not in str(found) + found._repr_html_()
    assert "'L•••••••, A••': was 'A•• L•••••••', is 'L••••••• A••'" in str(found)


def test_json_holds_the_grade_and_the_version(spec_text: str, source: pl.DataFrame) -> None:
    said = compare(spec_text, spec_text.replace("M: Male", "M: Man"), source).to_dict()
    assert (said["grade"], said["suggested_version"], said["approval_lost"]) == ("major", "2.0.0", True)
