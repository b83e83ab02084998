"""Parameters of notebooks: typed, commented, and refused when they are unknown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.errors import SourceError, UsageError
from workbench.notebooks import Parameter, check_parameters, notebook_path, read_parameters

KNOWN = (
    Parameter("path", "str", "", ""),
    Parameter("rows", "int", 1, ""),
    Parameter("share", "float", 0.5, ""),
    Parameter("full", "bool", False, ""),
    Parameter("note", "str | None", None, ""),
)


def notebook(path: Path, source: str, tags: tuple[str, ...] = ("parameters",)) -> Path:
    cell = {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": source}
    path.write_text(json.dumps({"cells": [cell]}))
    return path


def test_names_types_defaults_and_comments_are_read(tmp_path: Path):
    made = notebook(tmp_path / "a.ipynb", 'x: str = "a#b"  # what it is for\ny: int | None = None')
    assert read_parameters(made) == (
        Parameter("x", "str", "a#b", "what it is for"),
        Parameter("y", "int | None", None, ""),
    )


@pytest.mark.parametrize("name", ["2_profile", "4_map", "5_verify", "6_export"])
def test_every_notebook_of_the_story_has_typed_and_commented_parameters(name: str):
    parameters = read_parameters(notebook_path(name))
    assert {"landscape", "result"} <= {p.name for p in parameters}
    assert [p.name for p in parameters if not p.comment] == []


def test_a_parameter_without_a_type_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="not typed"):
        read_parameters(notebook(tmp_path / "a.ipynb", "x = 1"))


def test_a_notebook_without_a_parameters_cell_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="0 cells are tagged"):
        read_parameters(notebook(tmp_path / "a.ipynb", "x: int = 1", tags=()))


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path):
    (tmp_path / "a.ipynb").write_text("hello")
    with pytest.raises(SourceError, match="not a notebook"):
        read_parameters(tmp_path / "a.ipynb")


def test_a_missing_notebook_is_told(tmp_path: Path):
    with pytest.raises(SourceError, match="no such notebook"):
        read_parameters(tmp_path / "a.ipynb")


def test_an_unknown_parameter_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match=r"no parameter 'pth'.*did you mean 'path'"):
        check_parameters(KNOWN, {"pth": "x"})


def test_values_take_the_type_that_is_written():
    given = {"path": "00123", "rows": "5", "share": "0.25", "full": "true", "note": None}
    assert check_parameters(KNOWN, given) == {"path": "00123", "rows": 5, "share": 0.25, "full": True, "note": None}


@pytest.mark.parametrize(("name", "value"), [("rows", "many"), ("full", "yes"), ("path", 5), ("rows", True)])
def test_a_value_of_another_type_is_refused(name: str, value: object):
    with pytest.raises(UsageError, match=f"parameter '{name}'"):
        check_parameters(KNOWN, {name: value})
