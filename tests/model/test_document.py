"""YAML documents: text stays text, every fault has its line, bombs are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from workbench.errors import DocumentError
from workbench.model import dump_yaml, parse_document, read_document, validate, write_text


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    parts: list[Part] = []


@pytest.mark.parametrize("text", ["NO", "0123", "12:30", "1e5", "true", "2024-01-01", "yes"])
def test_scalars_stay_text(text: str):
    assert parse_document(f"a: {text}").data == {"a": text}


def test_a_key_on_stays_a_key():
    assert parse_document("on: x").data == {"on": "x"}


def test_an_empty_value_is_none_and_a_quoted_one_is_text():
    assert parse_document("a:\nb: ''\nc: null\nd: 'null'").data == {"a": None, "b": "", "c": None, "d": "null"}


def test_all_faults_come_with_line_and_cure():
    document = parse_document("name: x\nparts:\n- size: a\n- sise: 3\n", name="m.yaml")
    with pytest.raises(DocumentError) as caught:
        validate(document, Model)
    text = str(caught.value)
    assert "m.yaml:3 (parts.0.size)" in text
    assert "unknown key 'sise' → did you mean 'size'?" in text
    assert "m.yaml:4" in text


def test_a_missing_key_is_named():
    with pytest.raises(DocumentError, match="the key 'name' is missing"):
        validate(parse_document("parts: []"), Model)


def test_a_key_twice_is_a_fault():
    with pytest.raises(DocumentError, match="the key 'a' stands twice"):
        parse_document("a: 1\na: 2")


def test_aliases_are_refused_so_that_a_bomb_cannot_unfold():
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    with pytest.raises(DocumentError, match="aliases"):
        parse_document(bomb)


def test_deep_nesting_is_refused():
    with pytest.raises(DocumentError, match="nested deeper"):
        parse_document("[" * 500 + "]" * 500)


def test_broken_yaml_has_its_line():
    with pytest.raises(DocumentError, match=r"m.yaml:2"):
        parse_document("a: 'x\nb: 'y", name="m.yaml")


def test_an_empty_document_is_refused():
    with pytest.raises(DocumentError, match="empty"):
        parse_document("")


def test_a_missing_file_suggests_its_sibling(tmp_path: Path):
    (tmp_path / "landscape.yaml").write_text("a: 1")
    with pytest.raises(DocumentError, match=r"did you mean 'landscape.yaml'"):
        read_document(tmp_path / "landscap.yaml")


def test_a_folder_is_not_a_document(tmp_path: Path):
    with pytest.raises(DocumentError, match="folder"):
        read_document(tmp_path)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path):
    (tmp_path / "a.yaml").write_bytes(b"a: \xff\xfe")
    with pytest.raises(DocumentError, match="UTF-8"):
        read_document(tmp_path / "a.yaml")


def test_a_huge_file_is_refused_unread(tmp_path: Path):
    with (tmp_path / "a.yaml").open("wb") as f:
        f.truncate(17 * 1024 * 1024)
    with pytest.raises(DocumentError, match="larger than"):
        read_document(tmp_path / "a.yaml")


plain = st.recursive(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(plain)
def test_what_is_written_reads_back(data: object):
    assert parse_document(dump_yaml({"data": data})).data == {"data": data}


def test_writing_leaves_no_other_file_behind(tmp_path: Path):
    write_text(tmp_path / "a" / "b.yaml", "x: 1\n")
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b.yaml"]


def test_writing_keeps_the_mode_of_an_ordinary_file(tmp_path: Path):
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert write_text(tmp_path / "x", "a").stat().st_mode == ordinary.stat().st_mode
