"""Link model files: read, checked with lines, written stably."""

from __future__ import annotations

import pytest

from tests.linkage.people import MODEL
from workbench.errors import LinkModelError
from workbench.linkage import dump_link_model, load_link_model, parse_link_model, save_link_model


def test_a_model_survives_writing_and_reading(tmp_path):
    model = parse_link_model(MODEL)
    save_link_model(model, tmp_path / "person.yaml")
    assert load_link_model(tmp_path / "person.yaml") == model
    assert dump_link_model(parse_link_model(dump_link_model(model))) == dump_link_model(model)


def test_all_faults_are_told_at_once_with_line_and_cure():
    faulty = MODEL.replace("{same: [last]}", "{same: [lost]}").replace("fields: city,", "fields: [cty],")
    faulty = faulty.replace("last: {}", "last: {standardise: [trim, collaps]}")
    with pytest.raises(LinkModelError) as caught:
        parse_link_model(faulty, name="person.yaml")
    told = [str(f) for f in caught.value.faults]
    assert len(told) == 3
    assert "person.yaml:13" in told[0]
    assert "did you mean 'last'?" in told[0]
    assert any("'cty'" in t and "did you mean 'city'?" in t for t in told)
    assert any("'collaps'" in t and "'collapse'" in t for t in told)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("soundex(first)", "soundx(first)", "did you mean 'soundex'?"),
        ("{same: [last]}", '{same: ["prefix(last)"]}', "prefix takes a number"),
        ("at: 0.85, ", "", "needs a bound: at"),
        ("{test: else, m: 0.05, u: 0.93}", "{test: exact}", "must end in one 'else'"),
        ("prior: 0.01", "priors: 0.01", "did you mean 'prior'?"),
    ],
)
def test_a_fault_is_told_in_the_users_terms(old: str, new: str, says: str):
    with pytest.raises(LinkModelError, match="(?s).*" + says.replace("?", r"\?").replace("(", r"\(")):
        parse_link_model(MODEL.replace(old, new))


def test_weights_do_not_change_what_pairs_were_compared_by():
    model = parse_link_model(MODEL)
    other = model.model_copy(update={"prior": 0.5})
    assert model.fingerprint() != other.fingerprint()
    assert model.fingerprint(weights=False) == other.fingerprint(weights=False)
