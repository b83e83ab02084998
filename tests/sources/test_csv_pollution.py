"""One table, spoilt in every way that is common: read as if it were not, or with the fault said."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from workbench.sources import scan

HEADER = ["day", "time", "qty", "product", "price", "kind", "about", "url", "note"]
KINDS = ["Men's boots", 'Table, round 48"', "Socks", "Kids' bike"]
TABLE = [
    [f"{1 + i % 28:02}/{1 + i % 12:02}/2026", f"{i % 24:02}:15", str(i % 5), f"MG-{1000 + i}", f"${i * 1.37:.2f}",
     KINDS[i % 4], "Light, quick and rugged, they keep feet from tiring.", f"https://www.example.com/p/{i}.html", ""]
    for i in range(60)
]  # fmt: skip
ROWS = (0, 7, 58)


def text_of(rows: list[list[str]], **options: object) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **options).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


CLEAN = text_of([HEADER, *TABLE])
SPACED = "\n".join(", ".join('"' + c.replace('"', '""') + '"' for c in r) for r in [HEADER, *TABLE])
WHOLE = {
    "as it is": CLEAN,
    "no line end at the end": CLEAN[:-1],
    "two line ends at the end": CLEAN + "\n",
    "Windows line ends": CLEAN.replace("\n", "\r\n"),
    "old Macintosh line ends": CLEAN.replace("\n", "\r"),
    "tabs": text_of([HEADER, *TABLE], delimiter="\t"),
    "semicolons": text_of([HEADER, *TABLE], delimiter=";"),
    "bars": text_of([HEADER, *TABLE], delimiter="|"),
    "spaces": text_of([HEADER, *TABLE], delimiter=" "),
    "commas and spaces": SPACED,
    "single quotes": text_of([HEADER, *TABLE], quotechar="'"),
    "everything quoted": text_of([HEADER, *TABLE], quoting=csv.QUOTE_ALL),
    "backslashes": text_of([HEADER, *TABLE], doublequote=False, escapechar="\\"),
    "preamble": f"REPORT{',' * 8}\n{',' * 8}\n" + CLEAN,
    "short preamble": "Report\n\n" + CLEAN,
}


def cells(path: Path) -> list[list[str]]:
    return [[c or "" for c in row] for row in scan(path).collect().rows()]


def parts_of(row: list[str]) -> list[str]:
    return [text_of([[cell]])[:-1] if cell else "" for cell in row]


@pytest.mark.parametrize("way", WHOLE)
def test_the_table_is_read_however_it_is_written(written, way):
    path = written("x.csv", WHOLE[way])
    assert list(scan(path).columns) == HEADER
    assert cells(path) == TABLE


def test_the_table_is_read_without_its_header(written):
    assert cells(written("x.csv", text_of(TABLE))) == TABLE


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("column", range(9))
def test_a_quote_too_many_spoils_one_cell_only(written, row, column):
    parts = parts_of(TABLE[row])
    expected = [list(r) for r in TABLE]
    cell = TABLE[row][column]
    if parts[column].startswith('"'):
        parts[column] = parts[column][:3] + '"' + parts[column][3:]
        expected[row][column] = cell[:2] + '"' + cell[2:]
    else:
        parts[column] = '"' + parts[column]
        expected[row][column] = '"' + cell
    lines = CLEAN.split("\n")
    lines[row + 1] = ",".join(parts)
    assert cells(written("x.csv", "\n".join(lines))) == expected


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("column", range(9))
@pytest.mark.parametrize("change", ["less", "more"])
def test_a_delimiter_too_few_or_too_many_spoils_one_row_only(written, row, column, change):
    parts = parts_of(TABLE[row])
    parts = parts[:column] + parts[column + 1 :] if change == "less" else [*parts[:column], "x", *parts[column:]]
    lines = CLEAN.split("\n")
    lines[row + 1] = ",".join(parts)
    path = written("x.csv", "\n".join(lines))
    found, read = scan(path), cells(path)
    others = [*TABLE[:row], *TABLE[row + 1 :]]
    assert (read[:row] + read[row + 1 :] if change == "less" else read) == others
    assert found.rejected["line"].to_list() == ([row + 2] if change == "more" else [])
    assert [p.line for p in found.problems] == [row + 2]


def test_the_layout_of_real_files_is_found_out(real_data):
    folder = real_data("matching")
    wrong = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as f:
            header = next(csv.reader(f))
        found = scan(path, check=False)
        if not (found.facts["delimiter"] == "," and found.facts["header"] and len(found.columns) == len(header)):
            wrong.append(path.parent.name)
    assert wrong == []
