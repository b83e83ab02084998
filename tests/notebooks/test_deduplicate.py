"""The notebook of linking in batch: what people decided is read from the files, and the files are left alone."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.linkage import (
    Label,
    LinkFiles,
    Override,
    Overrides,
    add_labels,
    load_crosswalk,
    load_link_model,
    save_link_model,
    save_overrides,
)
from workbench.linkage.model import Thresholds
from workbench.sample import true_crosswalk

pytest.importorskip("papermill")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, root: Path):
    """A run over a person's files: a threshold, forty labels by the truth, and one pair parted."""
    from workbench.notebooks import run_notebook

    folder, retail = tmp_path_factory.mktemp("linked"), root / "data" / "retail"
    files = LinkFiles.beside(folder / "customer.yaml")
    chosen = load_link_model(retail / "links" / "customer.yaml")
    save_link_model(chosen.model_copy(update={"thresholds": Thresholds(match=0.9)}), files.model)
    known = true_crosswalk(retail).rename({"source_id": "id"}).sort("id")
    twice = known.join(known, on="canonical_id", suffix="_r").filter(pl.col("id") < pl.col("id_r"))
    pairs = twice.select("system", "id", "system_r", "id_r").head(41).rows()
    add_labels(files.labels, [Label((a, i), (b, j), True, "me") for a, i, b, j in pairs[:40]])
    parted = tuple(f"{s}:{i}" for s, i in (pairs[40][:2], pairs[40][2:]))
    save_overrides(Overrides(cannot_link=(Override(pair=parted),)), files.overrides)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    out = folder / "reports"
    given = {"landscape": str(retail / "landscape.yaml"), "model": str(files.model), "out": str(out)}
    ran = run_notebook("3_deduplicate", given, out)
    assert ran.failure == ""
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before
    return ran, out, parted


def test_decisions_are_read_from_the_files(done):
    ran, out, parted = done
    assert (ran.result["labels"], ran.result["match"], ran.result["overrides"]) == (40, 0.9, 1)
    entries = load_crosswalk(out / "crosswalk").entries
    name = pl.concat_str("system", "source_id", separator=":")
    assert entries.filter(name.is_in(list(parted)))["canonical_id"].n_unique() == 2


def test_every_panel_has_its_static_view(done):
    page = done[0].html.read_text("utf-8")
    for said in ("blocking rules", "40 of 50 pairs labelled", "match at 0.9", "clusters of several records"):
        assert said in page
    assert "application/vnd.jupyter.widget-view" not in done[0].notebook.read_text("utf-8")


def test_personal_values_are_masked(done, root: Path):
    page = done[0].html.read_text("utf-8")
    emails = pl.read_csv(root / "data/retail/crm/customers.csv", separator=";", infer_schema=False)
    column = next(c for c in emails.columns if "mail" in c.lower())
    assert [v for v in emails[column].drop_nulls() if "@" in v and v.lower() in page.lower()] == []
