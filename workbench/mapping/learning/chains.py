"""The steps that learning uses, on single Python values: the search asks a million times, an engine once.

The meaning is that of the catalogue; what is learned is run by the real steps before it is returned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from workbench.model import WHITESPACE, pin_pattern

from .clocks import clock_text, read_clock, read_time, time_text

__all__ = ["CONVENTIONS", "Chain", "Step", "Value", "bucket_of", "number_of", "number_text", "runner"]

Value: TypeAlias = "str | int | Decimal | datetime | None"
Step: TypeAlias = "str | Mapping[str, Any]"
Chain: TypeAlias = tuple[Step, ...]
Run: TypeAlias = Callable[[Any], Any]

# The decimal point and the group mark of numbers, the usual ones first.
CONVENTIONS = ((".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", " "), (".", "'"))
_ONE = Decimal(1)


@lru_cache(maxsize=4096)
def pattern_of(pattern: str) -> re.Pattern[str]:
    """A portable pattern, compiled for Python."""
    return re.compile(pin_pattern(pattern))


@lru_cache(maxsize=256)
def _number_form(point: str, group: str) -> re.Pattern[str]:
    p, g = re.escape(point), re.escape(group)
    whole = f"(?:[0-9]{{1,3}}(?:{g}[0-9]{{3}})+|[0-9]+)" if group else "[0-9]+"
    body = f"{whole}(?:{p}[0-9]{{1,10}}0*)?"
    return re.compile(f"(?:[+-]?{body}|{body}[+-])")


def number_of(text: str, point: str = ".", group: str = "") -> Decimal | None:
    """What the step parse_number reads; None where it rejects."""
    text = text.strip(WHITESPACE)
    if not _number_form(point, group).fullmatch(text):
        return None
    if group:
        text = text.replace(group, "")
    text = text.replace(point, ".")
    return Decimal("-" + text[:-1] if text.endswith("-") else text.rstrip("+"))


def _rounded(x: Decimal, digits: int) -> Decimal:
    return x.quantize(_ONE.scaleb(-digits), ROUND_HALF_UP)


def bucket_of(x: Decimal, to: Decimal, mode: str, start: Decimal = Decimal(0)) -> Decimal:
    """The multiple that the step bucket gives."""
    moved = x - start
    nearest = (moved / to).quantize(_ONE, ROUND_HALF_UP)
    back = nearest * to
    if mode in ("away", "toward"):
        mode = "down" if (moved < 0) == (mode == "away") else "up"
    if mode == "down" and back > moved:
        nearest -= 1
    elif mode == "up" and back < moved:
        nearest += 1
    return nearest * to + start


def number_text(x: Decimal, digits: int, point: str = ".", group: str = "", at_least: int | None = None) -> str:
    """What the step format_number writes."""
    text = f"{_rounded(x, digits):,f}" if group else f"{_rounded(x, digits):f}"
    if at_least is not None and at_least < digits and "." in text:
        whole, fraction = text.split(".")
        kept = fraction[:at_least] + fraction[at_least:].rstrip("0")
        text = f"{whole}.{kept}" if kept else whole
    if text.startswith("-") and not text.strip("-0.,"):
        text = text[1:]
    if point != "." or group not in ("", ","):
        text = text.replace(",", "\0").replace(".", point).replace("\0", group)
    return text


def _extract(args: Any) -> Run:
    written = args if isinstance(args, Mapping) else {"pattern": args}
    pattern = pattern_of(written["pattern"])
    group = int(written.get("group", 1)) if pattern.groups else 0

    def run(x: str) -> str | None:
        found = pattern.search(x)
        return found.group(group) if found else None

    return run


def _split(args: Any) -> Run:
    written = args if isinstance(args, Mapping) else {"separator": args}
    separator, part = written["separator"], int(written.get("part", 0))

    def run(x: str) -> str | None:
        parts = x.split(separator)
        return parts[part] if -len(parts) <= part < len(parts) else None

    return run


def _substring(args: Mapping[str, Any]) -> Run:
    start, count = int(args["start"]), args.get("count")

    def run(x: str) -> str:
        first = max(0, len(x) + start) if start < 0 else start
        return x[first:] if count is None else x[first : first + int(count)]

    return run


@lru_cache(maxsize=20_000)
def _title(x: str) -> str:
    out, inside = [], False
    for c in x:
        out.append(c.lower() if inside else c.upper() if len(c.upper()) == 1 else c)
        inside = c.isalnum()
    return "".join(out)


def _pad(args: Any) -> Run:
    written = args if isinstance(args, Mapping) else {"width": args}
    width, fill = int(written["width"]), written.get("fill", "0")
    return lambda x: x.rjust(width, fill) if written.get("side", "start") == "start" else x.ljust(width, fill)


_KEPT = {"digits": "0-9", "letters": "A-Za-z", "letters_and_digits": "A-Za-z0-9"}


def _keep(args: Any) -> Run:
    what = args["what"] if isinstance(args, Mapping) else args
    return lambda x: re.sub(f"[^{_KEPT[what]}]", "", x)


def _trimmer(args: Any) -> Run:
    written = args or {}
    characters, side = written.get("characters") or WHITESPACE, written.get("side", "both")
    if side == "both":
        return lambda x: x.strip(characters)
    return (lambda x: x.lstrip(characters)) if side == "start" else (lambda x: x.rstrip(characters))


def _replace_pattern(args: Mapping[str, Any]) -> Run:
    pattern, new = pattern_of(args["pattern"]), args.get("new", "")
    return lambda x: pattern.sub(lambda _: new, x)


def _translate(args: Mapping[str, Any]) -> Run:
    values, unmapped = args["values"], args.get("unmapped", "reject")
    if unmapped == "keep":
        return lambda x: values.get(x, x)
    return lambda x: values.get(x, args.get("default") if unmapped == "default" else None)


def _reorder_name(args: Mapping[str, Any]) -> Run:
    if (args["from"], args["to"]) != ("Last, First", "First Last"):
        raise KeyError("reorder_name")

    def run(x: str) -> str | None:
        halves = [" ".join(h.split()) for h in x.split(",")]
        return f"{halves[1]} {halves[0]}" if len(halves) == 2 and all(halves) else None

    return run


def _number_args(args: Any) -> Run:
    written = args or {}
    return lambda x: number_of(x, written.get("decimal", "."), written.get("group", ""))


def _format_number(args: Any) -> Run:
    a = args or {}
    digits, at_least = int(a.get("digits", 2)), a.get("at_least")
    return lambda x: number_text(
        Decimal(x), digits, a.get("decimal", "."), a.get("group", ""), None if at_least is None else int(at_least)
    )


def _bucket(args: Any) -> Run:
    a = args if isinstance(args, Mapping) else {"to": args}
    to, mode, start = Decimal(str(a["to"])), a.get("mode", "down"), Decimal(str(a.get("start", "0")))
    return lambda x: bucket_of(Decimal(x), to, mode, start)


def _scale(args: Mapping[str, Any]) -> Run:
    by, digits = Decimal(str(args["by"])), int(args.get("digits", 2))
    return lambda x: _rounded(Decimal(x) * by, digits)


def _divide(args: Mapping[str, Any]) -> Run:
    by, digits = Decimal(str(args["by"])), int(args.get("digits", 2))
    return lambda x: _rounded(Decimal(x) / by, digits)


def _add(args: Any) -> Run:
    by = Decimal(str(args["by"] if isinstance(args, Mapping) else args))
    return lambda x: x + by


def _formats(args: Any) -> tuple[str, ...]:
    given = args["formats"] if isinstance(args, Mapping) else args
    return (given,) if isinstance(given, str) else tuple(given)


def _reader(args: Any, read: Callable[[str, str], Any]) -> Run:
    formats = _formats(args)

    def run(x: str) -> Any:
        text = x.strip(WHITESPACE)
        return next((v for f in formats if (v := read(text, f)) is not None), None)

    return run


def _format_of(args: Any) -> str:
    return str(args["format"] if isinstance(args, Mapping) else args)


def _called(function: str) -> Callable[[Any], Run]:
    def make(args: Any) -> Run:
        from workbench.backends import function as registered

        options = dict(args) if isinstance(args, Mapping) else {}
        region = options.pop("region", None)
        run = registered(function, options)
        return lambda x: run(x.strip(WHITESPACE), region) if function == "phone" else run(x.strip(WHITESPACE))

    return make


_RUNS: dict[str, Callable[[Any], Run]] = {
    "trim": _trimmer,
    "collapse_space": lambda a: lambda x: re.sub(f"[{WHITESPACE}]+", " ", x).strip(),
    "upper": lambda a: str.upper,
    "lower": lambda a: str.lower,
    "title": lambda a: _title,
    "prefix": lambda a: lambda x: (a if isinstance(a, str) else a["text"]) + x,
    "suffix": lambda a: lambda x: x + (a if isinstance(a, str) else a["text"]),
    "replace": lambda a: lambda x: x.replace(a["old"], a.get("new", "")),
    "replace_pattern": _replace_pattern,
    "extract": _extract,
    "split": _split,
    "substring": _substring,
    "pad": _pad,
    "keep": _keep,
    "reorder_name": _reorder_name,
    "translate": _translate,
    "constant": lambda a: lambda x: a if isinstance(a, str) else a["value"],
    "parse_number": _number_args,
    "format_number": _format_number,
    "bucket": _bucket,
    "scale": _scale,
    "divide": _divide,
    "add": _add,
    "clock": lambda a: lambda x: x.hour * 3600 + x.minute * 60 + x.second,
    "parse_clock": lambda a: _reader(a, read_clock),
    "parse_date": lambda a: _reader(a, read_time),
    "parse_timestamp": lambda a: _reader(a, read_time),
    "format_date": lambda a: lambda x: time_text(x, _format_of(a)),
    "format_clock": lambda a: lambda x: clock_text(int(x), _format_of(a)),
    "phone": _called("phone"),
    "country": _called("country"),
    "currency": _called("currency"),
    "email": _called("email"),
}


def runner(chain: Sequence[Step]) -> Callable[[Value], Value]:
    """One function for a chain; a null or a rejected value is None from there on."""
    runs: list[Run] = []
    for step in chain:
        name, args = (step, None) if isinstance(step, str) else next(iter(step.items()))
        runs.append(_RUNS[name](args))

    def run(x: Value) -> Value:
        for one in runs:
            if x is None:
                return None
            x = one(x)
        return x

    return run
