"""A real browser, and a page that shows a panel over its Python object without a notebook server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.conftest import absent
from tests.linkage.people import doubled, model
from workbench.backends import schema_of
from workbench.linkage import Label, Linkage, add_labels, link
from workbench.mapping import apply, resolve
from workbench.profiling import profile
from workbench.widgets import (
    ClusterView,
    Desk,
    MappingReview,
    PairLabelling,
    ProfileView,
    RejectBrowser,
    ThresholdPicker,
)
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
        try:
            from axe_playwright_python import sync_playwright as axe_core
        except ImportError:
            absent("axe-core is not installed", "pip install -e '.[test]'")
        found = axe_core.Axe().run(page, context="#panel").response["violations"]
        return [f"{v['id']}: {n['html'][:160]} {n.get('failureSummary', '')}" for v in found for n in v["nodes"]]

    return violations


@pytest.fixture(scope="session")
def linkage() -> Linkage:
    return link({"crm": doubled(80, 4).drop("truth")}, model(prior=None))


@pytest.fixture
def explorer(source: pl.DataFrame) -> ProfileView:
    return ProfileView(profile(source, name="crm.customers"))


@pytest.fixture
def labelling(linkage: Linkage, tmp_path: Path) -> PairLabelling:
    return PairLabelling(linkage, tmp_path / "labels.csv", by="ada", aim=10)


@pytest.fixture
def picker(linkage: Linkage, tmp_path: Path) -> ThresholdPicker:
    truth = dict(doubled(80, 4).select("id", "truth").iter_rows())
    rows = linkage.pairs.head(120).select("system_l", "id_l", "system_r", "id_r").iter_rows()
    labels = [Label((a, i), (b, j), truth[i] == truth[j], "me") for a, i, b, j in rows]
    return ThresholdPicker(linkage, add_labels(tmp_path / "l.csv", labels), tmp_path / "person.yaml")


@pytest.fixture
def clusters(linkage: Linkage, tmp_path: Path) -> ClusterView:
    return ClusterView(linkage, tmp_path / "overrides.yaml", by="ada")


@pytest.fixture
def rejects(review: MappingReview, source: pl.DataFrame) -> RejectBrowser:
    return RejectBrowser(
        review, lambda spec: apply(resolve(spec, schema_of(source.lazy()), review.target).plan, source)
    )
