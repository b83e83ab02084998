"""Standalone scripts: they run without the workbench and give what it gives, row by row."""

from __future__ import annotations

import importlib.util
import json
import pickle
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from workbench.backends import schema_of
from workbench.export import to_python
from workbench.mapping import Applied, apply, resolve
from workbench.model import DATE, TEXT, Contract, Field, decimal, parse_spec

from .conftest import Alone, Case

SPEC = """
    name: crm-customers
    version: 1.2.0
    source: {dataset: crm.customers}
    target: {entity: Customer}
    rows:
      - {id: r1, filter: {field: test, not_in: [Y]}, book_as: out_of_scope}
      - {id: r2, lookup: {table: dial.csv, match: {land: code}, take: {dial: dial}}}
    fields:
      customer_id: {id: f1, from: "no", steps: [trim, {prefix: "C-"}]}
      name: {id: f2, from: name, steps: [{reorder_name: {from: "Last, First", to: "First Last"}}]}
      gender: {id: f3, from: sex, steps: [{translate: {values: {M: Male, F: Female}}}]}
      born_on: {id: f4, from: born, steps: [{parse_date: "%d/%m/%Y"}]}
      balance: {id: f5, from: saldo, steps: [{parse_number: {decimal: ",", group: "."}}]}
      phone: {id: f6, from: phone, steps: [{phone: {region_from: land}}], on_error: "null"}
      dial: {id: f7, from: dial}
      system: {id: f8, value: it's "CRM"}
"""
ENTITY = Contract(
    "Customer", "Customer", "1.4.0",
    fields=(
        Field("customer_id", TEXT, required=True, key=1), Field("name", TEXT), Field("gender", TEXT),
        Field("born_on", DATE), Field("balance", decimal(2)), Field("phone", TEXT), Field("dial", TEXT),
        Field("system", TEXT),
    ),
)  # fmt: skip
COLUMNS = ("no", "name", "sex", "born", "saldo", "phone", "land", "test")
ROWS = [
    ("1", "Lovelace, Ada", "F", "10/12/1815", "1.234,50", "0113 496 0000", "GB", "N"),
    (" 2 ", "Turing, Alan", "M", "23/06/1912", "0,99", "not one", "GB", None),
    ("3", "Hopper Grace", "X", "31/02/1906", "1,005", None, "US", "N"),
    ("4", "Test, Tom", "M", "01/01/2000", "1", None, "GB", "Y"),
    (None, "Nobody, Ann", "F", None, None, None, "GB", "N"),
    ("6", "Bolo, Jean", "F", "01/01/1970", "5", None, "XX", "N"),
]
DIAL = pl.DataFrame({"code": ["GB", "US"], "dial": ["+44", "+1"]})


@pytest.fixture
def frame() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


@pytest.fixture
def text(frame: pl.DataFrame) -> str:
    spec = parse_spec(dedent(SPEC))
    return to_python(spec, resolve(spec, schema_of(frame), ENTITY, tables=lambda _: schema_of(DIAL)))


def expected(frame: pl.DataFrame) -> Applied:
    spec = parse_spec(dedent(SPEC))
    plan = resolve(spec, schema_of(frame), ENTITY, tables=lambda _: schema_of(DIAL)).plan
    return apply(plan, frame, lambda _: DIAL.lazy())


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_script_maps_a_file_alone_and_gives_what_apply_gives(
    suffix: str, text: str, frame: pl.DataFrame, tmp_path: Path, run_alone: Alone
) -> None:
    script, source, out, rejects = (tmp_path / n for n in ("map.py", f"in{suffix}", "out.parquet", "bad.parquet"))
    script.write_text(text, encoding="utf-8")
    frame.write_parquet(source) if suffix == ".parquet" else frame.write_csv(source)
    DIAL.write_csv(tmp_path / "d.csv")
    said = run_alone(script, source, out, rejects, "--table", f"dial.csv={tmp_path / 'd.csv'}")
    want = expected(frame)
    assert json.loads(said) == want.counts.to_dict()
    assert pl.read_parquet(out).equals(want.passed)
    assert pl.read_parquet(rejects).equals(want.rejected)
    assert want.rejected.height == 3


def test_a_script_says_in_plain_words_what_is_missing(
    text: str, frame: pl.DataFrame, tmp_path: Path, run_alone: Alone
) -> None:
    script = tmp_path / "map.py"
    script.write_text(text, encoding="utf-8")
    frame.drop("sex").write_parquet(tmp_path / "in.parquet")
    with pytest.raises(AssertionError, match="the source lacks columns: sex"):
        run_alone(script, tmp_path / "in.parquet", tmp_path / "out.parquet")


def test_a_script_reads_well(text: str) -> None:
    golden = Path(__file__).parents[1] / "golden" / "export" / "crm_customers.py.txt"
    start = text.index("# --- The mapping")
    assert text[start:] == golden.read_text(encoding="utf-8")
    assert "workbench" not in text.replace("Mapping Workbench", "")
    assert max(map(len, text.splitlines())) <= 150


def test_a_script_imports_nothing_it_does_not_use(tmp_path: Path) -> None:
    spec = parse_spec("name: s\nsource: {dataset: d}\ntarget: {entity: E}\nfields: {x: {id: f1, from: a}}\n")
    text = to_python(spec, resolve(spec, {"a": TEXT}))
    assert "phonenumbers" not in text
    assert "unicodedata" not in text
    assert len(text.splitlines()) < 260


def kit() -> ModuleType:
    path = Path(__file__).parents[1] / "backends" / "parity_kit.py"
    spec = importlib.util.spec_from_file_location("parity_kit", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_ALL = """
import importlib.util, pickle, sys
import polars as pl
folder = sys.argv[1]
frame = pl.read_parquet(folder + "/frame.parquet")
tables = {name: pl.read_parquet(f"{folder}/{name}.parquet") for name in ("ref", "many", "more")}
out = {}
for name, path in pickle.load(open(folder + "/cases.pickle", "rb")).items():
    spec = importlib.util.spec_from_file_location("mapping", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["mapping"] = module
    spec.loader.exec_module(module)
    passed, rejected, counts = module.run(frame.lazy(), lambda table: tables[table].lazy())
    books = tuple(dict(b) for b in (counts.rejected, counts.booked, counts.replaced))
    books = (counts.rows_in, counts.added, counts.rows_out, *books)
    out[name] = (passed, rejected, books)
pickle.dump(out, open(folder + "/out.pickle", "wb"))
"""


def test_every_step_and_row_step_gives_the_same_on_nasty_rows(tmp_path: Path, run_alone: Alone) -> None:
    nasty = kit()
    frame = nasty.nasty_frame(400)
    frame.write_parquet(tmp_path / "frame.parquet")
    cases: dict[str, tuple[dict[str, Any], Any]] = {
        n: ({"out": {"from": c, "steps": s}}, None) for n, (c, s) in nasty.STEP_CASES.items()
    }
    cases |= {n: ({"out": field}, None) for n, field in nasty.FIELD_CASES.items()}
    cases |= {f"row {n}": (nasty.row_fields(n), rows) for n, rows in nasty.ROW_CASES.items()}
    tables, paths, want = nasty.references(frame), {}, {}
    for name in ("ref", "many", "more"):
        tables(name).collect().write_parquet(tmp_path / f"{name}.parquet")
    for number, (name, (fields, rows)) in enumerate(cases.items()):
        resolved = nasty.resolved(fields, frame, rows)
        paths[name] = str(tmp_path / f"case{number}.py")
        Path(paths[name]).write_text(to_python(nasty.spec_of(fields, rows, frame), resolved), encoding="utf-8")
        want[name] = apply(resolved.plan, frame, tables)
    (tmp_path / "cases.pickle").write_bytes(pickle.dumps(paths))
    (tmp_path / "all.py").write_text(_ALL, encoding="utf-8")
    run_alone(tmp_path / "all.py", tmp_path)
    got = pickle.loads((tmp_path / "out.pickle").read_bytes())
    differ = [n for n, a in want.items() if not _same(a, got[n])]
    assert not differ
    assert len(got) == len(cases) > 100


def _same(want: Applied, got: tuple[pl.DataFrame, pl.DataFrame, tuple[Any, ...]]) -> bool:
    passed, rejected, books = got
    c = want.counts
    mine = (c.rows_in, c.added, c.rows_out, dict(c.rejected), dict(c.booked), dict(c.replaced))
    return passed.equals(want.passed) and rejected.equals(want.rejected) and books == mine


_EACH = """
import json, runpy, sys
for line in open(sys.argv[1]):
    sys.argv = json.loads(line)
    runpy.run_path(sys.argv[0], run_name="__main__")
    print("\\0", end="")
"""


def test_the_sample_landscapes_specs_run_alone_both_ways(
    both_ways: dict[str, Case], tmp_path: Path, run_alone: Alone
) -> None:
    calls = []
    for name, case in both_ways.items():
        place = tmp_path / name
        place.mkdir()
        (place / "map.py").write_text(to_python(case.spec, case.resolved), encoding="utf-8")
        case.rows.write_parquet(place / "in.parquet")
        call = [str(place / n) for n in ("map.py", "in.parquet", "out.parquet", "bad.parquet")]
        for number, (table, rows) in enumerate(case.tables.items()):
            rows.write_parquet(place / f"{number}.parquet")
            call += ["--table", f"{table}={place / f'{number}.parquet'}"]
        calls.append(json.dumps(call))
    (tmp_path / "calls").write_text("\n".join(calls), encoding="utf-8")
    (tmp_path / "each.py").write_text(_EACH, encoding="utf-8")
    said = run_alone(tmp_path / "each.py", tmp_path / "calls").split("\0")
    for (name, case), books in zip(both_ways.items(), said, strict=False):
        assert json.loads(books) == case.want.counts.to_dict(), name
        assert pl.read_parquet(tmp_path / name / "out.parquet").equals(case.want.passed), name
        assert pl.read_parquet(tmp_path / name / "bad.parquet").equals(case.want.rejected), name


def test_a_script_reads_a_file_in_another_encoding(tmp_path: Path, run_alone: Alone) -> None:
    text = "spec: 1\nname: k\nsource: {dataset: k}\ntarget: {entity: K}\nfields: {ort: {id: f1, from: Straße}}\n"
    spec = parse_spec(text)
    script = tmp_path / "k.py"
    script.write_text(to_python(spec, resolve(spec, {"Straße": TEXT})), encoding="utf-8")
    (tmp_path / "k.csv").write_bytes("Straße;x\nGrößenweg;1\n".encode("cp1252"))
    run_alone(script, tmp_path / "k.csv", tmp_path / "out.parquet", "--separator", ";", "--encoding", "cp1252")
    assert pl.read_parquet(tmp_path / "out.parquet")["ort"].to_list() == ["Größenweg"]
