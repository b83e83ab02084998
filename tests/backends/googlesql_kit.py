"""GoogleSQL, BigQuery's language, in its reference implementation: executes the scripts that are exported for BigQuery.

Needs the server that the npm package @fivetrandevelopers/zetasql carries and the client of PyPI's googlesql:
    npm install --prefix PLACE @fivetrandevelopers/zetasql && pip install googlesql grpcio
    WORKBENCH_GOOGLESQL=PLACE/node_modules/@fivetrandevelopers/zetasql/lib/zetasql/remote_server.so \\
        python tests/backends/googlesql_kit.py [--rows 300] [--seed 3]
Prints, for every golden case and every case of a step, a field or a row operation, whether BigQuery's text gives what
Polars gives, is refused with its reason, or differs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl

sys.path.insert(0, str(Path(__file__).parent))

from engine_kit import free_port
from parity_kit import FIELD_CASES, ROW_CASES, STEP_CASES, nasty_frame, references, resolved, row_fields

from workbench.backends import SqlScript, compile_sql, function
from workbench.backends.sql_bigquery import BigQueryEmitter
from workbench.errors import NotPortableError
from workbench.mapping import apply
from workbench.model import Plan, read_document

GOLDEN = Path(__file__).parents[1] / "golden" / "semantics"
# Helpers are written out as subqueries, which may not stand around an aggregate nor name a group.
OUT_OF_REACH = ("rows: group", "rows: group steps")
_TYPES = {pl.String: "STRING", pl.Int64: "INT64", pl.Float64: "FLOAT64", pl.Boolean: "BOOL", pl.Date: "DATE"}


class GoogleSql:
    """A server of our own on loopback."""

    def __init__(self, program: str) -> None:
        self.port = free_port()
        command = [program, "localhost", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        import grpc
        from googlesql.local_service.local_service_pb2 import LanguageOptionsRequest
        from googlesql.proto.options_pb2 import LanguageOptionsProto

        self.channel = grpc.insecure_channel(f"localhost:{self.port}", [("grpc.max_receive_message_length", -1)])
        grpc.channel_ready_future(self.channel).result(timeout=60)
        self.language = self._ask(
            "GetLanguageOptions", LanguageOptionsRequest(maximum_features=True), LanguageOptionsProto
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, what: BaseException | None, at: TracebackType | None) -> None:
        self.channel.close()
        self.process.terminate()
        self.process.wait(15)

    def _ask(self, name: str, request: Any, answer: Any) -> Any:
        path = f"/zetasql.local_service.ZetaSqlLocalService/{name}"
        send = self.channel.unary_unary(
            path, request_serializer=type(request).SerializeToString, response_deserializer=answer.FromString
        )
        return send(request)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query, numbers as they are written."""
        from googlesql.local_service.local_service_pb2 import EvaluateQueryRequest, EvaluateQueryResponse

        request = EvaluateQueryRequest(sql=f"SELECT TO_JSON_STRING(t) AS j FROM ({query}) AS t")
        request.options.language_options.CopyFrom(self.language)
        request.simple_catalog.name = "c"
        request.simple_catalog.builtin_function_options.language_options.CopyFrom(self.language)
        answer = self._ask("EvaluateQuery", request, EvaluateQueryResponse)
        cells = [row.cell[0].string_value for row in answer.content.table_data.row]
        return [json.loads(cell, parse_float=str, parse_int=str) for cell in cells]


def written_type(type_: pl.DataType) -> str:
    """A type of Polars as GoogleSQL names it."""
    if isinstance(type_, pl.Decimal):
        return "BIGNUMERIC"
    if isinstance(type_, pl.Datetime):
        return "TIMESTAMP" if type_.time_zone else "DATETIME"
    if isinstance(type_, pl.List):
        return f"ARRAY<{written_type(type_.inner)}>"
    if isinstance(type_, pl.Struct):
        return "STRUCT<" + ", ".join(f"`{f.name}` {written_type(f.dtype)}" for f in type_.fields) + ">"
    return _TYPES.get(type(type_), "STRING")


def literal(value: Any, type_: pl.DataType) -> str:
    """A value as GoogleSQL writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return f"{written_type(type_)}[" + ", ".join(literal(v, type_.inner) for v in value) + "]"  # type: ignore[attr-defined]
    if isinstance(value, dict):
        return f"{written_type(type_)}(" + ", ".join(literal(value[f.name], f.dtype) for f in type_.fields) + ")"  # type: ignore[attr-defined]
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return f"CAST('{value!r}' AS FLOAT64)"
    if isinstance(value, int):
        return f"CAST('{value}' AS INT64)"
    if isinstance(value, Decimal):
        return f"BIGNUMERIC '{value:f}'"
    if isinstance(value, date):  # times too
        return f"{written_type(type_)} '{value.isoformat(sep=' ') if isinstance(value, datetime) else value}'"
    return "'" + "".join(f"\\U{ord(c):08x}" if not c.isalnum() or not c.isascii() else c for c in value) + "'"


def table(frame: pl.DataFrame) -> str:
    """The rows of a frame as a query."""
    columns = ", ".join(f"`{n}` {written_type(t)}" for n, t in frame.schema.items())
    types = list(frame.schema.values())
    rows = ", ".join(
        "STRUCT(" + ", ".join(literal(v, t) for v, t in zip(r, types, strict=True)) + ")" for r in frame.rows()
    )
    return f"SELECT * FROM UNNEST(ARRAY<STRUCT<{columns}>>[{rows}])"


def inlined(text: str) -> str:
    """A query whose helpers are written out: the reference implementation has no functions of its own."""
    while found := re.search(r"\bwb_(\w+)\(", text):
        args, end = arguments(text, found.end())
        emitter = BigQueryEmitter()
        helper, signature = BigQueryEmitter.helpers[found[1]], emitter.signature(found[1])
        named = [p.split(" ", 1) for p in signature[0].split(", ")]
        given = ", ".join(f"CAST({a} AS {kind}) AS {name}" for a, (name, kind) in zip(args, named, strict=True))
        text = text[: found.start()] + f"(SELECT {helper.body} FROM (SELECT {given}))" + text[end:]
    return text


def arguments(text: str, at: int) -> tuple[list[str], int]:
    """The arguments of a call from behind its bracket, and where it ends; quotes are respected."""
    depth, start, out = 1, at, []
    while depth:
        c = text[at]
        if c in "'`\"":
            raw = text[at - 1] == "r"
            at += 1
            while text[at] != c:
                at += 2 if text[at] == "\\" and not (raw and text[at + 1] != c) else 1
        depth += (c in "([") - (c in ")]")
        if depth == 0 or (c == "," and depth == 1):
            out.append(text[start:at].strip())
            start = at + 1
        at += 1
    return out, at


def answers(
    server: GoogleSql, script: SqlScript, tables: Mapping[str, pl.DataFrame]
) -> dict[str, list[dict[str, Any]]]:
    """What a script gives: its tables, and those of Python-only functions' answers, are given as queries."""
    given = {name: table(frame) for name, frame in tables.items()}

    def run(query: str) -> list[dict[str, Any]]:
        ctes = ", ".join(f"`{name}` AS ({rows})" for name, rows in given.items())
        body = query.removeprefix("WITH ") if query.startswith("WITH ") else ""
        return server.rows(inlined(f"WITH {ctes}" + (f", {body}" if body else f" {query}")))

    calls = {call[0]: call[1] for call in script._pipe.calls}  # type: ignore[union-attr]
    for name, query in script.asks:
        node = calls[name]
        ask, width = function(str(node["function"]), dict(node["options"])), len(node.args)
        keys = [f"k{i}" for i in range(width)]
        rows = [[*(r[k] for k in keys), ask(*(r[f"a{i}"] for i in range(width)))] for r in run(query)]
        schema = dict.fromkeys([*keys, "value"], pl.String())
        given[name] = table(pl.DataFrame(rows, schema=schema, orient="row"))
    return {name: run(script.query(name)) for name in ("passed", "rejects", "counts")}


def typed(rows: list[dict[str, Any]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Rows of texts as the values they stand for."""
    out = []
    for name, type_ in schema.items():
        told = pl.Series(name, [r[name] for r in rows], strict=False)
        if isinstance(type_, pl.Datetime):
            # Without a fraction it writes none; the zone is always Z.
            texts = [v and f"{v.rstrip('Z')}{'' if '.' in v else '.0'}" for v in told.to_list()]
            told = pl.Series(name, texts, pl.String).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")
            told = told.dt.replace_time_zone(type_.time_zone)
        elif type_.is_nested():
            told = pl.Series(name, [r[name] for r in rows], type_, strict=False)
        elif type_ == pl.Boolean:
            told = told.cast(pl.Boolean)
        elif type_ == pl.Null:
            told = pl.Series(name, [None] * len(rows))
        else:
            told = told.cast(pl.String).str.to_date() if type_ == pl.Date else told.cast(pl.String).cast(type_)
        out.append(told)
    return pl.DataFrame(out)


def difference(server: GoogleSql, plan: Plan, frame: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> str:
    """What BigQuery's text and Polars say differently of some rows, or nothing.

    Raises:
        NotPortableError: The plan is refused.
    """
    script = compile_sql(plan, "bigquery", "given_rows")
    need = {t: tables[t] for s in plan.rows if (t := getattr(s, "table", None))}
    read = frame.select([n for n, _ in plan.source])
    want = apply(plan, read, lambda name: tables[name].lazy())
    got = answers(server, script, {"given_rows": read} | need)
    out = []
    for name, mine in (("passed", want.passed), ("rejects", want.rejected)):
        theirs = sorted(typed(got[name], mine.schema).rows(), key=repr) if got[name] else []
        ours = sorted(mine.rows(), key=repr)
        if ours != theirs:
            only = [r for r in ours if r not in theirs][:3], [r for r in theirs if r not in ours][:3]
            out.append(f"{name}: {len(ours)} and {len(theirs)} rows, only Polars {only[0]}, only BigQuery {only[1]}")
    books: Counter[tuple[str, str]] = Counter()
    for row in got["counts"]:
        books[row["kind"], row["name"]] += int(row["rows"])
    counts = want.counts
    told = {("in", ""): counts.rows_in, ("added", ""): counts.added, ("out", ""): counts.rows_out}
    for kind in ("booked", "rejected", "replaced"):
        told |= {(kind, name): n for name, n in getattr(counts, kind).items()}
    if +books != +Counter(told):
        out.append(f"books: {told} and {dict(books)}")
    return "; ".join(out)


def cases(frame: pl.DataFrame) -> Iterator[tuple[str, Plan, pl.DataFrame]]:
    """Every golden case over its own values, every case of a step, a field or a row operation over nasty rows."""
    for file in sorted(GOLDEN.glob("*.yaml")):
        for case in read_document(file).data:
            own = pl.DataFrame({"t": [a for a, _ in case["cases"]]}, schema={"t": pl.String})
            yield f"{file.stem}: {case['name']}", resolved({"v": {"from": "t", "steps": case["steps"]}}, own).plan, own
    fields = {n: {"from": source, "steps": steps} for n, (source, steps) in STEP_CASES.items()} | FIELD_CASES
    for name, field in fields.items():
        yield name, resolved({"id": {"from": "id"}, "v": field}, frame).plan, frame
    for name, rows in ROW_CASES.items():
        yield f"rows: {name}", resolved(row_fields(name), frame, rows).plan, frame


def main() -> int:
    """Print the tally and every difference."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--only", default="")
    told = parser.parse_args()
    frame = nasty_frame(told.rows, seed=told.seed)
    lazy = references(frame)
    tables = {name: lazy(name).collect() for name in ("ref", "many", "more")}
    tally: Counter[str] = Counter()
    began = time.monotonic()
    with GoogleSql(os.environ["WORKBENCH_GOOGLESQL"]) as server:
        for name, plan, rows in cases(frame):
            if told.only not in name:
                continue
            if name in OUT_OF_REACH:
                tally["out of reach"] += 1
                continue
            try:
                differs = difference(server, plan, rows, tables)
            except NotPortableError as e:
                tally["refused"] += 1
                print(f"refused  {name}: {e.faults[0].what}")
                continue
            except Exception as e:  # a report names what cannot be run too
                differs = f"{type(e).__name__}: {e.details() if hasattr(e, 'details') else e}"
            tally["differs" if differs else "equal"] += 1
            if differs:
                print(f"DIFFERS  {name}: {differs[:700]}")
    print(dict(tally), f"{time.monotonic() - began:.0f} s")
    return int(bool(tally["differs"]))


if __name__ == "__main__":
    sys.exit(main())
