"""Text read as a contract says it is written, and types held against its types."""

from __future__ import annotations

import re

from workbench.model import STEPS, DataType, Expr, Field, StepFault, cast

__all__ = ["conforms", "kind_in_words", "read"]

_FORMAT_MARKS = re.compile(r"(decimal|group):(\S| )")


def read(clean: Expr, field: Field) -> Expr:
    """Text as the contract says it is written, by the steps that a spec would use."""
    want, form = field.type, field.format
    marks = dict(_FORMAT_MARKS.findall(form or ""))
    if want.kind in ("decimal", "integer") and (marks or want.kind == "decimal"):
        args = {"decimal": marks.get("decimal", "."), "group": marks.get("group", ""), "digits": want.scale or 0}
        number = _step("parse_number", args, clean)
        return number if want.kind == "decimal" else cast(number, want)
    if want.kind == "date" and form:
        return _step("parse_date", {"formats": form}, clean)
    if want.kind == "timestamp" and form:
        return _step("parse_timestamp", {"formats": form}, clean)
    if want.kind == "boolean":
        return _step("boolean", None, clean)
    return cast(_step("trim", None, clean), want)


class _Alone:
    """A context without other columns."""

    def column(self, name: str) -> Expr:
        raise StepFault(f"there is no column '{name}' here")


def _step(name: str, args: object, x: Expr) -> Expr:
    return STEPS[name].apply([x], args, _Alone()).value


def conforms(have: DataType, want: DataType) -> bool:
    """Whether every value of one type is a value of the other."""
    if have == want or "null" in (have.kind, want.kind):
        return True
    if have.kind == want.kind == "list" and have.item and want.item:
        return conforms(have.item, want.item)
    if have.kind == want.kind == "struct":
        mine = dict(have.fields)
        return all(n not in mine or conforms(mine[n], t) for n, t in want.fields)
    if have.kind == want.kind == "decimal":
        return (have.scale or 0) <= (want.scale or 0)
    return (have.kind, want.kind) in (("integer", "decimal"), ("integer", "float"), ("decimal", "float"))


def kind_in_words(type_: DataType) -> str:
    """A type with its article, in words."""
    words = {
        "text": "a text", "integer": "a whole number", "float": "a number", "boolean": "a yes or no",
        "date": "a date", "timestamp": "a point in time", "time": "a time of day", "list": "a list",
        "struct": "a record", "null": "nothing",
    }  # fmt: skip
    if type_.kind == "decimal":
        return f"a number with up to {type_.scale} digits after the point" if type_.scale else "a whole number"
    return "a wall-clock time" if type_.local else words[type_.kind]
