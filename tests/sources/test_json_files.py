"""JSON and NDJSON: nested values kept, doubtful types as text, faults by line."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import SourceError
from workbench.sources import scan
from workbench.sources.json_split import array_as_lines, has_lone_surrogate

ORDERS = [
    {"id": 1, "customer": {"name": "Ann", "tags": ["a", "b"]}, "lines": [{"sku": "007", "qty": 2}]},
    {"id": 2, "customer": {"name": 'Bob, "B" [x]', "tags": []}, "lines": []},
]


def test_nested_values_stay_nested(written):
    path = written("orders.json", json.dumps(ORDERS, indent=2))
    found = scan(path)
    assert found.frame.collect_schema()["lines"] == pl.List(pl.Struct({"sku": pl.String, "qty": pl.Int64}))
    assert found.collect().to_dicts() == ORDERS
    assert found.facts["rows"] == 2


def test_lines_of_json(written):
    found = scan(written("orders.ndjson", "\n".join(map(json.dumps, ORDERS)) + "\n\n"))
    assert found.collect().to_dicts() == ORDERS


def test_lines_of_json_in_a_file_named_json(written):
    assert scan(written("orders.json", "\n".join(map(json.dumps, ORDERS)))).collect().to_dicts() == ORDERS


def test_the_only_array_within_a_document_is_found_and_named(written):
    found = scan(written("x.json", json.dumps({"page": 1, "data": {"orders": ORDERS}})))
    assert found.facts["records"] == "data.orders"
    assert found.collect()["id"].to_list() == [1, 2]


def test_the_path_of_the_records_can_be_told(written):
    path = written("x.json", json.dumps({"a": [{"x": 1}], "b": [{"y": 2}, {"y": 3}], "c": [[{"z": 1}]]}))
    assert scan(path, records="b").collect().rows() == [(2,), (3,)]
    assert scan(path, records="c.0").collect().rows() == [(1,)]
    with pytest.raises(SourceError, match="2 arrays of records → say which: records='a' or records='b'"):
        scan(path)
    with pytest.raises(SourceError, match=r"there is no 'bb' on the path 'bb'"):
        scan(path, records="bb")
    with pytest.raises(SourceError, match=r"'a\.0\.x' holds no records"):
        scan(path, records="a.0.x")


def test_a_single_object_is_one_record(written):
    assert scan(written("x.json", '{"id": 1, "tags": ["a"]}')).collect().to_dicts() == [{"id": 1, "tags": ["a"]}]


def test_an_array_of_values_is_a_column_of_values(written):
    assert scan(written("x.json", "[1, 2]")).collect().to_dicts() == [{"value": 1}, {"value": 2}]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", '"x"'], ["1", "x"]),
        (["true", "1"], ["true", "1"]),
        (['{"b": 1}', "[2]"], ['{"b": 1}', "[2]"]),
        (['{"b": 1}', '{"b": [1]}'], ['{"b": 1}', '{"b": [1]}']),
        (["[1]", "3", "null"], ["[1]", "3", None]),
        (["{}", "null"], ["{}", None]),
        (["1.5", "9007199254740993"], ["1.5", "9007199254740993"]),
        (["12345678901234567890123"], ["12345678901234567890123"]),
        (["1" + "0" * 60], ["1" + "0" * 60]),
    ],
)
@pytest.mark.parametrize("name", ["x.ndjson", "x.json"])
def test_values_of_several_kinds_are_text(written, name, values, expected):
    records = [f'{{"a": {v}}}' for v in values]
    text = "\n".join(records) if name == "x.ndjson" else "[" + ",".join(records) + "]"
    assert scan(written(name, text)).collect()["a"].to_list() == expected


def test_whole_and_broken_numbers_are_numbers(written):
    assert scan(written("x.ndjson", '{"a": 1}\n{"a": 2.5}')).collect()["a"].to_list() == [1.0, 2.5]


def test_broken_lines_are_rejected_by_line(written):
    lines = ['{"a": 1}', '{"a": ', "", "[1]", '{"a": 2}', '{"a": 1, "a": 2}', '{"a": "\\ud800"}', '{"a": Infinity}']
    found = scan(written("x.ndjson", "\n".join(lines)))
    assert found.collect()["a"].to_list() == [1, 2]
    assert found.rejected["line"].to_list() == [2, 4, 6, 7, 8]
    assert found.rejected["text"].to_list()[0] == '{"a":'
    assert "not JSON: Expecting value" in found.rejected["reason"][0]


def test_nan_is_read_as_null_and_reported(written):
    found = scan(written("x.ndjson", '{"a": 1.5}\n{"a": NaN}\n'))
    assert found.collect()["a"].to_list() == [1.5, None]
    assert [p.line for p in found.problems] == [2]


def test_a_broken_document_says_line_and_column(written):
    path = written("x.json", '[\n  {"a": 1},\n  {"a": 2,, "b": 3}\n]')
    with pytest.raises(SourceError, match=r"x\.json:3: not JSON: .* at column 11"):
        scan(path)


def test_lines_without_any_record_are_an_error(written):
    with pytest.raises(SourceError, match="no line is a record"):
        scan(written("x.ndjson", "hello\nworld\n"))


def test_empty_files_are_refused(written):
    for name in ("x.json", "x.ndjson"):
        with pytest.raises(SourceError, match="the file is empty"):
            scan(written(name, " \n"))


def test_an_empty_array_has_no_rows(written):
    assert scan(written("x.json", "[]")).collect().height == 0


def test_a_value_alone_holds_no_records(written):
    with pytest.raises(SourceError, match="a single value"):
        scan(written("x.json", "42"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_understood(written, encoding):
    for name, text in (("x.json", '[{"a": "é"}]'), ("x.ndjson", '{"a": "é"}\n{"a": "b"}')):
        assert scan(written(name, text, encoding)).collect()["a"][0] == "é"


def test_deep_nesting_is_an_error_not_a_crash(written):
    with pytest.raises(SourceError):
        scan(written("x.json", '{"a":' * 5000 + "1" + "}" * 5000))
    found = scan(written("x.ndjson", '{"a": 1}\n' + '{"a":' * 50_000 + "1" + "}" * 50_000))
    assert found.facts["rows"] + found.rejected.height == 2


def test_half_a_character_is_noticed():
    assert has_lone_surrogate([b'{"a": "\\ud8', b'00"}'])
    assert has_lone_surrogate([b'"\\udc00"'])


@pytest.mark.parametrize("size", range(1, 40))
def test_half_a_character_is_noticed_wherever_blocks_end(size):
    pair = b"\\ud83d\\ude00"
    for text, expected in ((pair * 20, False), (pair * 9 + b"\\ud83d" + pair * 9, True), (pair * 9 + b"\\ude00", True)):
        assert has_lone_surrogate(text[i : i + size] for i in range(0, len(text), size)) is expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('a"\\[]{},\n:é'), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(values=st.lists(JSON, min_size=1, max_size=5), size=st.integers(1, 20), indent=st.sampled_from([None, 1]))
def test_an_array_splits_into_its_elements_wherever_blocks_end(values, size, indent):
    text = json.dumps(values, indent=indent, ensure_ascii=False).encode()
    blocks = [text[i : i + size] for i in range(0, len(text), size)]
    lines = b"".join(array_as_lines(blocks)).split(b"\n")
    assert [json.loads(line) for line in lines if line.strip()] == values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[["id", "name"], [1, "Ann"], [2, "Bob"]]', [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}]),
        ('[[1, "Ann"], [2, null]]', [{"column_1": 1, "column_2": "Ann"}, {"column_1": 2, "column_2": None}]),
        ('[[1], [2, "x"]]', [{"column_1": 1, "column_2": None}, {"column_1": 2, "column_2": "x"}]),
        ('[["a", "b"]]', [{"column_1": "a", "column_2": "b"}]),
    ],
)
def test_an_array_of_arrays_is_a_table(written, text, expected):
    assert scan(written("x.json", text)).collect().to_dicts() == expected


def test_what_was_made_of_an_array_of_arrays_is_told(written):
    said = " ".join(p.what for p in scan(written("x.json", '[["id", "name"], [1, "Ann"], [2]]')).problems)
    assert "the first array was taken for the names" in said
    assert "1 arrays have fewer than 2 values" in said
