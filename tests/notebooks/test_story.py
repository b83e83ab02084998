"""The story through papermill: executed notebooks, pages, results and one page over all."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.model import load_landscape
from workbench.notebooks.story import STORY, _chapters, _there, _waits

pytest.importorskip("papermill")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    out = tmp_path_factory.mktemp("story")
    landscape = root / "data" / "retail" / "landscape.yaml"
    flows = ["--flow", "erp-products", "--flow", "shop-orders"]
    command = [sys.executable, "-m", "workbench.cli", "run", "all", str(landscape), "-o", str(out), *flows]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_every_notebook_leaves_a_copy_a_page_and_a_result(story: Path):
    names = {p.name for p in (story / "erp-products").iterdir()}
    for notebook in ("2_profile", "4_map", "5_verify", "6_export"):
        assert {f"{notebook}.ipynb", f"{notebook}.html", f"{notebook}.json"} <= names


def test_the_result_has_the_books(story: Path):
    counts = json.loads((story / "shop-orders" / "5_verify.json").read_text())["counts"]
    assert counts["rows_in"] + counts["added"] == counts["rows_out"] + counts["rejected"] + sum(
        counts["booked"].values()
    )


def test_the_index_leads_to_every_page(story: Path):
    index = (story / "index.html").read_text()
    links = re.findall(r'href="([^"]+)"', index)
    assert len(links) >= 8
    assert [x for x in links if not (story / x).exists()] == []


@pytest.mark.parametrize("name", ["index.html", "erp-products/2_profile.html", "shop-orders/4_map.html"])
def test_pages_load_nothing_from_a_network(story: Path, name: str):
    page = (story / name).read_text()
    assert re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="https?:', page) == []


def test_personal_values_are_masked_on_the_pages(story: Path, root: Path):
    page = (story / "shop-orders" / "2_profile.html").read_text()
    first = json.loads((root / "data/retail/shop/orders.ndjson").read_text().splitlines()[0])["customer"]
    assert first["email"] not in page
    assert first["phone"] not in page


def chapters(root: Path, base: Path) -> dict[str, dict[str, dict[str, object]]]:
    """By chapter, the parameters of its notebooks."""
    landscape = root / "data" / "retail" / "landscape.yaml"
    planned = _chapters(load_landscape(landscape).flows, STORY, str(landscape), base)
    return {name: dict(steps) for name, (_, steps) in planned.items() if not name.startswith("legacy")}


def test_maps_of_a_linked_entity_are_held_against_its_crosswalk(root: Path, tmp_path: Path):
    planned = chapters(root, tmp_path)
    made = str(tmp_path / "customer-linked" / "crosswalk")
    assert planned["erp-customers"]["4_map"]["crosswalk"] == made
    assert "crosswalk" not in planned["erp-orders"]["4_map"]


def test_a_map_waits_for_its_crosswalk_and_for_no_other_chapter(root: Path, tmp_path: Path):
    planned = chapters(root, tmp_path)
    step = ("4_map", planned["erp-customers"]["4_map"])
    assert _waits(step, {"customer-linked"}, tmp_path)
    assert not _waits(step, {"erp-orders"}, tmp_path)
    assert not _waits(("4_map", planned["erp-orders"]["4_map"]), {"customer-linked"}, tmp_path)


def test_a_crosswalk_that_was_not_made_is_left_out(tmp_path: Path):
    (tmp_path / "made").mkdir()
    assert _there({"spec": "s", "crosswalk": str(tmp_path / "made")}) == {
        "spec": "s", "crosswalk": str(tmp_path / "made")
    }  # fmt: skip
    assert _there({"spec": "s", "crosswalk": str(tmp_path / "missing")}) == {"spec": "s"}
