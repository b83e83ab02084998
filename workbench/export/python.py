"""A spec as a standalone Polars script: readable, runnable without the workbench, equal to it row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.backends import REQUIREMENTS, dtype_source, helper_source, polars_source, say
from workbench.mapping import Resolved
from workbench.model import Expr, FieldSpec, Guard, Spec, any_of, lit

from . import runtime
from .layout import laid_out
from .python_rows import RowCode, row_code
from .script import heading, import_lines, runtime_source

__all__ = ["to_python"]

_ALWAYS = ("Guard", "Counts", "read_rows", "write_rows", "take_columns", "part_rows", "main")


def to_python(spec: Spec, resolved: Resolved) -> str:
    """A script that maps a file as the spec says: ``python SCRIPT SOURCE OUT [REJECTS]``.

    It needs Polars, the standard library, and the package behind a Python-only function where a step uses one
    (phonenumbers, pycountry, email-validator). Its passed rows, rejected rows and books are those of `apply`.

    Args:
        spec: The spec, for its words.
        resolved: What it resolves to.
    """
    plan = resolved.plan
    rows = row_code(plan.rows)
    fields = map_fields_code(spec, resolved)
    values = reject_values_code(resolved)
    helpers = {*fields[1], *values[1], *rows.helpers}
    functions = {*fields[2], *values[2], *rows.functions}
    imports, definitions = helper_source(sorted(helpers), sorted(functions))
    own = runtime_source({*_ALWAYS, *rows.runtime}, runtime)
    body = "\n\n\n".join(
        part
        for part in (
            constants(spec, resolved),
            heading("What the steps mean", definitions),
            heading("Around the fields", own),
            heading("The mapping", rows.text),
            fields[0],
            values[0],
            _run(resolved, rows),
        )
        if part
    )
    text = f"{_header(spec, resolved, functions)}\n{import_lines(imports, body, runtime)}\n\n{body}\n"
    compile(text, f"{spec.name}.py", "exec", dont_inherit=True)  # a slip here must never leave the house
    return text


def _header(spec: Spec, resolved: Resolved, functions: Iterable[str]) -> str:
    needs = sorted({p for f in functions for p in REQUIREMENTS.get(f, ())})
    lines = [
        f"{spec.title}: {spec.source.dataset} to {spec.target.name}.",
        "",
        f"Written by the Mapping Workbench from the spec {resolved.plan.fingerprint};",
        "change the spec and export it again rather than changing this file.",
        "",
        f"Needs Python 3.11 and: {', '.join(['polars>=2.1', *needs])}",
        "",
        f"    python {spec.name}.py SOURCE OUT [REJECTS] [--table NAME=PATH]",
    ]
    said = "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{said}\n"""\n\nfrom __future__ import annotations\n'


def constants(spec: Spec, resolved: Resolved) -> str:
    source = "\n".join(f"    {say(n)}: {dtype_source(t)}," for n, t in resolved.plan.source)
    return "\n".join(
        [
            f"SPEC = {say(resolved.plan.name)}",
            "# The columns that are read.",
            f"SOURCE: dict[str, pl.DataType] = {{\n{source}\n}}",
            *_guards(
                "reasons", "Why a row may be rejected, in the order in which faults are told.", resolved.plan.guards
            ),
            *_guards("replacements", "Why a value may be replaced while its row goes on.", resolved.plan.replaced),
        ]
    )


def _guards(name: str, says: str, guards: Sequence[Guard]) -> list[str]:
    fatal = {True: ", fatal=True", False: ""}
    lines = [
        f"        Guard({say(g.code)}, {say(g.field)}, {say(g.step)}, {say(g.reason)}{fatal[g.fatal]})," for g in guards
    ]
    body = ["    return [", *lines, "    ]"] if guards else ["    return []"]
    return ["", "", f"def {name}() -> list[Guard]:", f'    """{says}"""', *body]


Coded = tuple[str, frozenset[str], frozenset[str]]


def map_fields_code(spec: Spec, resolved: Resolved) -> Coded:
    plan = resolved.plan
    roots: list[tuple[str, Expr]] = [(f.name, f.value) for f in plan.computed]
    roots += [(g.field or g.code, any_of(g.condition, lit(False))) for g in plan.guards]
    source = polars_source(roots, _columns(resolved))
    lines = [
        "def map_fields(rows: pl.DataFrame) -> pl.DataFrame:",
        '    """Every target field (\'out …\'), and whether a reason to reject holds (\'bad …\')."""',
        "    frame = rows.lazy()",
        *_layers(source.layers),
        "    return frame.select(",
        '        pl.int_range(pl.len()).alias("row"),',
    ]
    for field, code in zip(plan.fields, source.outputs, strict=False):
        cast = f".cast({dtype_source(field.value.type)})" if field.value.op == "lit" else ""
        lines.append(f"        # {field.name} ({field.id}): {_said(spec.fields.get(field.name))}")
        lines.append(laid_out(f"{code}{cast}.alias({say(f'out {field.name}')})", 8, ","))
    told = plan.computed[len(plan.fields) :]
    if told:
        lines.append("        # why a value was replaced")
    for field, code in zip(told, source.outputs[len(plan.fields) :], strict=False):
        lines.append(laid_out(f"{code}.alias({say(f'why {field.id}')})", 8, ","))
    if plan.guards:
        lines.append("        # reasons to reject")
    for label, code in zip(_labels(resolved), source.outputs[len(plan.computed) :], strict=True):
        lines.append(laid_out(f"{code}.alias({say(f'bad {label}')})", 8, ","))
    return "\n".join([*lines, "    ).collect()"]), source.helpers, source.functions


def reject_values_code(resolved: Resolved) -> Coded:
    guards = resolved.plan.guards
    source = polars_source([(g.field or g.code, g.value) for g in guards], _columns(resolved))
    lines = [
        "def reject_values(rows: pl.DataFrame) -> pl.DataFrame:",
        '    """What each reason to reject shows of a rejected row."""',
        "    frame = rows.lazy()",
        *_layers(source.layers),
        "    return frame.select(",
        '        pl.int_range(pl.len()).alias("row"),',
        *(
            laid_out(f"{code}.cast(pl.String()).alias({say(f'value {label}')})", 8, ",")
            for label, code in zip(_labels(resolved), source.outputs, strict=True)
        ),
        '    ).drop("row").collect()',
    ]
    return "\n".join(lines), source.helpers, source.functions


def _labels(resolved: Resolved) -> list[str]:
    """A name of its own for each guard: a step that rejects for two reasons has one code for both."""
    codes = [g.code for g in resolved.plan.guards]
    return [c if codes.count(c) == 1 else f"{c} {codes[: i + 1].count(c)}" for i, c in enumerate(codes)]


def _layers(layers: Sequence[Sequence[tuple[str, str]]]) -> list[str]:
    lines = []
    for layer in layers:
        lines.append("    frame = frame.with_columns(")
        lines += [laid_out(f"{code}.alias({say(name)})", 8, ",") for name, code in layer]
        lines.append("    )")
    return lines


def _columns(resolved: Resolved) -> set[str]:
    return {n for n, _ in resolved.plan.source}


def _said(field: FieldSpec | None) -> str:
    """How a field comes about, in words."""
    if field is None:
        return ""
    if field.value is not None:
        origin = f"the constant {say(field.value)}"
    elif field.case is not None:
        origin = f"by {len(field.case)} cases"
    else:
        origin = f"from {', '.join(field.from_ or ())}"
    steps = ", ".join(s.name for s in field.steps)
    return " ".join((origin + (f" by {steps}" if steps else "")).split())


def _run(resolved: Resolved, rows: RowCode) -> str:
    tables = sorted({t for s in resolved.plan.rows if (t := getattr(s, "table", None))})
    steps = "    rows = row_steps(rows, tables, counts)\n" if rows.text else ""
    return f'''def run(
    source: pl.LazyFrame, tables: Callable[[str], pl.LazyFrame]
) -> tuple[pl.DataFrame, pl.DataFrame, Counts]:
    """Map rows: those that pass, those rejected, and the books."""
    counts = Counts()
    rows = take_columns(source, SOURCE)
    counts.rows_in = rows.height
{steps}    mapped = map_fields(rows)
    bad = mapped.select(pl.any_horizontal(pl.lit(False), pl.col("^bad .*$")).alias("b")).to_series()
    passed, rejected = part_rows(rows, mapped, reject_values(rows.filter(bad)), reasons(), SPEC, counts)
    counts.check()
    return passed, rejected, counts


if __name__ == "__main__":
    main(run, [*reasons(), *replacements()], {say(tables)}, SPEC)'''
