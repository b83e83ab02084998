"""What is static, in a real browser: rich displays, panels on paper and the pages of reports, in both themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from workbench.errors import Fault, SpecError
from workbench.mapping import Counts
from workbench.profiling import profile
from workbench.reports import index_page, page, profile_page
from workbench.widgets import MappingReview, ProfileView

from .conftest import PAGE, theme

pytestmark = pytest.mark.browser
Axe = Callable[[Any], list[str]]
LOOKS = pytest.mark.parametrize("look", ["light", "dark"])


@pytest.fixture
def notebook_output(chromium: Any) -> Any:
    """Shows HTML as JupyterLab would, in its colours."""
    page = chromium.new_page(viewport={"width": 900, "height": 900})

    def show(html: str, look: str) -> Any:
        light = str(look == "light").lower()
        page.set_content(PAGE.format(theme=theme(look), style="", light=light, name=look))
        page.evaluate("(html) => { document.getElementById('panel').innerHTML = html; }", html)
        return page

    yield show
    page.close()


@LOOKS
def test_axe_finds_nothing_in_rich_displays(
    notebook_output: Any, axe: Axe, review: MappingReview, source: pl.DataFrame, look: str
):
    counts = Counts(5, 0, 3)
    counts.rejected["f4.1"] = 2
    counts.reasons["f4.1"] = "born_on is not a date"
    facts = profile(source, name="crm.customers")
    error = SpecError([Fault("there is no step 'trimm'", "spec.yaml:4", "did you mean 'trim'?")])
    html = [
        review.spec._repr_mimebundle_()["text/html"], review.target._repr_mimebundle_()["text/html"],
        facts._repr_mimebundle_()["text/html"], counts._repr_html_(), error._repr_html_(), review.to_html(),
        ProfileView(facts).to_html(),
    ]  # fmt: skip
    assert axe(notebook_output("".join(html), look)) == []


@LOOKS
@pytest.mark.parametrize("which", ["index", "profile", "page"])
def test_axe_finds_nothing_in_the_pages_of_reports(
    chromium: Any, axe: Axe, review: MappingReview, source: pl.DataFrame, which: str, look: str
):
    chapter = {
        "flow": "crm-customers", "source": "crm.customers", "target": "Customer", "failure": "", "verdict": True,
        "counts": {"rows_in": 5, "rows_out": 3, "rejected": 1, "booked": {"out_of_scope": 1}},
        "links": [("map", "crm-customers/4_map.html")], "summary": "",
    }  # fmt: skip
    failed = {**chapter, "flow": "erp-debtors", "failure": "no row passes", "verdict": None, "counts": {}}
    text = {
        "index": index_page("retail", "A sample.", [chapter, failed]),
        "profile": profile_page(profile(source, name="crm.customers")),
        "page": page("Review", review.to_html()),
    }[which]
    shown = chromium.new_page(color_scheme=look, viewport={"width": 1100, "height": 900})
    shown.set_content(text.replace("<main>", '<main id="panel">'))
    assert axe(shown) == []
    shown.close()
