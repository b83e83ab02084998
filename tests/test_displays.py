"""How results show themselves: plain text and HTML, tables that a screen reader can follow, nothing personal."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from workbench import apply, load_spec, open_project, verify
from workbench.markup import bar, block, items, table

SPEC = "data/retail/specs/crm-customers.yaml"


@pytest.fixture(scope="module")
def shown(root: Path) -> dict[str, Any]:
    """Every object that a person would echo in a notebook, from the sample landscape."""
    project = open_project(root / "data" / "retail" / "landscape.yaml")
    spec = load_spec(root / SPEC)
    target = project.target(spec)
    resolved = project.resolve(spec, target=target)
    frame = project.frame("crm.customers")
    applied = apply(resolved.plan, frame, project.table)
    return {
        "project": project,
        "scan": project.scan("crm.customers"),
        "profile": project.profile("crm.customers"),
        "proposal": project.propose("crm.customers", "Customer"),
        "contract": target,
        "spec": spec,
        "resolved": resolved,
        "plan": resolved.plan,
        "applied": applied,
        "counts": applied.counts,
        "verdict": verify(spec, frame, target, resolved=resolved, tables=project.table),
    }


NAMES = (
    "project", "scan", "profile", "proposal", "contract", "spec", "resolved", "plan", "applied", "counts", "verdict",
)  # fmt: skip


def forms(thing: Any) -> dict[str, str]:
    """What IPython would show of an object."""
    if hasattr(thing, "_repr_mimebundle_"):
        return dict(thing._repr_mimebundle_())
    return {"text/plain": repr(thing), "text/html": thing._repr_html_()}


class Tables(HTMLParser):
    """The tables of a page: how many, and what they lack."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tables, self.scopes = 0, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open += [] if tag in ("br", "rect") else [tag]  # these hold nothing
        self.tables += tag == "table"
        self.scopes += tag == "th" and "scope" in dict(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"


@pytest.mark.parametrize("name", NAMES)
def test_it_shows_as_text_and_as_a_table_with_headings(shown: dict[str, Any], name: str):
    form = forms(shown[name])
    found = Tables()
    found.feed(form["text/html"])
    assert not found.open, "every tag is closed"
    assert found.tables >= 1
    assert found.scopes >= 3
    assert 0 < len(form["text/plain"].splitlines()) < 60, "plain text is a summary, not a dump"


def test_a_spec_names_each_field_with_its_source_steps_and_cases(shown: dict[str, Any]):
    form = forms(shown["spec"])
    assert form["text/plain"].startswith("crm-customers 1.0.0 (proposed): crm.customers → Customer")
    assert "full_name   ← CustomerName" in form["text/plain"]
    assert "phone: {region_from: country, to: E164}" in form["text/html"]
    assert "by case" in form["text/html"]


def test_a_landscape_never_shows_where_a_dataset_lies(shown: dict[str, Any]):
    for location in (d.location for d in shown["project"].landscape.datasets):
        assert location not in forms(shown["project"])["text/html"], "an address may hold a password"


def test_rejected_values_are_masked(shown: dict[str, Any]):
    rejected = shown["applied"].rejected
    for name in ("applied", "counts", "verdict"):
        html = forms(shown[name])["text/html"]
        values = rejected.filter(rejected["_field"] == "full_name")["_value"].to_list()
        assert values
        assert not any(v in html for v in values)


def test_a_table_sets_numbers_right_and_names_its_rows():
    html = table(("what", "rows"), [("in", "5")], caption="A & B", numbers=(1,))
    assert '<th scope="col" class="n">rows</th>' in html
    assert '<th scope="row">in</th><td class="n">5</td>' in html
    assert "<caption>A &amp; B</caption>" in html


def test_a_bar_stays_in_its_frame():
    assert "width:100%" in bar(7)
    assert "width:0%" in bar(-1)


def test_a_long_list_says_how_much_is_left_out():
    assert items([str(i) for i in range(12)]).endswith("<li>… and 2 more</li></ul>")


def test_a_block_needs_nothing_from_elsewhere():
    html = block(table(("a",), [("1",)]))
    assert "http" not in html
    assert "<script" not in html
