"""A person's path in a real JupyterLab; then the same notebooks in batch over the same files."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.linkage import load_link_model, load_overrides, read_labels
from workbench.model import load_spec
from workbench.notebooks import run_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 120_000  # milliseconds; machines that run tests are busy


def open_notebook(page: Any, url: str, name: str) -> None:
    """Open a notebook and run all its cells, as the menu does."""
    page.goto(f"{url}/lab/tree/notebooks/{name}.ipynb?reset")
    page.wait_for_function("() => window.jupyterapp?.commands", timeout=PATIENCE)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=PATIENCE)
    page.wait_for_function(
        "() => { const p = window.jupyterapp.shell.currentWidget;"
        " return p?.context?.isReady && p.sessionContext?.session?.kernel?.status === 'idle'; }",
        timeout=PATIENCE,
    )
    run_all(page)


def run_all(page: Any) -> None:
    """Run every cell; it must come to the end without a click."""
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")


def wait_until(what: Callable[[], bool], patience: float = 60) -> None:
    """Wait for a file to say something."""
    until = time.monotonic() + patience
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


def with_parameters(path: Path, changes: dict[str, str]) -> None:
    """Set defaults in a notebook's cell of parameters, as a person would."""
    book = json.loads(path.read_text("utf-8"))
    cell = next(c for c in book["cells"] if "parameters" in c["metadata"].get("tags", []))
    for old, new in changes.items():
        cell["source"] = [line.replace(old, new) for line in cell["source"]]
    path.write_text(json.dumps(book, ensure_ascii=False, indent=1), encoding="utf-8")


def digests(*places: Path) -> dict[str, str]:
    """What every file holds, as a digest."""
    files = [f for p in places for f in (sorted(p.rglob("*")) if p.is_dir() else [p]) if f.is_file()]
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.fixture
def page(chromium: Any) -> Any:
    page = chromium.new_page(viewport={"width": 1500, "height": 1000})
    page.set_default_timeout(PATIENCE)
    yield page
    page.close()


def explore(page: Any) -> None:
    """2_profile: search the columns."""
    explorer = page.locator(".wb-profile")
    explorer.get_by_label("Search columns").fill("phone")
    explorer.get_by_text("shown").wait_for()
    names = explorer.locator("tbody .wb-pick").all_inner_texts()
    assert "phone" in names
    assert "saldo" not in names


def deduplicate(page: Any, links: Path) -> None:
    """3_deduplicate: label pairs by one key each, choose a threshold, part a link."""
    pair = page.locator(".wb-labels").get_by_role("group", name="The pair")
    pair.focus()
    cells = page.locator(".jp-Cell").count()
    for number, key in enumerate("sdsdu", 1):  # 's' and 'd' mean nothing to JupyterLab, 'd d' deletes a cell
        page.keyboard.press(key)
        page.locator(".wb-labels", has_text=f"{min(number, 4)} of 50 labelled").wait_for()
    page.locator(".wb-labels", has_text="1 unsure").wait_for()
    assert page.locator(".jp-Cell").count() == cells
    assert read_labels(links / "customer.labels.csv").height == 4

    run_all(page)  # with the labels the picker has something to tell
    picker = page.locator(".wb-threshold")
    picker.get_by_label("Threshold", exact=True).focus()
    page.keyboard.press("ArrowRight")
    picker.get_by_role("button", name="Keep").press("Enter")
    picker.get_by_text("is in the link model now").wait_for()

    clusters = page.locator(".wb-clusters")
    clusters.get_by_role("button", name="Part").first.click()
    clusters.get_by_text("saved for the next run").wait_for()
    assert len(load_overrides(links / "customer.overrides.yaml").cannot_link) == 1


def decide(page: Any, spec: Path) -> None:
    """4_map: accept by key, change a step, see it saved."""
    panel = page.locator(".wb-review")
    panel.get_by_role("button", name="city").click()
    cells = page.locator(".jp-Cell").count()
    page.keyboard.press("a")  # JupyterLab would insert a cell above
    panel.get_by_text("city accepted").wait_for()
    assert page.locator(".jp-Cell").count() == cells
    wait_until(lambda: load_spec(spec).evidence.get("f11", {}).get("decision") == "accepted")

    panel.get_by_role("button", name="postcode").click()
    step = panel.get_by_label("Step 1", exact=True)
    step.fill("collapse_space")
    step.press("Tab")
    panel.locator("tr", has_text="postcode").get_by_text("changed").wait_for()
    panel.locator(".wb-saving", has_text="saved").wait_for()
    wait_until(lambda: [s.name for s in load_spec(spec).fields["postcode"].steps] == ["collapse_space"])
    assert spec.read_bytes().startswith(b"# Customers of the CRM"), "comments survive"


def test_what_people_decide_on_the_whole_path_is_what_batch_runs_with(page: Any, lab: Any, tmp_path: Path):
    retail, reports = lab.folder / "data" / "retail", lab.folder / "reports"
    spec, links, out = retail / "specs" / "crm-customers.yaml", retail / "links", reports / "by-hand"
    open_notebook(page, lab.url, "2_profile")
    explore(page)
    before = load_link_model(links / "customer.yaml").thresholds.match
    open_notebook(page, lab.url, "3_deduplicate")
    deduplicate(page, links)
    assert load_link_model(links / "customer.yaml").thresholds.match != before
    open_notebook(page, lab.url, "4_map")
    decide(page, spec)
    with_parameters(lab.folder / "notebooks" / "6_export.ipynb", {'out: str = ""': 'out: str = "../reports/by-hand"'})
    open_notebook(page, lab.url, "6_export")
    page.locator(".jp-OutputArea-output", has_text="rows the same by script").wait_for()

    decided, exported = digests(spec, links), digests(*out.glob("crm*customers*.*"))
    assert {Path(n).suffix for n in exported} == {".yaml", ".py"}
    both = {"landscape": str(retail / "landscape.yaml")}
    again = tmp_path / "in-batch"
    for name, more in (
        ("3_deduplicate", {}),
        ("4_map", {"spec": str(spec)}),
        ("6_export", {"spec": str(spec), "out": str(again)}),
    ):
        done = run_notebook(name, {**both, **more}, reports, page=False)
        assert done.failure == ""
    assert digests(spec, links) == decided, "batch changes nothing that people decided"
    assert digests(*again.glob("crm*customers*.*")) == exported


def test_decisions_survive_a_restart_of_the_kernel(page: Any, lab: Any):
    open_notebook(page, lab.url, "4_map")
    panel = page.locator(".wb-review")
    panel.get_by_role("button", name="email").click()
    panel.get_by_role("button", name="Reject", exact=True).click()
    panel.get_by_text("email rejected").wait_for()
    panel.locator(".wb-saving", has_text="saved").wait_for()
    page.evaluate(
        "async () => { const p = window.jupyterapp.shell.currentWidget;"
        " await p.sessionContext.session.kernel.restart(); }"
    )
    run_all(page)
    again = page.locator(".wb-review")
    again.get_by_role("button", name="email").click()
    again.get_by_role("button", name="Bring back").wait_for()


def test_somebody_elses_edit_is_noticed_and_kept(page: Any, lab: Any):
    spec = lab.folder / "data" / "retail" / "specs" / "crm-customers.yaml"
    open_notebook(page, lab.url, "4_map")
    panel = page.locator(".wb-review")
    panel.get_by_role("button", name="email").wait_for()
    theirs = spec.read_text("utf-8").replace("unmapped: [fax, remark]", "unmapped: [remark, fax]")
    assert theirs != spec.read_text("utf-8")
    spec.write_text(theirs + "# a colleague was here\n", encoding="utf-8")
    panel.get_by_role("button", name="email").click()
    panel.get_by_text("was changed by somebody else and read again").wait_for()
    panel.get_by_role("button", name="Accept", exact=True).click()
    panel.get_by_text("email accepted").wait_for()
    wait_until(lambda: load_spec(spec).evidence.get("f5", {}).get("decision") == "accepted")
    assert "# a colleague was here" in spec.read_text("utf-8")


def test_a_mistake_is_a_readable_card(page: Any, lab: Any):
    open_notebook(page, lab.url, "2_profile")
    page.locator(".wb-profile").wait_for()
    page.evaluate(
        "async (source) => { const { content } = window.jupyterapp.shell.currentWidget;"
        " content.model.sharedModel.addCell({ cell_type: 'code', source });"
        " content.activeCellIndex = content.widgets.length - 1;"
        " await window.jupyterapp.commands.execute('notebook:run-cell'); }",
        "project.scan('crm.custmers')",
    )
    card = page.locator(".jp-OutputArea-output", has_text="there is no dataset 'crm.custmers'")
    card.wait_for()
    assert "did you mean 'crm.customers'" in card.inner_text()
    assert "Traceback" not in card.inner_text()
