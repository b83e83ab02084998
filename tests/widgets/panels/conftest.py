"""A real browser, and a page that shows a panel over its Python object without a notebook server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.widgets import Desk
from workbench.widgets.assets import script, style

PAGE = """<!doctype html><html lang="en"><head><title>panel</title>
<style>{theme}</style><style>{style}</style></head>
<body data-jp-theme-light="{light}" data-jp-theme-name="{name}" style="background:var(--jp-layout-color0);margin:0">
<main id="panel"></main></body></html>"""
START = """async ([code, first]) => {
  const listeners = new Set();
  const kernel = async (message) => {
    const answer = await window.toKernel(message);
    for (const heard of [...listeners]) heard(answer, []);
  };
  window.fromKernel = (message) => { for (const heard of [...listeners]) heard(message, []); };
  const model = {
    get: (name) => (name === "first" ? structuredClone(first) : undefined),
    on: (name, heard) => listeners.add(heard),
    off: (name, heard) => listeners.delete(heard),
    send: (message) => { kernel(message); },
  };
  const began = performance.now();
  const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  window.close_panel = await module.default.render({ model, el: document.getElementById("panel") });
  return performance.now() - began;
}"""


def theme(name: str) -> str:
    """JupyterLab's own colours."""
    where = f"share/jupyter/lab/themes/@jupyterlab/theme-{name}-extension/index.css"
    path = Path(sys.prefix) / where
    return path.read_text("utf-8") if path.is_file() else ""


@pytest.fixture
def show(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Shows a desk's panel in a page of its own; the page's buttons reach the desk itself."""
    pages: list[Any] = []

    def show_(desk: Desk, *, look: str = "light", width: int = 1280, height: int = 900) -> Any:
        page = chromium.new_page(viewport={"width": width, "height": height})
        pages.append(page)
        page.set_default_timeout(30_000)
        page.errors = []
        page.on("pageerror", lambda e: page.errors.append(str(e)))
        page.set_content(
            PAGE.format(theme=theme(look), style=style(), light=str(look == "light").lower(), name=f"JupyterLab {look}")
        )
        # through JSON, as the messages of a kernel are
        page.expose_function("toKernel", lambda message: json.loads(json.dumps(desk.handle(message))))
        page.opened = page.evaluate(START, [script(desk.panel), json.loads(json.dumps(desk.snapshot()))])
        return page

    yield show_
    for page in pages:
        errors = page.errors
        page.close()
        assert errors == [], "the panel's script failed"


@pytest.fixture
def axe() -> Callable[[Any], list[str]]:
    """The violations that axe-core finds in a page, each with the element."""

    def violations(page: Any) -> list[str]:
        axe_core = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
        found = axe_core.Axe().run(page, context="#panel").response["violations"]
        return [f"{v['id']}: {n['html'][:160]} {n.get('failureSummary', '')}" for v in found for n in v["nodes"]]

    return violations
