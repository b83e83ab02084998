"""A person's path in a real JupyterLab; then the same notebooks in batch over the same files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.model import load_spec

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


@pytest.fixture
def page(chromium: Any) -> Any:
    page = chromium.new_page(viewport={"width": 1500, "height": 1000})
    page.set_default_timeout(PATIENCE)
    yield page
    page.close()


def test_what_a_person_decides_in_the_panel_is_what_batch_runs_with(page: Any, lab: Any):
    spec = lab.folder / "data" / "retail" / "specs" / "crm-customers.yaml"
    open_notebook(page, lab.url, "4_map")
    panel = page.locator(".wb-review")
    panel.get_by_role("button", name="city").click()

    # a key that JupyterLab would take for itself ('a' inserts a cell above) is the panel's own here
    cells = page.locator(".jp-Cell").count()
    page.keyboard.press("a")
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
    decided = spec.read_bytes()
    assert decided.startswith(b"# Customers of the CRM"), "comments survive"

    from workbench.notebooks.running import run_notebook

    landscape = str(lab.folder / "data" / "retail" / "landscape.yaml")
    done = run_notebook("4_map", {"landscape": landscape, "spec": str(spec)}, lab.folder / "reports", page=False)
    assert done.failure == ""
    assert spec.read_bytes() == decided
    assert done.result["drafted"] is False


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
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    again = page.locator(".wb-review")
    again.get_by_role("button", name="email").click()
    again.get_by_role("button", name="Bring back").wait_for()


def test_the_story_is_walked_from_the_profile_to_the_export(page: Any, lab: Any):
    open_notebook(page, lab.url, "2_profile")
    explorer = page.locator(".wb-profile")
    explorer.get_by_label("Search columns").fill("phone")
    explorer.get_by_text("shown").wait_for()
    names = explorer.locator("tbody .wb-pick").all_inner_texts()
    assert "phone" in names
    assert "saldo" not in names

    spec = lab.folder / "data" / "retail" / "specs" / "crm-customers.yaml"
    open_notebook(page, lab.url, "4_map")
    panel = page.locator(".wb-review")
    panel.get_by_role("button", name="gender").click()
    panel.get_by_role("button", name="Accept", exact=True).click()
    panel.get_by_text("gender accepted").wait_for()
    wait_until(lambda: load_spec(spec).evidence.get("f7", {}).get("decision") == "accepted")

    with_parameters(lab.folder / "notebooks" / "6_export.ipynb", {'out: str = ""': 'out: str = "../reports/exports"'})
    open_notebook(page, lab.url, "6_export")
    out = lab.folder / "reports" / "exports"
    wait_until(lambda: any(out.rglob("*.py")), patience=180)  # the script that runs anywhere
