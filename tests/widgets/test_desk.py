"""Panels are live where somebody can click, and static everywhere else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workbench.widgets import MappingReview, is_live
from workbench.widgets.assets import PANELS, script, style


def test_outside_a_notebook_nothing_is_live(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WORKBENCH_PANELS", raising=False)
    assert not is_live()


def test_a_static_panel_is_a_table_and_names_no_widget(review: MappingReview, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WORKBENCH_PANELS", "static")
    bundle = review._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "<table" in bundle["text/html"]
    assert bundle["text/plain"] == repr(review) == "crm-customers 1.0.0: 1 of 6 fields decided"


def test_a_live_panel_is_a_widget_with_its_plain_text(review: MappingReview, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("anywidget")
    monkeypatch.setenv("WORKBENCH_PANELS", "live")
    data, _ = review._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == repr(review)


def test_importing_the_panels_pulls_in_no_widget_library():
    code = "import sys, workbench.widgets; print(sorted({'anywidget', 'ipywidgets', 'IPython'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_unknown_requests_are_refused(review: MappingReview):
    assert review.handle({"do": "explode", "n": "1"})["kind"] == "error"


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_loads_nothing_from_a_network(panel: str):
    text = script(panel) + style()
    assert "http://" not in text
    assert "https://" not in text
    assert "import " not in text.replace("important", "")


def test_in_batch_a_notebook_shows_the_static_panel(tmp_path: Path):
    papermill = pytest.importorskip("papermill")
    nbformat = pytest.importorskip("nbformat")
    code = (
        "import polars as pl\nfrom workbench.profiling import profile\nfrom workbench.widgets import ProfileView\n"
        "ProfileView(profile(pl.DataFrame({'a': [1, 2, 3]}), name='t'))"
    )
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, tmp_path / "in.ipynb")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Jupyter's own deprecations
        papermill.execute_notebook(
            str(tmp_path / "in.ipynb"), str(tmp_path / "out.ipynb"), progress_bar=False, cwd=str(tmp_path)
        )
    done = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    data = done.cells[-1].outputs[-1]["data"]
    assert "<table" in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" not in data
