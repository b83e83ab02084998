"""Delimited text: what is found out, what is kept, what is reported, what is rejected."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workbench.errors import SourceError, UsageError
from workbench.sources import scan
from workbench.sources.csv_check import check_file
from workbench.sources.csv_tokens import Dialect
from workbench.sources.results import Problems

PEOPLE = "id,name,city\n1,Ann,Bonn\n2,Bob,Köln\n3,Cem,Ulm\n"


def rows(path, **options):
    return scan(path, **options).collect().rows()


# what a clean file gives


def test_a_clean_file_is_scanned_lazily_and_all_values_are_text(written):
    found = scan(written("people.csv", "id,score\n007,1.50\n008,NA\n"))
    assert found.facts["read"] == "lazily"
    assert found.frame.collect_schema() == {"id": pl.String, "score": pl.String}
    assert found.collect().rows() == [("007", "1.50"), ("008", "NA")]
    assert (found.name, found.facts["rows"], found.problems, found.rejected.height) == ("people", 2, (), 0)


def test_an_empty_cell_is_null_and_an_empty_quoted_cell_is_empty_text(written):
    assert rows(written("x.csv", 'a,b,c\n1,,""\n"",2,\n')) == [("1", None, ""), ("", "2", None)]


def test_a_header_alone_gives_no_rows(written):
    found = scan(written("x.csv", "id,name\n"))
    assert found.columns == ("id", "name")
    assert (found.collect().height, found.facts["rows"]) == (0, 0)


@pytest.mark.parametrize(("mark", "delimiter"), [("sep=;", ";"), ("SEP=|", "|"), ('"sep=\t"', "\t"), ("sep=,", ",")])
def test_the_first_line_of_excel_tells_the_delimiter(written, mark, delimiter):
    lines = [mark, *(delimiter.join(row) for row in (("a", "b"), ("1", "x"), ("2", "y"), ("3", "z")))]
    found = scan(written("x.csv", "\ufeff" + "\r\n".join(lines) + "\r\n"))
    assert found.columns == ("a", "b")
    assert found.collect().rows() == [("1", "x"), ("2", "y"), ("3", "z")]
    assert found.problems == ()


def test_a_file_of_blanks_is_told(written):
    with pytest.raises(SourceError, match="nothing but blanks"):
        scan(written("x.csv", "\n\n  \n"))


def test_cells_may_hold_delimiters_quotes_and_line_ends(written):
    path = written("x.csv", 'a,b\r\n1,"x, ""y""\r\nz"\r\n2,w\r\n')
    assert rows(path) == [("1", 'x, "y"\r\nz'), ("2", "w")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", "%", "\x1f"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_delimiter_and_quote_are_found_out(written, delimiter, quoting):
    text = io.StringIO()
    table = [["id", "name", "note"], ["1", "Ann Lee", 'said "no", twice'], ["2", "Bob", "a; b"], ["3", "Cem", "c | d"]]
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows(table)
    found = scan(written("x.csv", text.getvalue()))
    assert found.facts["delimiter"] == delimiter
    assert [list(found.columns), *map(list, found.collect().rows())] == table


def test_single_quotes_are_found_out(written):
    found = scan(written("x.csv", "id,name\n1,'Lee, Ann'\n2,'Kim, Bo'\n"))
    assert (found.facts["quote"], found.collect().rows()[0]) == ("'", ("1", "Lee, Ann"))


def test_backslash_escapes_are_found_out(written):
    found = scan(written("x.csv", '"id","said"\n"1","he said \\"no\\" twice"\n"2","she said \\"yes\\", too"\n'))
    assert found.facts["escape"] == "\\"
    assert found.collect().rows() == [("1", 'he said "no" twice'), ("2", 'she said "yes", too')]


def test_spaces_after_every_delimiter_are_not_part_of_the_cells(written):
    lazy = scan(written("x.csv", "id, name, city\n1, Ann, Bonn\n2, , Ulm\n"))
    assert (lazy.columns, lazy.facts["read"]) == (("id", "name", "city"), "lazily")
    assert lazy.collect().rows() == [("1", "Ann", "Bonn"), ("2", None, "Ulm")]
    assert rows(written("y.csv", 'id, name, city\n1, "Lee, Ann", Bonn\n2, "Kim", Ulm\n'))[0] == (
        "1",
        "Lee, Ann",
        "Bonn",
    )


def test_carriage_returns_alone_may_end_lines(written):
    assert rows(written("x.csv", "id,name\r1,Ann\r2,Bob\r")) == [("1", "Ann"), ("2", "Bob")]
    assert rows(written("y.csv", 'id,name\r1,Ann\r2,Bo"b\r')) == [("1", "Ann"), ("2", 'Bo"b')]


def test_what_is_told_is_not_guessed(written):
    path = written("x.csv", "1;2,5\n3;4,5\n")
    assert rows(path, delimiter=";", header=False) == [("1", "2,5"), ("3", "4,5")]


def test_delimiters_of_several_characters_can_be_told(written):
    assert rows(written("x.txt", "id||name\n1||Lee, Ann\n"), delimiter="||") == [("1", "Lee, Ann")]


def test_lines_ahead_of_the_header_are_preamble(written):
    found = scan(written("x.csv", "Sales report, 2026\n\nid;name;city\n1;Ann;Bonn\n2;Bob;Ulm\n"))
    assert found.columns == ("id", "name", "city")
    assert found.facts["preamble"] == ("Sales report, 2026", "")
    assert found.collect().height == 2


@pytest.mark.parametrize(
    ("text", "header"),
    [("no,who\n1,Ada\n2,Grace\n", True), ("no,who\nA7,Ada\nB8,Grace\n", True), ("no,1\nyes,2\nno,3\n", False)],
)
def test_a_word_that_could_be_a_flag_is_a_name_where_no_flags_stand_below(written, text: str, header: bool):
    assert scan(written("x.csv", text)).facts["header"] is header


def test_a_table_without_header_gets_names(written):
    found = scan(written("x.csv", "1,2024-01-05,3.5\n2,2024-01-06,4.5\n"))
    assert found.columns == ("column_1", "column_2", "column_3")
    assert (found.facts["header"], found.collect().height) == (False, 2)


def test_repeated_and_missing_names_are_made_unique_and_reported(written):
    found = scan(written("x.csv", "id,name,name,\n1,a,b,c\n2,d,e,f\n"))
    assert found.columns == ("id", "name", "name_2", "column_4")
    assert "stands twice" in str(found.problems)
    assert "has no name" in str(found.problems)


def test_one_column_keeps_blank_lines_as_nulls(written):
    assert rows(written("x.csv", 'name\nAnn\n\n""\nBob\n')) == [("Ann",), (None,), ("",), ("Bob",)]


def test_trailing_blank_lines_are_no_rows(written):
    found = scan(written("x.csv", PEOPLE + "\n\r\n\n"))
    assert (found.facts["read"], found.facts["rows"], found.collect().height) == ("lazily", 3, 3)


# encodings


@pytest.mark.parametrize(
    ("encoding", "bom", "name"),
    [
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("cp1252", b"", "cp1252"),
    ],
)
def test_encodings_are_found_out(written, encoding, bom, name):
    found = scan(written("x.csv", bom + PEOPLE.encode(encoding)))
    assert (found.facts["encoding"], found.columns) == (name, ("id", "name", "city"))
    assert found.collect()["city"].to_list() == ["Bonn", "Köln", "Ulm"]


def test_a_header_in_another_encoding_is_read_in_it(written):
    assert scan(written("x.csv", "größe,name\n1,Ann\n".encode("cp1252"))).columns == ("größe", "name")


def test_bytes_windows_1252_does_not_have_mean_latin_1(written):
    assert scan(written("x.csv", b"id,name\n1,caf\xe9\x81\n")).facts["encoding"] == "latin-1"


def test_single_odd_bytes_in_utf_8_are_read_and_reported_by_line(written):
    found = scan(written("x.csv", "id,name\n1,Köln\n2,Zürich\n".encode() + b"3,Caf\xe9\n4,x\n"))
    assert found.collect()["name"].to_list() == ["Köln", "Zürich", "Café", "x"]
    assert [(p.line, "not UTF-8" in p.what) for p in found.problems] == [(4, True)]


def test_a_wrong_encoding_given_is_an_error_with_the_line(written):
    path = written("x.csv", b"id,name\n1,a\n2,caf\xe9\n")
    with pytest.raises(SourceError, match=r"x\.csv:3: the bytes are not UTF-8 → leave `encoding` out"):
        scan(path, encoding="utf-8")
    with pytest.raises(SourceError, match="there is no encoding 'utf-88'"):
        scan(path, encoding="utf-88")
    with pytest.raises(SourceError, match="do not fit utf-16-le"):
        scan(written("y.csv", b"id,name\n1"), encoding="utf-16-le")


def test_compressed_text_is_read(written):
    assert rows(written("x.csv.gz", gzip.compress(PEOPLE.encode())))[1] == ("2", "Bob", "Köln")
    with pytest.raises(SourceError, match="cannot be read"):
        scan(written("y.csv.gz", gzip.compress(PEOPLE.encode() * 99)[:-20]))


# what is wrong with files


def test_short_records_are_filled_up_and_reported(written):
    found = scan(written("x.csv", "id,name,city\n1,Ann\n2,Bob,Ulm\n3\n"))
    assert found.collect().rows() == [("1", "Ann", None), ("2", "Bob", "Ulm"), ("3", None, None)]
    assert [p.line for p in found.problems] == [2, 4]
    assert found.facts["problems"] == {"short": 2}
    assert found.facts["read"] == "lazily"


def test_lines_within_quotes_are_counted(written):
    found = scan(written("x.csv", 'id,name,city\n1,"a\nb\nc",x\n2,y\n3,"z\n",w\n4\n'))
    assert (found.facts["read"], [p.line for p in found.problems]) == ("lazily", [5, 8])
    careful = scan(written("y.csv", 'id,name,city\n1,"a\nb\nc",x\n2,y\n3,"z\n",w\n4,a,b,c\n'))
    assert ([p.line for p in careful.problems], careful.rejected["line"].to_list()) == ([5, 8], [8])


def test_short_records_are_rejected_when_asked(written):
    found = scan(written("x.csv", "id,name,city\n1,Ann\n2,Bob,Ulm\n3\n"), ragged="reject")
    assert found.collect().rows() == [("2", "Bob", "Ulm")]
    assert found.rejected["line"].to_list() == [2, 4]


def test_long_records_are_rejected_with_line_reason_and_text(written):
    found = scan(written("x.csv", PEOPLE + "4,Lee, Ann,Rom\n5,Eva,Rom\n"))
    assert found.collect()["id"].to_list() == ["1", "2", "3", "5"]
    assert found.rejected.rows() == [(5, "4 cells where 3 were expected", "4,Lee, Ann,Rom")]
    assert (found.facts["rows"], found.facts["rejected"]) == (4, 1)


def test_surplus_empty_cells_are_dropped_only_when_asked(written):
    path = written("x.csv", PEOPLE + "4,Dov,Rom,,\n")
    assert "the surplus is empty: ragged='trim' drops it" in scan(path).rejected["reason"][0]
    found = scan(path, ragged="trim")
    assert found.collect().rows()[-1] == ("4", "Dov", "Rom")
    assert "2 empty cells too many" in found.problems[0].what


def test_a_record_longer_than_the_header_in_every_line_widens_the_table(written):
    found = scan(written("x.csv", "id,name\n1,Ann,x\n2,Bob,y\n3,Cem,z\n"))
    assert found.columns == ("id", "name", "column_3")
    assert "2 names" in str(found.problems)
    assert found.collect().height == 3


def test_blank_lines_between_records_are_no_rows(written):
    found = scan(written("x.csv", "id,name\n1,Ann\n\n2,Bob\n"))
    assert found.collect().rows() == [("1", "Ann"), ("2", "Bob")]
    assert found.facts["blank_lines"] == 1


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('2,5" pipe,x', ("2", '5" pipe', "x")),
        ('2,"5 inch,x', ("2", '"5 inch', "x")),
        ('2,"the "big" one",x', ("2", 'the "big" one', "x")),
        ("2,37°36'37.8\"N 121°2'17.9\"W,x", ("2", "37°36'37.8\"N 121°2'17.9\"W", "x")),
        ('2,"a" b,x', ("2", '"a" b', "x")),
        ('2,"a, "b" c",x', ("2", 'a, "b" c', "x")),
        ('2,"a"  ,x', ("2", "a", "x")),
    ],
)
def test_stray_quotes_are_text_and_cost_no_other_line(written, line, cells):
    before, after = '1,"Lee, Ann",w\n', '3,"Kim ""Bo""",y\n4,z,"last\nline"\n'
    found = scan(written("x.csv", "id,name,note\n" + before + line + "\n" + after), delimiter=",", quote='"')
    assert found.collect().rows() == [
        ("1", "Lee, Ann", "w"),
        cells,
        ("3", 'Kim "Bo"', "y"),
        ("4", "z", "last\nline"),
    ]
    assert found.rejected.height == 0


def test_a_quote_that_is_never_closed_costs_one_line(written):
    lines = [f"{i},name {i},x" for i in range(1000)]
    lines[500] = '500,"name 500,x'
    found = scan(written("x.csv", "id,name,note\n" + "\n".join(lines) + "\n"))
    assert found.collect()["name"].to_list() == [f"name {i}" if i != 500 else '"name 500' for i in range(1000)]
    assert [(p.line, "never closed" in p.what) for p in found.problems] == [(502, True)]


def test_nul_characters_are_kept_and_reported_by_line(written):
    found = scan(written("x.csv", "id,name\n1,a\0b\n2,c\n"))
    assert found.collect()["name"].to_list() == ["a\0b", "c"]
    assert [(p.line, "NUL" in p.what) for p in found.problems] == [(2, True)]


def test_mostly_unfitting_lines_cast_doubt_on_the_dialect(written):
    found = scan(written("x.csv", "a;b\n" + "1,2,3;4,5;6\n" * 30), delimiter=";")
    assert "check delimiter=" in str(found.problems) or found.rejected.height == 0
    narrow = scan(written("y.csv", "a;b\n" * 2 + "1;2;3\n4;5\n" * 300 + "1;2;3\n" * 700), delimiter=";")
    assert narrow.facts["rows"] + narrow.facts.get("rejected", 0) == 1301


def test_ten_thousand_columns(written):
    names = [f"c{i}" for i in range(10_000)]
    found = scan(written("x.csv", ",".join(names) + "\n" + ",".join("1" * 10_000) + "\n"))
    assert found.columns == tuple(names)
    assert found.collect().row(0) == ("1",) * 10_000


@pytest.mark.parametrize("opening", ["", 'x"'])
def test_a_cell_of_fifty_megabytes(written, opening):
    cell = opening + "lorem, ipsum\n" * 4_000_000
    quoted = '"' + cell.replace('"', '""') + '"'
    found = scan(written("x.csv", f'id,text\n1,{quoted}\n2,"b""c"\n'), delimiter=",", quote='"')
    assert found.collect()["text"].str.len_bytes().to_list() == [len(cell), 3]


def test_a_binary_file_is_refused(written):
    with pytest.raises(SourceError, match="a PNG picture, not delimited text"):
        scan(written("x.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8))
    with pytest.raises(SourceError, match="binary data"):
        scan(written("y.csv", bytes(range(1, 256)) * 40))
    with pytest.raises(SourceError, match=r"a Parquet file, not delimited text → read it with format='parquet'"):
        scan(written("z.csv", b"PAR1" + b"\0" * 100 + b"PAR1"))


def test_an_empty_file_is_refused(written):
    with pytest.raises(SourceError, match=r"empty\.csv: the file is empty"):
        scan(written("empty.csv", ""))


def test_options_that_cannot_be_are_refused(written):
    path = written("x.csv", PEOPLE)
    with pytest.raises(UsageError, match=r"csv has no option 'delimeter' → did you mean 'delimiter'\?"):
        scan(path, delimeter=";")
    with pytest.raises(UsageError, match=r"ragged cannot be 'padd' → did you mean 'pad'"):
        scan(path, ragged="padd")
    with pytest.raises(UsageError, match="the delimiter cannot be empty"):
        scan(path, delimiter="")
    with pytest.raises(UsageError, match="quote='xx' cannot be"):
        scan(path, quote="xx")


def test_without_check_nothing_is_known_of_the_rows(written):
    found = scan(written("x.csv", PEOPLE), check=False)
    assert found.facts["rows"] is None
    assert found.collect().height == 3


def test_what_was_repaired_is_kept_under_its_content(written, tmp_path):
    path = written("x.csv", PEOPLE + '4,D"ov,Rom,\n5,a,b,c\n')
    cache = tmp_path / "cache"
    first, second = scan(path, cache=cache), scan(path, cache=cache)
    assert len(list(cache.iterdir())) == 1
    assert first.collect().equals(second.collect())
    assert (first.problems, first.facts) == (second.problems, second.facts)
    assert first.rejected.equals(second.rejected)
    path.write_text(PEOPLE + "9,x\n,y,z,w,v\n", encoding="utf-8")
    assert scan(path, cache=cache).collect()["id"].to_list() == ["1", "2", "3", "9"]


def test_a_project_keeps_its_cache_in_itself(tmp_path):
    (tmp_path / ".workbench").mkdir()
    (tmp_path / "x.csv").write_text(PEOPLE + "5,a,b,c\n", encoding="utf-8")
    scan("x.csv", root=tmp_path)
    assert list((tmp_path / ".workbench" / "cache").iterdir())


# laws

TEXT = st.text(st.sampled_from('ab,"\n\r;é\0 1'), min_size=1, max_size=60)


@settings(deadline=None, max_examples=300)
@given(text=TEXT, header=st.booleans())
def test_no_text_breaks_the_reader_and_no_record_is_lost(tmp_path_factory, text, header):
    path = tmp_path_factory.getbasetemp() / "law.csv"
    path.write_bytes(text.encode())
    try:
        found = scan(path, delimiter=",", quote='"', header=header)
    except SourceError:
        assert not text.strip() or "\0" in text
        return
    assert found.collect().height == found.facts["rows"]
    assert found.rejected.height == found.facts.get("rejected", 0)


@settings(deadline=None, max_examples=150)
@given(text=TEXT)
def test_a_clean_file_reads_the_same_by_both_ways(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "ways.csv"
    path.write_bytes(b"a,b\n" + text.encode())
    assume("\0" not in text)  # text of mostly NULs is taken for binary data
    lazy = scan(path, delimiter=",", quote='"', escape="", header=True)
    if lazy.facts["read"] == "lazily":
        expected = lazy.collect().rows()
        path.write_bytes(codecs.BOM_UTF16_LE + ("a,b\n" + text).encode("utf-16-le"))
        careful = scan(path, delimiter=",", quote='"', escape="", header=True)
        assert careful.facts["read"] != "lazily"
        assert careful.collect().rows() == expected


@settings(deadline=None, max_examples=100)
@given(table=st.lists(st.lists(st.text(st.sampled_from('ab,"\n1 ')), min_size=3, max_size=3), min_size=1, max_size=9))
def test_well_formed_text_is_never_repaired(tmp_path_factory, table):
    path = tmp_path_factory.getbasetemp() / "well.csv"
    with path.open("w", encoding="utf-8", newline="") as f:
        csv.writer(f, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    problems = Problems()
    verdict = check_file(path, Dialect(), 3, skipped=0, ragged="reject", problems=problems)
    assert (verdict.faulty, verdict.rows, problems.counts) == ("", len(table), {})


# real files


def test_csv_spectrum_gives_its_answers(real_data):
    folder = real_data("messy/csv_spectrum")
    right = []
    for path in sorted(folder.glob("*.csv")):
        answer = json.loads(path.with_suffix(".json").read_text(encoding="utf-8", errors="replace"))
        right.append((path.stem, scan(path).collect().to_dicts() == (answer if isinstance(answer, list) else [answer])))
    # of these two the answers do not belong to the files: the phone number differs, and the file
    # that should hold CRLF holds LF only
    assert [name for name, is_right in right if not is_right] == ["location_coordinates", "newlines_crlf"]
    assert len(right) == 12


def test_csv_spectrum_the_two_files_whose_answers_differ(real_data, written):
    folder = real_data("messy/csv_spectrum")
    text = (folder / "newlines_crlf.csv").read_bytes().replace(b"\n", b"\r\n")
    answer = json.loads((folder / "newlines_crlf.json").read_text(encoding="utf-8"))
    assert scan(written("crlf.csv", text)).collect().to_dicts() == answer
    place = scan(folder / "location_coordinates.csv").collect().to_dicts()[0]
    assert (place["Location Coordinates"][-1], place["Cities"]) == ("W", "Modesto")


def test_the_messy_file_of_childcare_sites(real_data):
    found = scan(real_data("messy/early_childhood_messy.csv"))
    assert (found.facts["rows"], len(found.columns), found.rejected.height) == (3337, 32, 0)
    assert found.collect().height == 3337


@pytest.mark.parametrize(("name", "count"), [("dblp", 2616), ("acm", 2294)])
def test_bibliographies_separated_by_percent_signs(real_data, name, count):
    found = scan(real_data(f"linkage/dblp_acm/{name}.csv"))
    assert (found.facts["delimiter"], found.columns) == ("%", ("id", "title", "authors", "venue", "year"))
    assert found.collect().height == count


def test_columns_aligned_with_spaces_are_refused_rather_than_read_as_many_empty_ones(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text("id     name          city\n7      Ada           Leeds\n12     Grace         York\n")
    with pytest.raises(SourceError, match="aligned with spaces"):
        scan(path)
