"""Decisions of a mapping review, without a screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.errors import SpecError, UnknownNameError, UsageError
from workbench.model import dump_spec, fingerprint, load_spec
from workbench.widgets import MappingReview

Open = Callable[..., MappingReview]


def statuses(review: MappingReview) -> dict[str, str]:
    return {i.name: i.status for i in review.items}


def test_every_target_field_is_listed_with_how_it_stands(review: MappingReview):
    assert statuses(review) == {
        "customer_id": "proposed", "full_name": "proposed", "gender": "proposed",
        "born_on": "written", "balance": "missing", "city": "missing",
    }  # fmt: skip


def test_accepting_is_saved_with_who_and_when(review: MappingReview, spec_file: Path):
    review.accept("full_name")
    assert load_spec(spec_file).evidence["f2"] == {
        "match": "0.93", "decision": "accepted", "decided_by": "ada", "on": "2026-11-22",
    }  # fmt: skip


def test_a_review_goes_on_where_it_stopped(review: MappingReview, open_review: Open):
    review.accept("full_name")
    review.reject("gender")
    review.source("city", ["town"])
    assert statuses(open_review()) == statuses(review)


def test_bulk_accept_takes_what_is_sure_enough_and_leaves_the_rest(review: MappingReview):
    assert review.accept_above(0.9) == ["customer_id", "full_name"]
    assert statuses(review)["gender"] == "proposed"


def test_bulk_accept_is_undone_at_once(review: MappingReview, spec_file: Path):
    before = load_spec(spec_file)
    review.accept_above(0.9)
    review.undo()
    assert load_spec(spec_file) == before


def test_a_rejected_field_leaves_the_spec_and_its_column_is_listed(review: MappingReview, spec_file: Path):
    review.reject("gender")
    saved = load_spec(spec_file)
    assert "gender" not in saved.fields
    assert "sex" in saved.unmapped


def test_a_rejected_field_comes_back_as_it_was(review: MappingReview, open_review: Open):
    before = review.spec.fields["gender"]
    review.reject("gender")
    again = open_review()
    again.accept("gender")
    assert again.spec.fields["gender"].steps == before.steps
    assert "sex" not in again.spec.unmapped
    assert again.item("gender").status == "accepted"


def test_adding_a_field_drafts_its_steps_from_the_facts(review: MappingReview):
    review.source("balance", ["saldo"])
    item = review.item("balance")
    assert item.status == "added"
    assert any(s.startswith("parse_number") for s in item.steps)
    assert "saldo" not in review.spec.unmapped


def test_a_new_field_stands_where_the_target_has_it(review: MappingReview):
    review.source("city", ["town"])
    review.source("balance", ["saldo"])
    assert list(review.spec.fields)[-2:] == ["balance", "city"]


def test_ids_are_never_used_again(review: MappingReview):
    review.source("city", ["town"])
    used = review.spec.fields["city"].id
    review.reject("city")
    review.source("balance", ["saldo"])
    assert review.spec.fields["balance"].id != used


def test_steps_are_changed_reordered_and_read_back(review: MappingReview, spec_file: Path):
    review.steps("customer_id", ["trim", "upper", "prefix: X-"])
    review.move("customer_id", 1, 0)
    assert review.item("customer_id").steps == ("upper", "trim", "prefix: X-")
    assert [s.name for s in load_spec(spec_file).fields["customer_id"].steps] == ["upper", "trim", "prefix"]
    assert review.item("customer_id").status == "changed"


def test_undo_and_redo_walk_through_decisions(review: MappingReview):
    review.accept("gender")
    review.accept("full_name")
    review.undo()
    assert statuses(review)["full_name"] == "proposed"
    review.redo()
    assert statuses(review)["full_name"] == "accepted"


def test_comments_and_untouched_lines_survive(review: MappingReview, spec_file: Path):
    before = spec_file.read_text("utf-8").splitlines()
    review.steps("gender", ["trim", "translate: {values: {M: Male, F: Female}}"])
    after = spec_file.read_text("utf-8").splitlines()
    assert all(line in after for line in before if line.lstrip().startswith("#"))
    assert [line for line in before if "full_name" in line] == [line for line in after if "full_name" in line]


def test_a_constant_and_a_field_as_text(review: MappingReview):
    review.constant("city", "Berlin")
    assert review.item("city").constant == "Berlin"
    review.text("gender", "case:\n- {when: {field: sex, equals: F}, then: Female}\nelse: Male\n")
    assert review.item("gender").cases


def test_an_approval_is_gone_after_a_change_and_back_after_undo(
    review: MappingReview, spec_file: Path, open_review: Open
):
    spec = load_spec(spec_file)
    approved = spec.model_copy(update={"status": "approved", "approved": fingerprint(spec)})
    spec_file.write_text(dump_spec(approved), encoding="utf-8")
    again = open_review()
    again.steps("customer_id", ["trim"])
    assert (again.spec.status, again.spec.approved) == ("draft", None)
    again.undo()
    assert again.spec.status == "approved"


def test_accepting_takes_no_approval_away(spec_file: Path, open_review: Open):
    spec = load_spec(spec_file)
    approved = spec.model_copy(update={"status": "approved", "approved": fingerprint(spec)})
    spec_file.write_text(dump_spec(approved), encoding="utf-8")
    again = open_review()
    again.accept("gender")
    assert again.spec.status == "approved"


def test_mistakes_are_told_with_a_cure_and_change_nothing(review: MappingReview, spec_file: Path):
    before = spec_file.read_bytes()
    with pytest.raises(UnknownNameError, match="did you mean 'gender'"):
        review.accept("gendr")
    with pytest.raises(UsageError, match="choose a source"):
        review.accept("city")
    with pytest.raises(SpecError):
        review.steps("gender", ["{a: 1, b: 2}"])
    with pytest.raises(SpecError):
        review.steps("gender", ["prefix: [unclosed"])
    assert spec_file.read_bytes() == before


# -- two people


def test_somebody_elses_edit_is_read_when_nothing_is_pending(review: MappingReview, spec_file: Path):
    spec_file.write_text(spec_file.read_text("utf-8").replace("version: 1.0.0", "version: 1.1.0"), encoding="utf-8")
    assert "changed by somebody else" in review.sync()
    assert review.spec.version == "1.1.0"


def test_somebody_elses_edit_is_never_overwritten(open_review: Open, spec_file: Path):
    review = open_review()
    theirs = spec_file.read_text("utf-8").replace("version: 1.0.0", "version: 1.1.0")
    spec_file.write_text(theirs, encoding="utf-8")
    review.accept("gender")
    assert review.saving.state.state == "conflict"
    assert spec_file.read_text("utf-8") == theirs


def test_ours_is_merged_into_theirs_field_by_field(open_review: Open, spec_file: Path):
    mine, other = open_review(), open_review()
    other.steps("born_on", ["trim", "parse_date: '%d/%m/%Y'"])
    mine.accept("gender")
    mine.source("city", ["town"])
    merged = mine.merge()
    assert merged.ours == ("gender", "city")
    assert merged.clashes == ()
    saved = load_spec(spec_file)
    assert [s.name for s in saved.fields["born_on"].steps] == ["trim", "parse_date"]
    assert saved.evidence["f3"]["decision"] == "accepted"
    assert saved.fields["city"].from_ == ("town",)


def test_where_both_changed_a_field_theirs_stays_and_is_named(open_review: Open, spec_file: Path):
    mine, other = open_review(), open_review()
    other.steps("customer_id", ["upper"])
    mine.steps("customer_id", ["lower"])
    assert mine.merge().clashes == ("customer_id",)
    assert [s.name for s in load_spec(spec_file).fields["customer_id"].steps] == ["upper"]


def test_two_new_fields_with_one_id_are_told_apart(open_review: Open, spec_file: Path):
    mine, other = open_review(), open_review()
    other.source("city", ["town"])
    mine.source("balance", ["saldo"])
    mine.merge()
    saved = load_spec(spec_file)
    assert saved.fields["city"].id != saved.fields["balance"].id


# -- values


def test_a_preview_shows_values_before_and_after_with_rejects_first(review: MappingReview):
    seen = review.preview("born_on")
    assert (seen.tried, seen.passed, seen.rejected) == (4, 3, 1)
    assert seen.rows[0][0] == ("1906-12-09",)
    assert seen.rows[0][2]


def test_a_preview_keeps_to_the_targets_list_of_values(review: MappingReview):
    seen = review.preview("gender", ["translate: {values: {M: Male, F: Femal}, unmapped: keep}"])
    assert seen.rejected >= 1


def test_a_preview_masks_personal_values(review: MappingReview):
    seen = review.preview("full_name")
    assert all("Ada" not in after and "Lovelace" not in "".join(before) for before, after, _, _ in seen.rows)
    assert any("•" in after for _, after, _, _ in seen.rows)


def test_a_preview_of_wrong_steps_says_what_is_wrong(review: MappingReview):
    seen = review.preview("gender", ["trimm"])
    assert "trimm" in seen.faults[0][0]
    assert "trim" in seen.faults[0][1]
