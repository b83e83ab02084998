"""How fast the review panel is with many columns, measured in a browser: `python tests/benchmarks/panel_speed.py`.

Prints, per size: building the Python object, its first state in kB, opening the panel (until it is painted), and a
click on Accept until the panel shows the answer (median and worst of 15). First on a page of its own, where the
panel's Python object answers from this process; then, with --lab, in JupyterLab with a kernel and the notebook server
between them, from running the cell that shows the panel to its last row painted.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
from playwright.sync_api import sync_playwright

from workbench.model import TEXT, Contract, Field
from workbench.widgets import MappingReview
from workbench.widgets.assets import script, style
from workbench.widgets.preview import Previewer

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))  # the tests' own helpers
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0)))"
CLICK = """async () => {
  const began = performance.now();
  const count = () => document.querySelector(".wb-progress").textContent;
  const before = count();
  document.querySelector(".wb-buttons .wb-primary").click();
  while (count() === before) await new Promise((next) => setTimeout(next, 1));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - began;
}"""


IN_LAB = """async (rows) => {
  const { content } = window.jupyterapp.shell.currentWidget;
  content.activeCellIndex = content.widgets.length - 1;
  const began = performance.now();
  window.jupyterapp.commands.execute("notebook:run-cell");
  const there = () => document.querySelectorAll(".wb-review .wb-list tbody tr").length;
  while (there() < rows) await new Promise((next) => setTimeout(next, 5));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - began;
}"""


def kit(*where: str) -> Any:
    """A part of the tests, by its path: the page of the panel tests, or the JupyterLab of the browser tests."""
    found = importlib.util.spec_from_file_location(where[-1], HERE.parent.joinpath(*where, "conftest.py"))
    assert found is not None
    assert found.loader is not None
    module = sys.modules[where[-1]] = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def review(columns: int, folder: Path) -> MappingReview:
    """A review of a source with so many columns, a field for each."""
    names = [f"column_{i:04}" for i in range(columns)]
    target = Contract("Wide", "Wide", "1.0.0", fields=tuple(Field(f"field_{i:04}", TEXT) for i in range(columns)))
    lines = ["spec: 1", "name: wide", "source: {dataset: wide}", "target: {entity: Wide}", "fields:"]
    lines += [f"  field_{i:04}: {{id: f{i + 1}, from: {n}, steps: [trim, upper]}}" for i, n in enumerate(names)]
    lines += [
        "evidence:",
        *[f'  f{i + 1}: {{match: "0.{50 + i % 50}", why: [same name, same type]}}' for i in range(columns)],
    ]
    path = folder / f"wide-{columns}.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    frame = pl.DataFrame({n: [f" value {i} "] * 400 for i, n in enumerate(names)})
    return MappingReview(path, target=target, columns=names, previewer=Previewer(frame, target=target), by="bench")


def measure(browser: Any, page_kit: Any, columns: int, folder: Path) -> dict[str, float]:
    """The figures for one size."""
    began = time.perf_counter()
    desk = review(columns, folder)
    first = json.loads(json.dumps(desk.snapshot()))
    built = time.perf_counter() - began
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)
    page.set_content(page_kit.PAGE.format(theme=page_kit.theme("light"), style=style(), light="true", name="light"))
    page.expose_function("toKernel", lambda m: json.loads(json.dumps(desk.handle(m))))
    began_page = page.evaluate("() => performance.now()")
    page.evaluate(page_kit.START, [script(desk.panel), first])
    opened = page.evaluate(PAINTED) - began_page
    page.wait_for_timeout(1000)
    clicks = []
    for _ in range(15):
        clicks.append(page.evaluate(CLICK))
        page.wait_for_timeout(300)
    desk.save()
    page.close()
    return {
        "columns": columns, "build s": round(built, 2), "state kB": round(len(json.dumps(first)) / 1000),
        "open s": round(opened / 1000, 2), "click ms (median)": round(statistics.median(clicks)),
        "click ms (worst)": round(max(clicks)),
    }  # fmt: skip


def measure_in_lab(browser: Any, columns: int, folder: Path) -> dict[str, float]:
    """The figures for one size in JupyterLab itself."""
    lab = kit("browser")
    project = folder / f"lab-{columns}"
    (project / "notebooks").mkdir(parents=True)
    build = (
        f"import sys; from pathlib import Path; sys.path[:0] = [{str(HERE)!r}, {str(HERE.parent.parent)!r}]\n"
        f"from panel_speed import review; panel = review({columns}, Path({str(project)!r}))"
    )
    cells = [
        {"cell_type": "code", "id": f"c{i}", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
        for i, text in enumerate((build, "panel"))
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (project / "notebooks" / "1_wide.ipynb").write_text(json.dumps(book), encoding="utf-8")
    with lab.running_lab(project, folder / f"own-{columns}") as url:
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(120_000)
        page.goto(f"{url}/lab/tree/notebooks/1_wide.ipynb?reset")
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        )
        page.evaluate(
            "async () => { const w = window.jupyterapp.shell.currentWidget; w.content.activeCellIndex = 0;"
            " await window.jupyterapp.commands.execute('notebook:run-cell'); }"
        )
        opened = page.evaluate(IN_LAB, columns)
        page.wait_for_timeout(2000)
        clicks = []
        for _ in range(15):
            clicks.append(page.evaluate(CLICK))
            page.wait_for_timeout(300)
        page.close()
    return {
        "columns": columns, "in JupyterLab: open s": round(opened / 1000, 2),
        "click ms (median)": round(statistics.median(clicks)), "click ms (worst)": round(max(clicks)),
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("columns", nargs="*", type=int, default=[50, 500])
    arguments.add_argument("--chromium", default="/usr/bin/chromium")
    arguments.add_argument("--lab", action="store_true", help="measure in JupyterLab too")
    given = arguments.parse_args()
    page_kit = kit("widgets", "panels")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=given.chromium, args=flags)
        for columns in given.columns:
            print(measure(browser, page_kit, columns, Path(folder)))
            if given.lab:
                print(measure_in_lab(browser, columns, Path(folder)))
        browser.close()


if __name__ == "__main__":
    main()
